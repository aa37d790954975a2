/** Calls of a function that takes lists: which go together, and that each gets its own output or fault. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../src/core/errors.ts';
import type { JsonValue } from '../../src/core/json.ts';
import { createListCalls } from '../../src/runtime/list-calls.ts';
import type { ListCall } from '../../src/runtime/list-calls.ts';

const live = new AbortController().signal;
const logs = [{ level: 'info', text: 'said' }];

/** Doubles numbers, fails for `bad`, and writes down what it was called with. */
function subject(fuel = 100) {
  const seen: (readonly JsonValue[])[] = [];
  const call: ListCall = async (inputs) => {
    seen.push(inputs);
    if (inputs.includes('bad')) return fail('plugin_error', 'one of them is bad');
    return ok({ output: inputs.map((each) => Number(each) * 2), fuel, memoryPages: 3, logs });
  };
  const lists = createListCalls();
  const run = (input: JsonValue, key = 'k', signal = live) =>
    lists.call(key, input, { call, signal });
  return { seen, run };
}

const outputs = async (all: readonly ReturnType<ReturnType<typeof subject>['run']>[]) =>
  (await Promise.all(all)).map((each) => (each.ok ? each.value.output : each.error.code));

describe('createListCalls()', () => {
  it('makes one call of those that are made at the same moment', async () => {
    const { seen, run } = subject();
    expect(await outputs([run(1), run(2), run(3)])).toEqual([2, 4, 6]);
    expect(await outputs([run(4)])).toEqual([8]);
    expect(seen).toEqual([[1, 2, 3], [4]]);
  });

  it('keeps different functions apart', async () => {
    const { seen, run } = subject();
    expect(await outputs([run(1, 'a'), run(2, 'b'), run(3, 'a')])).toEqual([2, 4, 6]);
    expect(seen).toEqual([[1, 3], [2]]);
  });

  it('spreads what a call cost over its inputs, and tells its log once', async () => {
    const { run } = subject(100);
    const [first, ...others] = await Promise.all([run(1), run(2), run(3)]);
    expect(first).toEqual(ok({ output: 2, fuel: 34, memoryPages: 3, logs }));
    expect(others[1]).toEqual(ok({ output: 6, fuel: 33, memoryPages: 3, logs: [] }));
  });

  it('puts at most 100 inputs and 128 KiB into a call, but for a single input', async () => {
    const { seen, run } = subject();
    const many = Array.from({ length: 101 }, (_, i) => run(i));
    const large = ['x'.repeat(200_000), 'y'.repeat(100_000), 'z'.repeat(50_000), 'w'].map((text) =>
      run(text, 'large'),
    );
    await Promise.all([...many, ...large]);
    expect(seen.map(({ length }) => length)).toEqual([100, 1, 1, 1, 2]);
  });

  it.each([
    ['has no list', 'none'],
    ['has another number of outputs', [1]],
  ])('fails alone when an output %s', async (_, output) => {
    const lists = createListCalls();
    const call: ListCall = async (inputs) =>
      ok({
        output: inputs.includes('odd') ? (inputs.length === 1 ? 'none' : output) : [...inputs],
        memoryPages: 1,
        logs: [],
      });
    const run = (input: JsonValue) => lists.call('k', input, { call, signal: live });
    expect(await outputs(['a', 'odd', 'c'].map(run))).toEqual(['a', 'bad_output', 'c']);
  });

  it('ends a call that throws, and one that nobody waits for', async () => {
    const lists = createListCalls();
    const given: AbortSignal[] = [];
    const controllers = [new AbortController(), new AbortController()];
    const { promise, resolve } = Promise.withResolvers<void>();
    const call: ListCall = async (_, signal) => {
      given.push(signal);
      await promise;
      throw new Error('broken');
    };
    const replies = controllers.map(({ signal }) => lists.call('k', 1, { call, signal }));
    await Promise.resolve();
    controllers[0]!.abort();
    expect(given[0]!.aborted).toBe(false);
    controllers[1]!.abort();
    expect(given[0]!.aborted).toBe(true);
    resolve();
    expect(await outputs(replies)).toEqual(['internal', 'internal']);
    expect(given).toHaveLength(1);
  });

  it('lets only the inputs to blame fail, whichever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 130 }), async (bad) => {
        const { run } = subject();
        const told = await outputs(bad.map((isBad, i) => run(isBad ? 'bad' : i)));
        expect(told).toEqual(bad.map((isBad, i) => (isBad ? 'plugin_error' : i * 2)));
      }),
      { numRuns: 50 },
    );
  });
});
