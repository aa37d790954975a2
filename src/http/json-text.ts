/** Parses JSON that a stranger wrote: bounded in depth, and without keys that reach a prototype. */
import { ComposerError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';

const MAX_DEPTH = 100;

export function parseJson(text: string): JsonValue {
  const value = parse(text);
  check(value);
  return value;
}

function parse(text: string): JsonValue {
  try {
    // SAFETY: JSON.parse gives nothing but JSON.
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new ComposerError('invalid_json', `Cannot parse the JSON${placeOf(cause, text)}`, {
      cause,
    });
  }
}

/** Breadth first and without recursion, so that depth costs no stack. */
function check(root: JsonValue): void {
  let level: JsonValue[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) {
      throw new ComposerError(
        'invalid_json',
        `Cannot parse the JSON: it is nested over ${MAX_DEPTH} deep`,
      );
    }
    const inner: JsonValue[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      // Assigning such a key somewhere would change a prototype; no honest document has it.
      if (Object.hasOwn(value, '__proto__')) {
        throw new ComposerError(
          'invalid_json',
          'Cannot parse the JSON: "__proto__" is not allowed as a key',
        );
      }
      for (const child of Object.values<JsonValue>(value)) {
        if (typeof child === 'object' && child !== null) inner.push(child);
      }
    }
    level = inner;
  }
}

/** The engine words its errors as it likes; only the offset in them is taken. */
function placeOf(error: unknown, text: string): string {
  const offset = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  if (offset === undefined) return text.trim() === '' ? ': it is empty' : '';
  const before = text.slice(0, Number(offset)).split('\n');
  return `: line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}
