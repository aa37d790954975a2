/** The way from a document's root to a value, and its JSON pointer. */
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonValue } from '../json.ts';

export type Path = readonly (string | number)[];

export function pointerOf(path: Path): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

export function valueAt(root: JsonValue | undefined, path: Path): JsonValue | undefined {
  let value = root;
  for (const part of path) {
    if (isJsonArray(value) && typeof part === 'number') value = value[part];
    else if (isJsonObject(value)) value = ownProperty(value, String(part));
    else return undefined;
  }
  return value;
}
