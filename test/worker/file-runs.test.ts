/** Runs over files, over HTTP in workerd: folds of bundled and uploaded plugins, and maps. */
import { inject } from 'vitest';
import { beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, call, fromBase64, post, putPlugin, run } from '../support/api-client.ts';
import type { ProblemBody } from '../support/api-client.ts';

const TEXT = 'One two three. Four five!\nSix seven eight nine ten.\n'.repeat(500);
const doc = [{ id: 'doc', type: 'file' }];

beforeAll(async () => {
  const put = await call('/v1/files/prose.txt', {
    method: 'PUT',
    body: TEXT,
    headers: { 'content-type': 'text/plain' },
  });
  expect(put.status).toBe(201);
}, 60_000);

const count = (chunk: object) => ({
  name: 'count',
  user_inputs: doc,
  nodes: [
    {
      id: 'count',
      type: 'reduce',
      over: { file: 'doc', chunk },
      function_identifier: 'text-tools.word_total',
    },
  ],
});

describe('a fold over a file', () => {
  it.each([
    ['durable', { by: 'bytes', size: 17 }],
    ['durable', { by: 'lines', size: 10 }],
    ['inline', { by: 'sentences', size: 3 }],
    ['inline', { by: 'bytes' }],
  ])('counts its words once, %s, by %j', async (mode, chunk) => {
    const done = await run(count(chunk), { doc: 'prose.txt' }, { mode });
    expect(done.result).toEqual({ count: { words: 5_000, reading_minutes: 25 } });
    expect(done.nodes).toEqual([expect.objectContaining({ key: 'count', status: 'completed' })]);
    expect(done.metrics['fuel']).toBeGreaterThan(0);
  });

  it('takes the answer to an upload for the file', async () => {
    const put = await call('/v1/files', { method: 'POST', body: 'just four words here' });
    const done = await run(count({ by: 'lines' }), { doc: await put.json() });
    expect(done.result).toMatchObject({ count: { words: 4 } });
  });

  it('may be of an uploaded plugin', async () => {
    const manifest = JSON.stringify({
      name: 'keeper',
      version: '1.0.0',
      functions: [
        { id: 'keep', fold: true },
        { id: 'keep_chunks', export: 'keep', fold: true, chunk: true },
      ],
    });
    const put = await putPlugin('keeper', '1.0.0', fromBase64(inject('guests')['fold']!), manifest);
    expect(put.status, await put.clone().text()).toBe(201);
    await call('/v1/files/two', { method: 'PUT', body: 'a\nb\n' });
    const node = { id: 'kept', type: 'reduce', function_identifier: 'keeper.keep_chunks' };
    const over = { file: 'doc', chunk: { by: 'lines', size: 1 } };
    const recipe = { name: 'keep', user_inputs: doc, nodes: [{ ...node, over }] };
    const done = await run(recipe, { doc: 'two' });
    expect(done.result).toEqual({
      kept: {
        state: {
          state: 0,
          items: [
            { index: 0, offset: 0, text: 'a\n' },
            { index: 1, offset: 2, text: 'b\n' },
          ],
          index: 0,
        },
        count: 2,
      },
    });
    const list = { ...node, function_identifier: 'keeper.keep', over: [1, 2, 3] };
    const listed = await run({ name: 'keep', nodes: [list] });
    expect(listed.result).toEqual({
      kept: { state: { state: 0, items: [1, 2, 3], index: 0 }, count: 3 },
    });
    const tried = await post('/v1/plugins/keeper/functions/keep/call', { input: {} });
    expect((await bodyOf<ProblemBody>(tried, 422)).code).toBe('no_such_function');
  });
});

describe('a map over a file', () => {
  it('works on each chunk, and its result is in order', async () => {
    const recipe = {
      name: 'sentences',
      user_inputs: doc,
      nodes: [
        {
          id: 'counts',
          type: 'map',
          over: { file: 'doc', chunk: { by: 'lines', size: 100 } },
          collect: 'values',
          task: {
            type: 'function_task',
            function_identifier: 'text-tools.word_count',
            input: { text: 'text' },
          },
        },
        {
          id: 'total',
          type: 'reduce',
          over: 'counts',
          function_identifier: 'json-tools.sum',
          input: { by: 'words' },
        },
      ],
      final_outputs: ['counts', 'total'],
    };
    const done = await run(recipe, { doc: 'prose.txt' });
    expect(done.result).toMatchObject({
      counts: Array.from({ length: 10 }, () => ({ words: 500 })),
    });
    expect(JSON.stringify(done.result)).toContain('5000');
    expect(done.metrics['item_count']).toBe(10);
  });
});
