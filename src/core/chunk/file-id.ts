/** A reference to a stored file, as inputs and nodes write it. */
import { isJsonObject, ownProperty } from '../json.ts';
import type { JsonValue } from '../json.ts';

/** An id; or a map that has it as `file`, or as `id`, which is what an upload answers with. */
export function fileIdOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (!isJsonObject(value)) return undefined;
  const id = ownProperty(value, 'file') ?? ownProperty(value, 'id');
  return typeof id === 'string' ? id : undefined;
}
