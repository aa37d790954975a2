/** `over: {file, chunk: {by, size}}` as written. */
import { CHUNK_UNITS, isFileOver, mostOf } from '../../chunk/spec.ts';
import type { ChunkUnit } from '../../chunk/spec.ts';
import { isJsonObject, ownProperty } from '../../json.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import type { NodeContext } from '../context.ts';
import type { Path } from '../path.ts';
import { typeName } from '../shape.ts';
import { closest } from '../suggest.ts';

const KEYS = ['by', 'size'];

/** What can be told before the file is known. */
export function checkFileOver(over: JsonValue, path: Path, { report }: NodeContext): void {
  if (!isFileOver(over)) return;
  const chunk = ownProperty(over, 'chunk') ?? null;
  const at = [...path, 'chunk'];
  if (!isJsonObject(chunk)) {
    const detail = `Cannot read "chunk": it must be a map with "by" and "size", not ${typeName(chunk)}`;
    report.add({ code: 'wrong_type', path: at, detail });
    return;
  }
  for (const key of Object.keys(chunk)) {
    if (KEYS.includes(key)) continue;
    report.add({
      code: 'unknown_key',
      path: [...at, key],
      at: 'key',
      detail: `"${key.slice(0, 100)}" is not a key of "chunk"`,
      suggestion: closest(key, KEYS),
    });
  }
  const by = checkUnit(chunk, at, { report });
  if (by !== undefined) checkSize(ownProperty(chunk, 'size'), by, at, { report });
}

function checkUnit(
  chunk: JsonObject,
  path: Path,
  { report }: Pick<NodeContext, 'report'>,
): ChunkUnit | undefined {
  const written = ownProperty(chunk, 'by');
  const by = CHUNK_UNITS.find((unit) => unit === written);
  if (by !== undefined) return by;
  if (written === undefined) {
    report.add({ code: 'missing_key', path, detail: '"chunk" needs "by"' });
    return undefined;
  }
  report.add({
    code: 'unknown_value',
    path: [...path, 'by'],
    detail: `Cannot cut a file by ${typeof written === 'string' ? `"${written.slice(0, 100)}"` : typeName(written)}: "by" is ${CHUNK_UNITS.join(', ')}`,
    suggestion: typeof written === 'string' ? closest(written, CHUNK_UNITS) : undefined,
  });
  return undefined;
}

/** A text is a name or a template, and its value known when the node runs. */
function checkSize(
  size: JsonValue | undefined,
  by: ChunkUnit,
  path: Path,
  { report }: Pick<NodeContext, 'report'>,
): void {
  if (size === undefined || size === null || typeof size === 'string') return;
  const most = mostOf(by);
  if (typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= most) return;
  const detail = `"size" must be a whole number from 1 to ${most}`;
  report.add({ code: 'out_of_range', path: [...path, 'size'], detail });
}
