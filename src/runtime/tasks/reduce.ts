/** `reduce`: a function over a collection: at once, which it gets as `items`, or step by step, as a fold. */
import { isFileOver, readFileOver } from '../../core/chunk/spec.ts';
import { fail } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import type { PinnedFunction, ReduceNode } from '../../core/recipe/plan.ts';
import { listOf, resolve, resolveReference } from '../../core/run/resolve.ts';
import { fileCollection, listCollection } from '../collections.ts';
import { findSource } from '../file-source.ts';
import { runFold } from '../fold.ts';
import type { Collection } from '../fold.ts';
import type { TaskContext, TaskOutcome } from './task.ts';

type Given = TaskContext<ReduceNode>;

export async function runReduce(given: Given): Promise<Result<TaskOutcome>> {
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
    return overAll(given, { target, settings, collection: listCollection(list.items, list.keys) });
  }
  const input = { ...settings, items: list.items, ...(list.keys && { keys: list.keys }) };
  const called = await functions.call({ tenant, target, input }, given.signal);
  if (!called.ok) return called;
  const { output, logs: _logs, ...stats } = called.value;
  return { ok: true, value: { output, stats, inputs: settings } };
}

async function overFile(
  given: Given,
  { over, target, settings }: { over: JsonObject; target: PinnedFunction; settings: JsonObject },
): Promise<Result<TaskOutcome>> {
  if (target.fold !== 'chunks') {
    return refused(given.node, 'its function does not take the chunks of a file');
  }
  const source = await findSource(
    given,
    readFileOver(over, (value) => resolve(value, given.context)),
  );
  if (!source.ok) return source;
  return overAll(given, { target, settings, collection: fileCollection(given, source.value) });
}

async function overAll(
  { tenant, clock, functions, step, report, signal }: Given,
  what: { target: PinnedFunction; settings: JsonObject; collection: Collection },
): Promise<Result<TaskOutcome>> {
  const { checkpoint } = step;
  const folded = await runFold({ tenant, clock, functions, checkpoint, report, signal, ...what });
  return folded.ok ? { ok: true, value: { ...folded.value, inputs: what.settings } } : folded;
}

function refused({ id }: ReduceNode, why: string): ReturnType<typeof fail> {
  return fail('map_over_invalid', `Cannot go over "over" of node "${id}": ${why}`);
}
