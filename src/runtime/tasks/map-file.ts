/** A `map` over a file: finds where its chunks lie. Each is read when its own task is attempted. */
import { isFileOver, readFileOver } from '../../core/chunk/spec.ts';
import { fail } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { MapNode } from '../../core/recipe/plan.ts';
import { MAX_ITEMS } from '../../core/run/open.ts';
import { resolve } from '../../core/run/resolve.ts';
import type { Active } from '../../core/run/state.ts';
import { chunkItem, findSource, readChunks, readRange } from '../file-source.ts';
import type { Files, Tenant } from '../ports.ts';
import type { TaskContext, TaskOutcome } from './task.ts';

export async function findChunks(given: TaskContext<MapNode>): Promise<Result<TaskOutcome>> {
  const { node, context, signal } = given;
  if (!isFileOver(node.over))
    throw new Error(`Cannot attempt node "${node.id}": it is over no file`);
  const found = await findSource(
    given,
    readFileOver(node.over, (value) => resolve(value, context)),
  );
  if (!found.ok) return found;
  const { file, isText } = found.value;
  const items: JsonObject[] = [];
  for await (const { offset, bytes } of readChunks(given, found.value, 0)) {
    if (signal.aborted) return fail('cancelled', 'Cannot go on: the map was given up');
    if (items.length === MAX_ITEMS) {
      return fail(
        'map_over_invalid',
        `Cannot go over file "${file.id}" in node "${node.id}": it has more than ${MAX_ITEMS} chunks`,
      );
    }
    items.push({ index: items.length, offset, length: bytes.length });
  }
  const source = { file: file.id, digest: file.digest, isText };
  return { ok: true, value: { output: null, opened: { items, source } } };
}

/** An item of such a map with the text of its chunk; any other step as it is. */
export async function withChunk(
  reader: { readonly files: Files; readonly tenant: Tenant },
  step: Active,
): Promise<Result<Active>> {
  const source = step.map?.progress?.source;
  const { item } = step;
  if (source === undefined || item === undefined) return { ok: true, value: step };
  const { offset, length } = placeOf(item.item);
  const found = await findSource(
    reader,
    { file: source.file, chunk: { by: 'bytes', size: Math.max(1, length) } },
    source.digest,
  );
  if (!found.ok) return found;
  const { file } = found.value;
  const bytes = await readRange(reader, file, { offset, length });
  const chunk = chunkItem({ bytes, offset }, item.index, { ...found.value, isText: source.isText });
  return { ok: true, value: { ...step, item: { ...item, item: chunk } } };
}

/** Written by `findChunks`. */
function placeOf(item: JsonValue): { readonly offset: number; readonly length: number } {
  const { offset, length } = isJsonObject(item) ? item : {};
  return { offset: Number(offset), length: Number(length) };
}
