/**
 * Folds: a function of three exports, called over a collection piece by piece.
 *
 * L1. What a checkpoint holds is all that a fold needs: from it, the rest gives the same result.
 * L2. A checkpoint is gone on from only where the function and the collection are what they were.
 */
import { fail, ok } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { isJsonObject, ownProperty, utf8Length } from '../core/json.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { foldExports } from '../core/plugin/fold-exports.ts';
import type { FoldExports } from '../core/plugin/fold-exports.ts';
import type { PinnedFunction } from '../core/recipe/plan.ts';
import type { StepStats } from '../core/run/events.ts';
import type { Progress } from '../core/run/write.ts';
import type { Functions } from './functions.ts';
import type { Clock, Tenant } from './ports.ts';

/** Items that one call gets. */
export interface Batch {
  readonly items: readonly JsonValue[];
  /** Keys of the items, where the collection is a map. */
  readonly keys?: readonly string[];
  /** Where the batch behind it begins. */
  readonly next: number;
}

export interface Collection {
  /** Differs where a checkpoint of the one is of no use to the other. */
  readonly mark: string;
  /** In the measure of `Batch.next`. */
  readonly total: number;
  /** From a place on, `index` items having come before. */
  batches(from: {
    readonly at: number;
    readonly index: number;
  }): AsyncIterable<Batch> | Iterable<Batch>;
}

export interface Fold {
  readonly tenant: Tenant;
  readonly clock: Clock;
  readonly functions: Functions;
  readonly target: PinnedFunction;
  readonly collection: Collection;
  /** What `init` gets. */
  readonly settings: JsonObject;
  readonly checkpoint: JsonValue | undefined;
  readonly report: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

export interface Folded {
  readonly output: JsonValue;
  readonly stats: Omit<StepStats, 'wallMs'>;
}

/** How far a fold has come. */
interface Position {
  readonly at: number;
  readonly index: number;
  readonly state: JsonValue;
  readonly fuel: number;
  readonly memoryPages: number;
}

/** It is given to the function and comes back from it, and neither takes more. */
const MAX_STATE_BYTES = 1024 * 1024;

/** Between two checkpoints there is at least this much time, or this share of the whole. */
const CHECKPOINT_MS = 1_000;
const CHECKPOINT_SHARE = 1 / 8;
/** Calls after which other work of the isolate gets its chance: bundled functions run in it. */
const CALLS_IN_A_ROW = 16;

/** Throws what reading the collection throws. */
export async function runFold(fold: Fold): Promise<Result<Folded>> {
  const { collection, clock, signal } = fold;
  const started = await start(fold);
  if (!started.ok) return started;
  let position = started.value;
  let kept = { at: position.at, time: clock.now() };
  let calls = 0;
  for await (const batch of collection.batches(position)) {
    if (signal.aborted) return fail('cancelled', 'Cannot go on: the fold was given up');
    const stepped = await step(fold, position, batch);
    if (!stepped.ok) return stepped;
    position = stepped.value;
    if (isDue(position, kept, fold)) {
      kept = { at: position.at, time: clock.now() };
      fold.report({
        checkpoint: { mark: markOf(fold), ...position },
        done: position.at,
        total: collection.total,
      });
    }
    calls += 1;
    if (calls % CALLS_IN_A_ROW === 0) await clock.sleep(0);
  }
  return finish(fold, position);
}

function isDue(
  { at }: Position,
  kept: { readonly at: number; readonly time: number },
  { collection, clock }: Fold,
): boolean {
  if (at >= collection.total) return false;
  return (
    clock.now() - kept.time >= CHECKPOINT_MS || at - kept.at >= collection.total * CHECKPOINT_SHARE
  );
}

async function start(fold: Fold): Promise<Result<Position>> {
  const known = readCheckpoint(fold);
  if (known !== undefined) return ok(known);
  return call(fold, 'init', { input: fold.settings, at: 0, index: 0, fuel: 0, memoryPages: 0 });
}

async function step(fold: Fold, before: Position, batch: Batch): Promise<Result<Position>> {
  const { state, index } = before;
  const { items, keys, next } = batch;
  const input = { state, items, index, ...(keys && { keys }) };
  const stepped = await call(fold, 'step', {
    ...before,
    input,
    at: next,
    index: index + items.length,
  });
  if (stepped.ok) return stepped;
  const { error } = stepped;
  return {
    ok: false,
    error: { ...error, message: `${error.message} (at ${before.at} of ${fold.collection.total})` },
  };
}

/** One call that gives the next state. */
async function call(
  fold: Fold,
  name: 'init' | 'step',
  { input, ...rest }: Omit<Position, 'state'> & { readonly input: JsonValue },
): Promise<Result<Position>> {
  const called = await callExport(fold, name, input);
  if (!called.ok) return called;
  const { output, fuel = 0, memoryPages = 0 } = called.value;
  const state = isJsonObject(output) ? ownProperty(output, 'state') : undefined;
  if (state === undefined) return wrong(fold, name, 'it gave no "state"', 'bad_output');
  if (utf8Length(JSON.stringify(state)) > MAX_STATE_BYTES) {
    const why = `its state is larger than ${MAX_STATE_BYTES} bytes`;
    return wrong(fold, name, why, 'value_too_large');
  }
  return ok({
    at: rest.at,
    index: rest.index,
    state,
    fuel: rest.fuel + fuel,
    memoryPages: Math.max(rest.memoryPages, memoryPages),
  });
}

function wrong(
  { target: { plugin, function: id } }: Fold,
  name: string,
  why: string,
  code: 'bad_output' | 'value_too_large',
): ReturnType<typeof fail> {
  return fail(code, `Cannot call "${plugin}.${id}": ${name}: ${why}`);
}

async function finish(
  fold: Fold,
  { state, index, fuel, memoryPages }: Position,
): Promise<Result<Folded>> {
  const called = await callExport(fold, 'finish', { state, count: index });
  if (!called.ok) return called;
  const { output, fuel: last = 0, memoryPages: pages = 0 } = called.value;
  const stats = { fuel: fuel + last, memoryPages: Math.max(memoryPages, pages) };
  return ok({ output, stats });
}

function callExport(
  { functions, tenant, target: { fold: _fold, output, ...target }, signal }: Fold,
  name: keyof FoldExports,
  input: JsonValue,
): ReturnType<Functions['call']> {
  const called = {
    ...target,
    export: foldExports(target.export)[name],
    // The schema is that of what comes out at the end.
    ...(name === 'finish' && output !== undefined && { output }),
  };
  return functions.call({ tenant, target: called, input }, signal);
}

function markOf({ target, collection }: Fold): string {
  return `${target.hash} ${target.export} ${collection.mark}`;
}

/** Ours, from a row; of another fold than this one, it is as if there were none. */
function readCheckpoint(fold: Fold): Position | undefined {
  const { checkpoint } = fold;
  if (!isJsonObject(checkpoint) || checkpoint['mark'] !== markOf(fold)) return undefined;
  const { at, index, state = null, fuel, memoryPages } = checkpoint;
  const numbers = [at, index, fuel, memoryPages];
  if (!numbers.every((each) => typeof each === 'number')) return undefined;
  return {
    at: Number(at),
    index: Number(index),
    state,
    fuel: Number(fuel),
    memoryPages: Number(memoryPages),
  };
}
