/** Sensitive values over HTTP, in workerd: durable and inline runs, and what streams of them. */
import { expect, it } from 'vitest';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';

const SECRET = 'correct horse battery';
const recipe = {
  name: 'sensitive',
  user_inputs: [{ id: 'phrase', type: 'string', pattern: 'horse', sensitive: true }],
  nodes: [
    {
      id: 'said',
      type: 'language_task',
      model: { provider: 'mock', model: 'echo' },
      prompt: 'say {{ phrase }}',
      stream: true,
      trace_content: true,
    },
    {
      id: 'copy',
      type: 'function_task',
      function_identifier: 'json-tools.merge',
      input: { values: [{ phrase: '{{ phrase }}', said: '{{ said }}' }] },
    },
    {
      id: 'count',
      type: 'function_task',
      function_identifier: 'text-tools.word_count',
      input: { text: '{{ phrase }}' },
    },
  ],
};

it('a durable run shows none of them, in its view, its steps or its stream', async () => {
  const { id } = await bodyOf<RunBody>(
    await post('/v1/runs', { recipe, inputs: { phrase: SECRET } }),
    202,
  );
  const stream = await call(`/v1/runs/${id}/events`, { headers: { accept: 'text/event-stream' } });
  const pages = await Promise.all(
    ['', '/events', '/nodes/copy', '/nodes/said'].map(async (part) =>
      (await call(`/v1/runs/${id}${part}`)).text(),
    ),
  );
  const told = [await stream.text(), ...pages].join('\n');
  expect(told).not.toContain(SECRET);
  expect(told).toContain('***');
  const done = await bodyOf<RunBody>(await call(`/v1/runs/${id}`), 200);
  expect(done).toMatchObject({ status: 'completed', inputs: { phrase: '***' } });
  expect(done.result?.['count']).toMatchObject({ words: 3 });
});

it('an inline run shows none, and a replay of it works with what they are', async () => {
  const done = await run(recipe, { phrase: SECRET });
  expect(JSON.stringify(done)).not.toContain(SECRET);
  const events = await call(`/v1/runs/${done.id}/events`);
  expect(await events.text()).not.toContain(SECRET);
  const again = await bodyOf<RunBody>(await post(`/v1/runs/${done.id}/replay`, {}), 202);
  const stream = await call(`/v1/runs/${again.id}/events`, {
    headers: { accept: 'text/event-stream' },
  });
  await stream.text();
  const replayed = await bodyOf<RunBody>(await call(`/v1/runs/${again.id}`), 200);
  expect(replayed).toMatchObject({ status: 'completed', inputs: { phrase: '***' } });
  expect(replayed.result?.['count']).toMatchObject({ words: 3 });
});

it('a wrong one is not told back', async () => {
  const refused = await bodyOf<ProblemBody>(
    await post('/v1/runs', { recipe, inputs: { phrase: 'my own donkey' } }),
    422,
  );
  expect(refused.code).toBe('inputs_invalid');
  expect(JSON.stringify(refused)).not.toContain('donkey');
});
