/** A failed run starts the recipe that it names, over HTTP in workerd. */
import { expect, it } from 'vitest';
import { bodyOf, call, run } from '../support/api-client.ts';
import type { RunBody } from '../support/api-client.ts';

const put = (name: string, recipe: object) =>
  call(`/v1/recipes/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(recipe),
  });
const count = (input: object) => ({
  id: 'a',
  type: 'function_task',
  function_identifier: 'text-tools.word_count',
  input,
});

it('on_failure starts its recipe with the report, and that one starts none in turn', async () => {
  await put('tell', {
    name: 'tell',
    user_inputs: [{ id: 'failed_run', type: 'json' }],
    on_failure: { recipe: 'tell' },
    nodes: [
      count({ text: '{{ failed_run.error.code }} in {{ failed_run.error.node }}' }),
      { ...count({ nothing: 1 }), id: 'bad' },
    ],
  });
  const failed = await run({
    name: 'f',
    on_failure: { recipe: 'tell' },
    nodes: [count({ nothing: 1 })],
  });
  expect(failed.status).toBe('failed');
  type Failed = RunBody & { on_failure?: { status: string; run_id?: string }; failure_of?: string };
  const read = async (id: string) => bodyOf<Failed>(await call(`/v1/runs/${id}`), 200);
  let told: string | undefined;
  for (let asked = 0; told === undefined && asked < 200; asked += 1)
    told = (await read(failed.id)).on_failure?.run_id;
  // Its events end when it has.
  await (
    await call(`/v1/runs/${told}/events`, { headers: { accept: 'text/event-stream' } })
  ).text();
  const other = await read(told!);
  expect(other).toMatchObject({ failure_of: failed.id, status: 'failed', error: { node: 'bad' } });
  expect(other.on_failure).toBeUndefined();
});
