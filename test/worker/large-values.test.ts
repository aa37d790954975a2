/** Values over 128 KiB, in workerd with R2: written, read by whoever asks, and gone with their run. */
import { env } from 'cloudflare:workers';
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { WorkflowQueueObject } from '../../src/adapters/durable-objects/workflow-queue.ts';
import { createValues } from '../../src/adapters/storage/values.ts';
import { describeValues } from '../contracts/values.ts';
import { bodyOf, call, post } from '../support/api-client.ts';
import { readSse } from '../support/sse.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';

// SAFETY: wrangler.toml binds them.
const { FILES, WORKFLOW_QUEUE } = env as unknown as {
  FILES: R2Bucket;
  WORKFLOW_QUEUE: DurableObjectNamespace<WorkflowQueueObject>;
};

describeValues('R2', () => createValues(FILES));

const TEXT = 'a line of a long text\n'.repeat(10_000);
const recipe = {
  name: 'large',
  user_inputs: [{ id: 'text', type: 'text' }],
  nodes: [
    {
      id: 'copy',
      type: 'function_task',
      function_identifier: 'json-tools.merge',
      input: { values: [{ text: '{{ text }}' }] },
    },
    { id: 'pause', type: 'wait', event: 'go' },
    {
      id: 'words',
      type: 'function_task',
      function_identifier: 'text-tools.word_count',
      input: { text: '{{ copy.text }}' },
    },
  ],
  final_outputs: ['words', { id: 'whole', value: '{{ copy.text }}' }],
};

const kept = async () =>
  (await FILES.list({ prefix: 't/default/values/', limit: 100 })).objects.map(({ key }) => key);

/** Loses the object with its memory. */
const lose = abortAllDurableObjects;

/** What is moved or deleted behind an answer has happened when this resolves. */
async function tidied(): Promise<void> {
  const stub = WORKFLOW_QUEUE.get(WORKFLOW_QUEUE.idFromName('default:0'));
  for (let asked = 0; ; asked += 1) {
    expect(asked).toBeLessThan(1_000);
    const left = await runInDurableObject(stub, (_object, { storage: { sql } }) => {
      const count = (query: string) => sql.exec<{ n: number }>(query).one().n;
      return (
        count('SELECT count(*) AS n FROM large_values WHERE digest IS NULL') +
        count('SELECT count(*) AS n FROM blobs WHERE loose = 1')
      );
    });
    if (left === 0) return;
  }
}

async function started(): Promise<string> {
  const run = await bodyOf<RunBody>(
    await post('/v1/runs', { recipe, inputs: { text: TEXT } }),
    202,
  );
  const stream = readSse(
    await call(`/v1/runs/${run.id}/events`, { headers: { accept: 'text/event-stream' } }),
  );
  await stream.until('node.waiting');
  await stream.drop();
  return run.id;
}

async function ended(id: string): Promise<RunBody & { inputs: { text: string } }> {
  await bodyOf(await post(`/v1/runs/${id}/events/go`, {}), 202);
  const answer = await call(`/v1/runs/${id}/events`, { headers: { accept: 'text/event-stream' } });
  await answer.text();
  return bodyOf(await call(`/v1/runs/${id}`), 200);
}

describe('a run with large values', () => {
  it('reads them after the object was lost, shows them, is replayed, and takes them along', async () => {
    const id = await started();
    await tidied();
    expect((await kept()).length).toBeGreaterThan(0);
    await lose();
    const run = await ended(id);
    expect(run.status, JSON.stringify(run.error)).toBe('completed');
    expect(run.result?.['whole']).toBe(TEXT);
    expect(run.inputs.text).toBe(TEXT);
    await lose();
    const nodes = await bodyOf<{ data: { output: { text: string } }[] }>(
      await call(`/v1/runs/${id}/nodes/copy`),
      200,
    );
    expect(nodes.data[0]?.output.text).toBe(TEXT);
    const again = await bodyOf<RunBody>(
      await post(`/v1/runs/${id}/replay`, { from: 'words' }),
      202,
    );
    await (
      await call(`/v1/runs/${again.id}/events`, { headers: { accept: 'text/event-stream' } })
    ).text();
    const replayed = await bodyOf<RunBody>(await call(`/v1/runs/${again.id}`), 200);
    expect(replayed.result?.['whole']).toBe(TEXT);
    await bodyOf(
      await post('/v1/runs/bulk', { action: 'discard', filter: { recipe: 'large' } }),
      202,
    );
    await tidied();
    expect(await kept()).toEqual([]);
  });

  it('says so when the store has lost one', async () => {
    const id = await started();
    await ended(id);
    await tidied();
    await FILES.delete(await kept());
    await lose();
    const problem = await bodyOf<ProblemBody>(await call(`/v1/runs/${id}`), 500);
    expect(problem.code).toBe('value_missing');
    await bodyOf(
      await post('/v1/runs/bulk', { action: 'discard', filter: { recipe: 'large' } }),
      202,
    );
    await tidied();
    expect(await kept()).toEqual([]);
  });
});
