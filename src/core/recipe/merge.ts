/** Deep merging of maps: lists and scalars are replaced. */
import { isJsonObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';

export function mergeDeep(base: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map<string, JsonValue>(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    if (below === value) continue;
    merged.set(key, isJsonObject(below) && isJsonObject(value) ? mergeDeep(below, value) : value);
  }
  return Object.fromEntries(merged);
}
