/** Our own records as the API spells them. Never for values that users gave keys to. */
import type { JsonValue } from '../core/json.ts';

export function snakeCase(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null) {
    // SAFETY: records here are JSON, so what is neither list nor object is a scalar.
    return value as JsonValue;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [
        key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        snakeCase(member),
      ]),
  );
}
