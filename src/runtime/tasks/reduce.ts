/** `reduce`: a function over a collection: at once, which it gets as `items`, or step by step, as a fold. */
import { isFileOver, readFileOver } from '../../core/chunk/spec.ts';
import { fail } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import type { PinnedFunction, ReduceNode } from '../../core/recipe/plan.ts';
import { listOf, resolve, resolveReference } from '../../core/run/resolve.ts';
import { fileCollection, listCollection } from '../collections.ts';
import { findSource } from '../file-source.ts';
import { runFold } from '../fold.ts';
import type { Collection } from '../fold.ts';
import { functionIdentity } from './function.ts';
import type { Outcome } from '../cache/reuse.ts';
import type { TaskContext } from './task.ts';

type Given = TaskContext<ReduceNode>;

export async function runReduce(given: Given): Promise<Outcome> {
  const { tenant, node, context, functions } = given;
  const reference = resolveReference(node.function, context.plan.functions, context);
  const found = await functions.find(tenant, reference, context.plan.functions);
  if (!found.ok) return found;
  const target = found.value;
  const settings = isJsonObject(given.input) ? given.input : {};
  if (isFileOver(node.over)) return overFile(given, { over: node.over, target, settings });
  const list = listOf(resolve(node.over, context));
  if (list === undefined) return refused(node, 'expected a list or a map');
  if (target.fold === 'chunks') return refused(node, 'its function goes over the chunks of a file');
  if (target.fold !== undefined) {
    const collection = listCollection(list.items, list.keys);
    const identity = { settings, items: list.items, keys: list.keys ?? null };
    return overAll(given, { target, settings, collection, identity });
  }
  const input = { ...settings, items: list.items, ...(list.keys && { keys: list.keys }) };
  return given.reuse(functionIdentity('reduce', target, input), async (signal) => {
    const called = await functions.call({ tenant, target, input }, signal);
    if (!called.ok) return called;
    const { output, logs: _logs, ...stats } = called.value;
    return { ok: true, value: { output, stats, inputs: settings } };
  });
}

async function overFile(
  given: Given,
  { over, target, settings }: { over: JsonObject; target: PinnedFunction; settings: JsonObject },
): Promise<Outcome> {
  if (target.fold !== 'chunks') {
    return refused(given.node, 'its function does not take the chunks of a file');
  }
  const source = await findSource(
    given,
    readFileOver(over, (value) => resolve(value, given.context)),
  );
  if (!source.ok) return source;
  const { file, chunk } = source.value;
  const identity = { settings, file: file.digest, chunk: { ...chunk } };
  const collection = fileCollection(given, source.value);
  return overAll(given, { target, settings, collection, identity });
}

interface FoldOf {
  readonly target: PinnedFunction;
  readonly settings: JsonObject;
  readonly collection: Collection;
  /** What tells one fold of the function from another. */
  readonly identity: JsonObject;
}

async function overAll(
  { tenant, clock, functions, step, report, reuse }: Given,
  { identity, ...what }: FoldOf,
): Promise<Outcome> {
  const { checkpoint } = step;
  return reuse(functionIdentity('reduce', what.target, identity), async (signal) => {
    const folded = await runFold({ tenant, clock, functions, checkpoint, report, signal, ...what });
    return folded.ok ? { ok: true, value: { ...folded.value, inputs: what.settings } } : folded;
  });
}

function refused({ id }: ReduceNode, why: string): ReturnType<typeof fail> {
  return fail('map_over_invalid', `Cannot go over "over" of node "${id}": ${why}`);
}
