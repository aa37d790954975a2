/** JSON as the whole system passes it around, and its canonical text. */

/**
 * Any JSON value. Built from interfaces because a recursive alias in a Durable Object method's
 * signature makes the compiler give up (TS2589).
 */
export type JsonValue = null | boolean | number | string | JsonArray | JsonObject;
export interface JsonArray extends ReadonlyArray<JsonValue> {}
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonArray(value: JsonValue | undefined): value is JsonArray {
  return Array.isArray(value);
}

/** Reads an own property only, so `__proto__` and `constructor` never reach a prototype. */
export function ownProperty(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/**
 * The text of RFC 8785: keys sorted by UTF-16 code units, no white space. Two values that are equal
 * as JSON have equal texts, so a hash of it identifies the value.
 */
export function canonicalJson(value: JsonValue): string {
  if (isJsonArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

/** Bytes of a text in UTF-8. A lone surrogate counts as the three bytes of its replacement. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 2;
      index += 1;
    } else bytes += 2;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** How deep JSON from outside may nest. */
export const MAX_JSON_DEPTH = 128;

/** Parses JSON text that nests at most `maxDepth` deep. Nothing: it is not such a text. */
export function parseJson(
  text: string,
  maxDepth = MAX_JSON_DEPTH,
): { readonly value: JsonValue } | undefined {
  if (depthOf(text) > maxDepth) return undefined;
  try {
    // SAFETY: what JSON.parse returns is a JSON value.
    return { value: JSON.parse(text) as JsonValue };
  } catch {
    return undefined;
  }
}

/** The deepest nesting of brackets outside of strings; exact for valid JSON. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (isInString) {
      if (unit === BACKSLASH) index += 1;
      else if (unit === QUOTE) isInString = false;
    } else if (unit === QUOTE) isInString = true;
    else if (unit === BRACKET_OPEN || unit === BRACE_OPEN)
      deepest = Math.max(deepest, (depth += 1));
    else if (unit === BRACKET_CLOSE || unit === BRACE_CLOSE) depth -= 1;
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
