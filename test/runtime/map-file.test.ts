/** A map over the chunks of a file, through the real compiler, engine and driver. */
import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../src/adapters/memory/files.ts';
import { restore } from '../../src/core/run/restore.ts';
import type { Files } from '../../src/runtime/ports.ts';
import { driveRun, identityOf, planOf, startRun } from '../support/run-recipe.ts';
import type { RunOptions, StartedRun } from '../support/run-recipe.ts';
import { storedRun } from '../support/run-rows.ts';
import { createTestFunctions } from '../support/test-functions.ts';

const recipe = (rest: string) => `
name: file
user_inputs: [{ id: doc, type: file }]
nodes:
  - id: shout
    type: map
    over: { file: doc, chunk: { by: lines, size: 1 } }
${rest}
`;
const UPPER = recipe(`
    collect: values
    task: { type: function_task, function_identifier: test.upper, input: { text: text } }
`);

async function stored(text: string): Promise<Files> {
  const files = createMemoryFiles({ clock: { now: () => 0 } });
  await put(files, text);
  return files;
}

async function put(files: Files, text: string): Promise<void> {
  const body = new Blob([text]).stream();
  await files.put('tenant', 'doc', { body, contentType: 'text/plain', maxBytes: 1e8 });
}

async function run(text: string, given: string, options: RunOptions = {}): Promise<StartedRun> {
  const inputs = { doc: 'doc' };
  const started = await startRun(given, { files: await stored(text), inputs, ...options });
  await started.driver.ended;
  return started;
}

describe('a map over a file', () => {
  it('gives each chunk to its task, in order', async () => {
    const done = await run('a\nb\nc', UPPER);
    expect(done.output('shout')).toEqual(['A\n', 'B\n', 'C']);
    expect(done.statuses()).toEqual({ shout: 'completed' });
  });

  it('shows the task where the chunk lies, and keeps no text in its records', async () => {
    const task = '    task: { type: function_task, function_identifier: test.echo }';
    const done = await run('a\nbb\n', recipe(task));
    const [, second] = done.functions.calls;
    expect(second?.input).toEqual({
      index: 1,
      offset: 2,
      text: 'bb\n',
      item: { index: 1, offset: 2, text: 'bb\n' },
    });
    expect(done.output('shout')).toEqual([
      expect.objectContaining({ index: 0, item: { index: 0, offset: 0, length: 2 } }),
      expect.objectContaining({ index: 1, item: { index: 1, offset: 2, length: 3 } }),
    ]);
  });

  it('has the fields of a chunk for every kind of task', async () => {
    const task =
      '    task: { type: reduce, over: "{{ [offset, index] }}", function_identifier: test.sum }';
    const done = await run('a\nb\n', recipe(`    collect: values\n${task}`));
    expect(done.output('shout')).toEqual([0, 3]);
  });

  it('of no bytes is an empty list', async () => {
    expect((await run('', UPPER)).output('shout')).toEqual([]);
  });

  it('reads one chunk at a time, however large the file is', async () => {
    const text = `${'x'.repeat(99)}\n`.repeat(2_000);
    const done = await run(text, UPPER);
    expect(done.output('shout')).toHaveLength(2_000);
    const [row] = done.records.flatMap(({ steps }) => steps);
    expect(JSON.stringify(row).length).toBeLessThan(text.length);
  });

  it.each([
    ['a file that is not there', { inputs: { doc: 'none' } }, 'file_not_found'],
    ['what names no file', { inputs: { doc: { name: 'doc' } } }, 'map_over_invalid'],
  ])('over %s fails', async (_what, options, code) => {
    const done = await run('a', UPPER, options);
    expect(done.state.failure).toMatchObject({ code, node: 'shout' });
  });

  it('over more chunks than a map may have items fails', async () => {
    const done = await run('\n'.repeat(100_001), UPPER);
    expect(done.state.failure?.code).toBe('map_over_invalid');
  });

  it('fails its items once the file is another', async () => {
    const files = await stored('a\nb\n');
    const functions = createTestFunctions({
      more: {
        async upper() {
          await put(files, 'other');
          return 'x';
        },
      },
    });
    const text = UPPER.replace(
      'collect: values',
      'collect: values\n    execution_mode: sequential',
    );
    const done = await run('', text, { files, functions });
    expect(done.state.failure?.code).toBe('map_items_failed');
    expect(JSON.stringify(done.state.failure?.details)).toContain('file_changed');
  });

  it('goes on after a restart wherever it was, and repeats no decided item', async () => {
    const plan = planOf(
      UPPER.replace('collect: values', 'collect: values\n    max_concurrency: 1'),
    );
    const inputs = { doc: 'doc' };
    const files = await stored('a\nb\nc\nd\n');
    const whole = await startRun(plan, { files, inputs });
    await whole.driver.ended;
    expect(whole.records.length).toBeGreaterThan(3);
    for (let turns = 1; turns < whole.records.length; turns += 1) {
      const rows = storedRun(identityOf(inputs), plan, whole.records.slice(0, turns));
      const decided = rows.ledger.flatMap(({ entries }) => entries).length;
      const again = driveRun(restore(rows), { files });
      again.driver.post({ type: 'wake' });
      await again.driver.ended;
      expect(again.output('shout')).toEqual(['A\n', 'B\n', 'C\n', 'D\n']);
      expect(again.functions.calls).toHaveLength(4 - decided);
    }
  });
});
