/**
 * Functions that take a list of inputs and give a list of outputs: calls of one that are made at the same
 * moment, such as those of a map's items, become one call. A caller does not notice.
 */
import { fail, ok } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { isJsonArray, utf8Length } from '../core/json.ts';
import type { JsonValue } from '../core/json.ts';
import type { StepStats } from '../core/run/events.ts';
import type { PluginReply } from './ports.ts';

/** Inputs of one call; a single one may be larger. */
const MAX_INPUTS = 100;
const MAX_BYTES = 128 * 1024;

/** What a call gives: of a list, the list of its outputs. */
export type FunctionOutcome = {
  readonly output: JsonValue;
  readonly logs: PluginReply['logs'];
} & Pick<StepStats, 'fuel' | 'memoryPages'>;

export type ListCall = (
  inputs: readonly JsonValue[],
  signal: AbortSignal,
) => Promise<Result<FunctionOutcome>>;

interface Entry {
  readonly input: JsonValue;
  readonly signal: AbortSignal;
  readonly settle: (outcome: Result<FunctionOutcome>) => void;
}

export interface ListCalls {
  /** Calls with the same key may go together, by the `call` of the first. */
  call(
    key: string,
    input: JsonValue,
    rest: { readonly call: ListCall; readonly signal: AbortSignal },
  ): Promise<Result<FunctionOutcome>>;
}

export function createListCalls(): ListCalls {
  const gathering = new Map<string, Entry[]>();
  return {
    call(key, input, { call, signal }) {
      return new Promise((settle) => {
        const entry = { input, signal, settle };
        const entries = gathering.get(key);
        if (entries !== undefined) return void entries.push(entry);
        const started = [entry];
        gathering.set(key, started);
        // Behind the other calls that are made at this moment.
        queueMicrotask(() => {
          gathering.delete(key);
          for (const group of groupsOf(started)) void callGroup(group, call);
        });
      });
    },
  };
}

function groupsOf(entries: readonly Entry[]): Entry[][] {
  const groups: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = utf8Length(JSON.stringify(entry.input));
    const last = groups.at(-1);
    bytes += size;
    if (last !== undefined && last.length < MAX_INPUTS && bytes <= MAX_BYTES) last.push(entry);
    else {
      groups.push([entry]);
      bytes = size;
    }
  }
  return groups;
}

/** A call that fails is made again in halves, so that only the inputs to blame fail. */
async function callGroup(entries: readonly Entry[], call: ListCall): Promise<void> {
  const inputs = entries.map(({ input }) => input);
  const outcome = await call(inputs, allOf(entries)).catch(broken);
  const outputs = outcome.ok ? listOf(outcome.value.output, entries.length) : undefined;
  if (outcome.ok && outputs !== undefined) {
    entries.forEach(({ settle }, i) => settle(ok(shareOf(outcome.value, outputs, i))));
    return;
  }
  const isOver = entries.every(({ signal }) => signal.aborted);
  if (entries.length === 1 || isOver) {
    const failed = outcome.ok ? fail('bad_output', 'its output is not a list of one') : outcome;
    for (const { settle } of entries) settle(failed);
    return;
  }
  const middle = entries.length >> 1;
  await callGroup(entries.slice(0, middle), call);
  await callGroup(entries.slice(middle), call);
}

function broken(): Result<FunctionOutcome> {
  return fail('internal', 'Cannot call the function');
}

function listOf(output: JsonValue, length: number): readonly JsonValue[] | undefined {
  return isJsonArray(output) && output.length === length ? output : undefined;
}

/** What a call cost, spread over its inputs; the first one has what is left, and the log. */
function shareOf(
  { fuel, memoryPages, logs }: FunctionOutcome,
  outputs: readonly JsonValue[],
  index: number,
): FunctionOutcome {
  const share = fuel === undefined ? undefined : Math.floor(fuel / outputs.length);
  const rest = fuel === undefined || index > 0 ? 0 : fuel % outputs.length;
  return {
    output: outputs[index] ?? null,
    logs: index === 0 ? logs : [],
    ...(memoryPages !== undefined && { memoryPages }),
    ...(share !== undefined && { fuel: share + rest }),
  };
}

/** Aborted once nobody waits any more. */
function allOf(entries: readonly Entry[]): AbortSignal {
  const [first, ...others] = entries;
  if (first !== undefined && others.length === 0) return first.signal;
  const controller = new AbortController();
  const check = (): void => {
    const waiting = entries.find(({ signal }) => !signal.aborted);
    if (waiting === undefined) controller.abort(first?.signal.reason);
  };
  for (const { signal } of entries) signal.addEventListener('abort', check, { once: true });
  check();
  return controller.signal;
}
