/** Folds through the real compiler, engine and driver: lists and files, checkpoints, bad guests. */
import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../src/adapters/memory/files.ts';
import { isJsonObject } from '../../src/core/json.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { restore } from '../../src/core/run/restore.ts';
import type { Files } from '../../src/runtime/ports.ts';
import { driveRun, identityOf, planOf, startRun } from '../support/run-recipe.ts';
import type { StartedRun } from '../support/run-recipe.ts';
import { settled } from '../support/manual-clock.ts';
import { storedRun } from '../support/run-rows.ts';
import { createTestFunctions, thrown } from '../support/test-functions.ts';

const OVER_LIST = `
name: list
user_inputs: [{ id: numbers, type: json }]
nodes:
  - id: total
    type: reduce
    over: numbers
    function_identifier: test.fold_sum
    input: { start: 100 }
`;

/** Without moving the clock: files are read in real time. */
async function runToEnd(...given: Parameters<typeof startRun>): Promise<StartedRun> {
  const run = await startRun(...given);
  await run.driver.ended;
  return run;
}

const overFile = (chunk: string) => `
name: file
user_inputs: [{ id: doc, type: file }]
nodes:
  - id: total
    type: reduce
    over: { file: doc, chunk: ${chunk} }
    function_identifier: test.fold_chunks
`;

async function stored(
  text: string | Uint8Array<ArrayBuffer>,
  contentType = 'text/plain',
): Promise<Files> {
  const files = createMemoryFiles({ clock: { now: () => 0 } });
  const body = new Blob([text]).stream();
  await files.put('tenant', 'doc', { body, contentType, maxBytes: 1e9 });
  return files;
}

async function foldFile(text: string | Uint8Array<ArrayBuffer>, chunk: string, type?: string) {
  const files = await stored(text, type);
  const run = await runToEnd(overFile(chunk), { files, inputs: { doc: 'doc' } });
  return { run, output: run.output('total') as JsonObject | undefined };
}

describe('a fold over a list', () => {
  it('goes over it in batches and hands the state on', async () => {
    const numbers = Array.from({ length: 2_500 }, (_, index) => index);
    const run = await runToEnd(OVER_LIST, { inputs: { numbers } });
    expect(run.output('total')).toEqual({ sum: 100 + (2_499 * 2_500) / 2, steps: 3, count: 2_500 });
    expect(run.functions.calls.map(({ name }) => name)).toEqual([
      'fold_sum_init',
      'fold_sum_step',
      'fold_sum_step',
      'fold_sum_step',
      'fold_sum_finish',
    ]);
    expect(run.functions.calls.flatMap(({ input }) => indexOf(input))).toEqual([0, 1_000, 2_000]);
    expect(run.state.rows.get('total')?.stats).toMatchObject({ fuel: 50, memoryPages: 1 });
  });

  it('of nothing is what init and finish make of it', async () => {
    const run = await runToEnd(OVER_LIST, { inputs: { numbers: [] } });
    expect(run.output('total')).toEqual({ sum: 100, steps: 0, count: 0 });
  });

  it('of a map gets the keys as well', async () => {
    const run = await runToEnd(OVER_LIST, { inputs: { numbers: { a: 1, b: 2 } } });
    expect(run.output('total')).toMatchObject({ sum: 103, count: 2 });
    expect(run.functions.calls[1]?.input).toMatchObject({ items: [1, 2], keys: ['a', 'b'] });
  });

  it('makes batches of 128 KiB where items are large', async () => {
    const numbers = Array.from({ length: 5 }, () => 'x'.repeat(50_000));
    const run = await runToEnd(OVER_LIST, { inputs: { numbers } });
    const sizes = run.functions.calls.flatMap(({ input }) =>
      isJsonObject(input) && Array.isArray(input['items']) ? [input['items'].length] : [],
    );
    expect(sizes).toEqual([2, 2, 1]);
  });

  it.each<[string, (input: JsonObject) => JsonValue, string]>([
    ['fold_sum_init', () => 5, 'bad_output'],
    ['fold_sum_init', () => ({}), 'bad_output'],
    ['fold_sum_step', () => [], 'bad_output'],
    ['fold_sum_step', () => ({ state: 'x'.repeat(1024 * 1024) }), 'value_too_large'],
    ['fold_sum_step', () => thrown('out_of_fuel'), 'out_of_fuel'],
    ['fold_sum_finish', () => thrown('trap'), 'trap'],
  ])('fails when %s gives what it may not', async (name, answer, code) => {
    const functions = createTestFunctions({ more: { [name]: answer } });
    const run = await runToEnd(OVER_LIST, { inputs: { numbers: [1, 2] }, functions });
    expect(run.state.failure).toMatchObject({ code, node: 'total' });
  });

  it('is refused over what is neither a list nor a map', async () => {
    const run = await runToEnd(OVER_LIST, { inputs: { numbers: 5 } });
    expect(run.state.failure?.code).toBe('map_over_invalid');
  });
});

describe('a fold over a file', () => {
  const LINES = Array.from({ length: 1_000 }, (_, index) => `line ${index} é\r\n`).join('');

  it.each(['{by: lines, size: 7}', '{by: bytes, size: 100}', '{by: bytes}', '{by: sentences}'])(
    'sees all of it, once, in order, by %s',
    async (chunk) => {
      const { output } = await foldFile(LINES, chunk);
      expect(output?.['text']).toBe(LINES);
    },
  );

  it('gets chunks with their places', async () => {
    const { run, output } = await foldFile('a\nbb\nccc\n', '{by: lines, size: 1}');
    expect(output).toMatchObject({ offsets: [0, 2, 5], count: 3 });
    expect(run.functions.calls[1]?.input).toMatchObject({
      index: 0,
      items: [
        { index: 0, offset: 0, text: 'a\n' },
        { index: 1, offset: 2, text: 'bb\n' },
        { index: 2, offset: 5, text: 'ccc\n' },
      ],
    });
  });

  it('takes the byte order mark off the beginning, and off nowhere else', async () => {
    const { output } = await foldFile('\ufeffa\n\ufeffb\n', '{by: lines, size: 1}');
    expect(output?.['text']).toBe('a\n\ufeffb\n');
  });

  it('gets bytes in base64 where the file is no text', async () => {
    const bytes = new Uint8Array([0, 255, 128, 7]);
    const { output } = await foldFile(bytes, '{by: bytes, size: 3}', 'image/png');
    expect(output?.['text']).toBe(`${btoa('\0\xff\x80')}${btoa('\x07')}`);
  });

  it('of no bytes is what init and finish make of it', async () => {
    const { output } = await foldFile('', '{by: lines}');
    expect(output).toEqual({ text: '', offsets: [], count: 0 });
  });

  it.each<[string, Parameters<typeof foldFile>, string]>([
    ['no UTF-8', [new Uint8Array([0x61, 0xff]), '{by: lines}'], 'file_not_text'],
    ['too long a line', ['x'.repeat(1024 * 1024 + 1), '{by: lines}'], 'chunk_too_large'],
  ])('of %s fails', async (_what, given, code) => {
    const { run } = await foldFile(...given);
    expect(run.state.failure).toMatchObject({ code, node: 'total' });
  });

  it('of a file that is not there fails', async () => {
    const files = createMemoryFiles({ clock: { now: () => 0 } });
    const run = await runToEnd(overFile('{by: lines}'), { files, inputs: { doc: 'none' } });
    expect(run.state.failure?.code).toBe('file_not_found');
  });

  it('of a file that is replaced meanwhile fails', async () => {
    const files = await stored(`${'x'.repeat(99)}\n`.repeat(100_000));
    const { fold_chunks_step: step = () => null, ...rest } = slow();
    const functions = createTestFunctions({
      more: {
        ...rest,
        async fold_chunks_step(input, call) {
          const body = new Blob(['other']).stream();
          await files.put('tenant', 'doc', { body, contentType: 'text/plain', maxBytes: 10 });
          return step(input, call);
        },
      },
    });
    const run = await runToEnd(overFile('{by: lines}'), {
      files,
      functions,
      inputs: { doc: 'doc' },
    });
    expect(run.state.failure?.code).toBe('file_changed');
  });
});

/** Folds that keep little, for large files. */
function slow(): NonNullable<Parameters<typeof createTestFunctions>[0]>['more'] & object {
  return {
    fold_chunks_init: () => ({ state: 0 }),
    fold_chunks_step: ({ state, items }) => ({
      state: Number(state) + (Array.isArray(items) ? items.length : 0),
    }),
    fold_chunks_finish: ({ state = null }) => state,
  };
}

describe('a fold that is interrupted', () => {
  const LINES = Array.from({ length: 60_000 }, (_, index) => `line ${index}\n`).join('');
  const PLAN = planOf(overFile('{by: lines, size: 100}'));
  const inputs = { doc: 'doc' };

  it('goes on from its last checkpoint wherever that lies, to the same result', async () => {
    const files = await stored(LINES);
    const whole = await runToEnd(PLAN, {
      files,
      inputs,
      functions: createTestFunctions({ more: slow() }),
    });
    expect(whole.output('total')).toBe(600);
    const marks = whole.records.flatMap(({ steps }, turn) =>
      steps.some(({ checkpoint }) => checkpoint !== undefined) ? [turn] : [],
    );
    expect(marks.length).toBeGreaterThan(1);
    for (const turn of marks) {
      const rows = storedRun(identityOf(inputs), PLAN, whole.records.slice(0, turn + 1));
      const functions = createTestFunctions({ more: slow() });
      const again = driveRun(restore(rows), { files, functions });
      again.driver.post({ type: 'wake' });
      await again.driver.ended;
      expect(again.output('total')).toBe(600);
      expect(functions.calls[0]?.name).toBe('fold_chunks_step');
      expect(functions.calls.length).toBeLessThan(whole.functions.calls.length);
      expect(again.state.rows.get('total')?.stats?.fuel).toBe(
        whole.state.rows.get('total')?.stats?.fuel,
      );
    }
  });

  it('begins anew when the function is another', async () => {
    const files = await stored(LINES);
    const whole = await runToEnd(PLAN, {
      files,
      inputs,
      functions: createTestFunctions({ more: slow() }),
    });
    const turn = whole.records.findIndex(({ steps }) =>
      steps.some(({ checkpoint }) => checkpoint !== undefined),
    );
    const pinned = PLAN.functions['test.fold_chunks']!;
    const other = { ...PLAN, functions: { 'test.fold_chunks': { ...pinned, hash: 'ff' } } };
    const rows = storedRun(identityOf(inputs), other, whole.records.slice(0, turn + 1));
    const functions = createTestFunctions({ more: slow() });
    const again = driveRun(restore(rows), { files, functions });
    again.driver.post({ type: 'wake' });
    await again.driver.ended;
    expect(functions.calls[0]?.name).toBe('fold_chunks_init');
    expect(again.output('total')).toBe(600);
  });

  it('makes a checkpoint each second, and tells how far it is', async () => {
    const files = await stored(LINES);
    const gates: (() => void)[] = [];
    const more = slow();
    const functions = createTestFunctions({
      more: {
        ...more,
        async fold_chunks_step(input, call) {
          await new Promise<void>((open) => gates.push(open));
          return more['fold_chunks_step']!(input, call);
        },
      },
    });
    const run = await startRun(PLAN, { files, inputs, functions });
    const step = async (ms: number) => {
      await run.clock.advance(ms);
      gates.shift()!();
      await settled();
      return run.events().filter(({ type }) => type === 'node.progress').length;
    };
    while (gates.length === 0) await settled();
    expect(await step(1_000)).toBe(1);
    expect(run.events().at(-1)).toMatchObject({ type: 'node.progress', total: LINES.length });
  });

  it('that is cancelled calls nothing more', async () => {
    const files = await stored(LINES);
    const gates: (() => void)[] = [];
    const more = slow();
    const functions = createTestFunctions({
      more: {
        ...more,
        async fold_chunks_step(input, call) {
          await new Promise<void>((open) => gates.push(open));
          return more['fold_chunks_step']!(input, call);
        },
      },
    });
    const run = await startRun(PLAN, { files, inputs, functions });
    while (gates.length === 0) await settled();
    run.driver.post({ type: 'cancel' });
    const calls = functions.calls.length;
    gates.shift()!();
    await settled();
    expect(functions.calls.length).toBe(calls);
    expect(run.status()).toBe('cancelled');
    expect(run.logged).toEqual([]);
  });
});

function indexOf(input: JsonValue): JsonValue[] {
  return isJsonObject(input) && input['index'] !== undefined ? [input['index']] : [];
}
