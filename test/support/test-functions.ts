/** The Functions port over plain JavaScript functions, some of which fail, wait, or hang. */
import { ComposerError, fail, ok, toFailure } from '../../src/core/errors.ts';
import type { ErrorCode, Result } from '../../src/core/errors.ts';
import { isJsonArray, isJsonObject } from '../../src/core/json.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import type { PinnedFunction } from '../../src/core/recipe/plan.ts';
import type { Functions } from '../../src/runtime/functions.ts';

export type TestFunction = (
  input: JsonObject,
  call: { readonly signal: AbortSignal; readonly count: number },
) => JsonValue | Promise<JsonValue>;

export interface Gate {
  readonly input: JsonObject;
  readonly signal: AbortSignal;
  readonly open: (output: JsonValue) => void;
  readonly break: (code: ErrorCode) => void;
}

export interface TestFunctions extends Functions {
  /** Every call so far, in order. */
  readonly calls: { readonly name: string; readonly input: JsonValue }[];
  /** Calls of `test.gate` that are still in flight. */
  readonly gates: Gate[];
  /** The most calls that were in flight at one time. */
  readonly highWater: () => number;
}

export function thrown(code: ErrorCode, message = 'as asked'): never {
  throw new ComposerError(code, message);
}

const number = (value: JsonValue | undefined): number => Number(value ?? 0);
const list = (value: JsonValue | undefined): readonly JsonValue[] =>
  value !== undefined && isJsonArray(value) ? value : [];

/** Each takes an object; one that is given anything else takes it under `value`. */
const FUNCTIONS: { readonly [name: string]: TestFunction } = {
  echo: (input) => input,
  value: ({ value = null }) => value,
  upper: ({ text }) => (typeof text === 'string' ? text.toUpperCase() : null),
  add: ({ a, b }) => number(a) + number(b),
  double: ({ n }) => number(n) * 2,
  sum: ({ items, start }) => list(items).reduce<number>((sum, n) => sum + number(n), number(start)),
  keys: ({ keys = null }) => keys,
  range: ({ n }) => Array.from({ length: number(n) }, (_, index) => index),
  text: ({ size }) => 'x'.repeat(number(size)),
  fail: ({ code }) => thrown((code ?? 'plugin_error') as ErrorCode),
  /** Fails where `fail` is true. */
  check: ({ fail: isBad, ...rest }) => (isBad === true ? thrown('plugin_error') : rest),
  /** Fails the first `times` calls with the same input. */
  flaky: ({ times, code, value = null }, { count }) =>
    count <= number(times) ? thrown((code ?? 'provider_error') as ErrorCode) : value,
  fold_sum_init: ({ start }) => ({ state: { sum: number(start), steps: 0 } }),
  fold_sum_step: ({ state, items }) => {
    const { sum, steps } = isJsonObject(state) ? state : {};
    const added = list(items).reduce<number>((total, n) => total + number(n), number(sum));
    return { state: { sum: added, steps: number(steps) + 1 } };
  },
  fold_sum_finish: ({ state, count }) => ({
    ...(isJsonObject(state) && state),
    count: number(count),
  }),
  /** Notes where its chunks begin and how long they are. */
  fold_chunks_init: () => ({ state: { text: '', offsets: [] } }),
  fold_chunks_step: ({ state, items }) => {
    const { text, offsets } = isJsonObject(state) ? state : {};
    const chunks = list(items).filter((item) => isJsonObject(item));
    const texts = [text, ...chunks.map((chunk) => chunk['text'] ?? chunk['base64'])];
    return {
      state: {
        text: texts.map((each) => (typeof each === 'string' ? each : '')).join(''),
        offsets: [...list(offsets), ...chunks.map((chunk) => chunk['offset'] ?? null)],
      },
    };
  },
  fold_chunks_finish: ({ state, count }) => ({
    ...(isJsonObject(state) && state),
    count: number(count),
  }),
};

const FOLDS: { readonly [name: string]: PinnedFunction['fold'] } = {
  fold_sum: 'items',
  fold_chunks: 'chunks',
};
const NAMES = [...Object.keys(FUNCTIONS), ...Object.keys(FOLDS), 'gate'];

/** What the compiler is told. */
/** They may reach a host: each call is written before it begins. */
const ASKS = { hosts: ['a.example'], secrets: [], config: [], wasi: false, limits: {} };

export function findTestFunction(
  reference: string,
  names: readonly string[] = NAMES,
): Result<PinnedFunction> {
  const name = reference.replace(/^test\./, '');
  if (!names.includes(name)) return fail('function_not_found', `No function "${reference}"`);
  return ok({
    plugin: 'test',
    version: '1.0.0',
    hash: '00',
    function: name,
    export: name,
    contentType: 'json',
    bundled: false,
    pure: true,
    asks: ASKS,
    ...(FOLDS[name] && { fold: FOLDS[name] }),
  });
}

export interface FunctionOptions {
  /** Further functions by name. */
  readonly more?: { readonly [name: string]: TestFunction };
  /** What each call waits for before it answers. */
  readonly before?: () => Promise<void>;
  /** Calls made in an earlier life, by the `key` that the input holds. */
  readonly spent?: { readonly [key: string]: number };
}

export function createTestFunctions({
  more = {},
  before,
  spent = {},
}: FunctionOptions = {}): TestFunctions {
  const calls: TestFunctions['calls'] = [];
  const gates: Gate[] = [];
  const counts = new Map(Object.entries(spent));
  let inFlight = 0;
  let highWater = 0;
  const table: { [name: string]: TestFunction } = {
    ...FUNCTIONS,
    gate: (input, { signal }) =>
      new Promise((resolve, reject) => {
        const gate: Gate = {
          input,
          signal,
          open: (output) => resolve(output),
          break: (code) => reject(new ComposerError(code, 'as asked')),
        };
        gates.push(gate);
        signal.addEventListener('abort', () => reject(new ComposerError('cancelled', 'aborted')));
      }),
    ...more,
  };
  return {
    calls,
    gates,
    highWater: () => highWater,
    async find(_tenant, reference, pins) {
      const pinned = Object.hasOwn(pins, reference) ? pins[reference] : undefined;
      return pinned === undefined
        ? findTestFunction(reference, [...NAMES, ...Object.keys(table)])
        : ok(pinned);
    },
    async call({ target: { export: name }, input }, signal) {
      const known =
        isJsonObject(input) && typeof input['key'] === 'string'
          ? input['key']
          : JSON.stringify([name, input]);
      const count = (counts.get(known) ?? 0) + 1;
      counts.set(known, count);
      calls.push({ name, input });
      inFlight += 1;
      highWater = Math.max(highWater, inFlight);
      try {
        await before?.();
        const given = isJsonObject(input) ? input : { value: input };
        const output = await (table[name] ?? (() => thrown('no_such_function')))(given, {
          signal,
          count,
        });
        return ok({ output, logs: [], fuel: 10, memoryPages: 1 });
      } catch (error) {
        return { ok: false, error: toFailure(error) };
      } finally {
        inFlight -= 1;
      }
    },
  };
}
