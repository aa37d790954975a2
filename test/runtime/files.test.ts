import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../src/adapters/memory/files.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { missingFiles } from '../../src/runtime/files.ts';
import { planOf } from '../support/run-recipe.ts';

const plan = planOf(`
name: reads
user_inputs:
  - { id: doc, type: file }
  - { id: more, type: file, required: false, default: spare }
  - { id: title, type: string, default: x }
nodes:
  - { id: a, type: function_task, function_identifier: test.echo }
`);

async function faults(inputs: JsonObject): Promise<string[]> {
  const files = createMemoryFiles({ clock: { now: () => 0 } });
  for (const id of ['a.txt', 'b.txt', 'spare']) {
    const body = new Blob([id]).stream();
    await files.put('acme', id, { body, contentType: 'text/plain', maxBytes: 10 });
  }
  await files.put('other', 'theirs', {
    body: new Blob([]).stream(),
    contentType: 'text/plain',
    maxBytes: 10,
  });
  const issues = await missingFiles(files, 'acme', { plan, inputs });
  expect(issues.every(({ severity }) => severity === 'error')).toBe(true);
  return issues.map(({ code, pointer }) => `${code} ${pointer}`);
}

describe('files of inputs', () => {
  it.each([
    { doc: 'a.txt' },
    { doc: { file: 'a.txt' } },
    { doc: { id: 'a.txt', size: 5 } },
    { doc: ['a.txt', { file: 'b.txt' }, 'a.txt'] },
    { doc: 'a.txt', more: 'b.txt', title: 'none.txt', undeclared: 'none.txt' },
    // Of the check of the inputs.
    {},
    { doc: null },
    { doc: '' },
    { doc: 5 },
    { doc: ['', 5] },
  ])('of %j are there', async (inputs) => {
    expect(await faults(inputs)).toEqual([]);
  });

  it.each<[JsonObject, string[]]>([
    [{ doc: 'none.txt' }, ['file_not_found /inputs/doc']],
    [{ doc: 'theirs' }, ['file_not_found /inputs/doc']],
    [{ doc: { file: 'none' } }, ['file_not_found /inputs/doc']],
    [{ doc: { name: 'a.txt' } }, ['input_type /inputs/doc']],
    [{ doc: { file: 1 } }, ['input_type /inputs/doc']],
    [
      { doc: ['a.txt', 'none', {}], more: 'none' },
      ['file_not_found /inputs/doc/1', 'input_type /inputs/doc/2', 'file_not_found /inputs/more'],
    ],
    [{ doc: '../a.txt' }, ['file_not_found /inputs/doc']],
    [{ doc: '__proto__' }, ['file_not_found /inputs/doc']],
  ])('of %j are missing at %j', async (inputs, pointers) => {
    expect(await faults(inputs)).toEqual(pointers);
  });

  it('of a flood are refused before they are looked for', async () => {
    const doc = Array.from({ length: 1001 }, (_, index) => `f${index}`);
    expect(await faults({ doc })).toEqual(['input_range /inputs']);
  });

  it('as defaults are looked for too', async () => {
    const files = createMemoryFiles({ clock: { now: () => 0 } });
    const issues = await missingFiles(files, 'acme', { plan, inputs: {} });
    expect(issues.map(({ pointer }) => pointer)).toEqual(['/inputs/more']);
  });
});
