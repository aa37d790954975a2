/** One submitted value against one input: coerced, or the fault. */
import type { Result } from '../errors.ts';
import { schemaFaults } from '../json-schema.ts';
import { canonicalJson, isJsonArray, isJsonObject } from '../json.ts';
import type { JsonValue } from '../json.ts';
import type { RecipeCode } from './codes.ts';
import { compilePattern } from './pattern.ts';
import type { InputSpec } from './plan.ts';
import { typeName } from './shape.ts';
import { closest } from './suggest.ts';

export interface InputFault {
  readonly code: RecipeCode;
  readonly detail: string;
  readonly suggestion?: string | undefined;
}

type Checked = Result<JsonValue, InputFault>;

const TRUE = new Set(['true', 'yes', 'on', '1']);
const FALSE = new Set(['false', 'no', 'off', '0']);
const MAX_FILES = 1000;

export function coerceInput(spec: InputSpec, value: JsonValue): Checked {
  const coerced = coerceType(spec, value);
  if (!coerced.ok) return coerced;
  const fault =
    boundFault(spec, coerced.value) ??
    patternFault(spec, coerced.value) ??
    schemaFault(spec, coerced.value);
  return fault === undefined ? coerced : { ok: false, error: fault };
}

/** An empty form field is no value, except where text is asked for. */
export function isBlank(spec: InputSpec, value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  return value === '' && spec.type !== 'string' && spec.type !== 'text' && spec.type !== 'json';
}

function coerceType(spec: InputSpec, value: JsonValue): Checked {
  switch (spec.type) {
    case 'string':
    case 'text':
      if (typeof value === 'string') return good(value);
      return typeof value === 'number' || typeof value === 'boolean'
        ? good(String(value))
        : wrong('text', value);
    case 'int':
      return coerceInt(value);
    case 'float':
      return coerceFloat(value);
    case 'bool':
      return coerceBool(value);
    case 'file':
      return coerceFile(value);
    case 'literal':
      return coerceLiteral(spec.literalValues ?? [], value);
    case 'json':
      return good(value);
  }
}

function coerceInt(value: JsonValue): Checked {
  const number =
    typeof value === 'string' && /^\s*[+-]?\d{1,17}(?:\.0+)?\s*$/.test(value)
      ? Number(value)
      : value;
  return Number.isSafeInteger(number) && typeof number === 'number'
    ? good(number + 0)
    : wrong('a whole number', value);
}

function coerceFloat(value: JsonValue): Checked {
  const isText =
    typeof value === 'string' && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value);
  const number = isText ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number)
    ? good(number)
    : wrong('a number', value);
}

function coerceBool(value: JsonValue): Checked {
  if (typeof value === 'boolean') return good(value);
  const text =
    typeof value === 'string' || typeof value === 'number'
      ? String(value).trim().toLowerCase()
      : '';
  if (TRUE.has(text)) return good(true);
  return FALSE.has(text) ? good(false) : wrong('true or false', value);
}

function coerceFile(value: JsonValue): Checked {
  if (isFile(value)) return good(value);
  const isList = isJsonArray(value) && value.length <= MAX_FILES && value.every(isFile);
  return isList ? good(value) : wrong('a stored file or a list of them', value);
}

/** A reference is its text, or a map that holds it. */
function isFile(value: JsonValue): boolean {
  if (typeof value === 'string') return value.trim() !== '' && value.length <= 2048;
  return isJsonObject(value) && Object.keys(value).length > 0;
}

function coerceLiteral(choices: readonly JsonValue[], value: JsonValue): Checked {
  const text = canonicalJson(value);
  const same = choices.find((choice) => canonicalJson(choice) === text);
  if (same !== undefined) return good(same);
  const isScalar = typeof value !== 'object';
  const alike = isScalar
    ? choices.find(
        (choice) => typeof choice !== 'object' && String(choice) === String(value).trim(),
      )
    : undefined;
  if (alike !== undefined) return good(alike);
  const names = choices.map((choice) =>
    typeof choice === 'string' ? choice : canonicalJson(choice),
  );
  const shown = names.slice(0, 20).join(', ') + (names.length > 20 ? ', …' : '');
  const suggestion = isScalar ? closest(String(value), names) : undefined;
  return bad('input_literal', `it must be one of ${shown}`, suggestion);
}

function boundFault({ type, min, max }: InputSpec, value: JsonValue): InputFault | undefined {
  const size = sizeOf(type, value);
  if (size === undefined) return undefined;
  const [amount, unit] = size;
  if (min !== undefined && amount < min)
    return { code: 'input_range', detail: `it must be at least ${min}${unit}, not ${amount}` };
  if (max !== undefined && amount > max)
    return { code: 'input_range', detail: `it must be at most ${max}${unit}, not ${amount}` };
  return undefined;
}

function sizeOf(type: InputSpec['type'], value: JsonValue): readonly [number, string] | undefined {
  if (typeof value === 'number' && type !== 'literal' && type !== 'json') return [value, ''];
  if (typeof value === 'string' && (type === 'string' || type === 'text'))
    return [charactersIn(value), ' characters'];
  if (type === 'file') return [isJsonArray(value) ? value.length : 1, ' files'];
  return undefined;
}

function charactersIn(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function patternFault({ pattern, type }: InputSpec, value: JsonValue): InputFault | undefined {
  if (pattern === undefined || typeof value !== 'string' || (type !== 'string' && type !== 'text'))
    return undefined;
  const compiled = compilePattern(pattern);
  if (!compiled.ok || compiled.value.test(value)) return undefined;
  return { code: 'input_pattern', detail: `it must match the pattern ${pattern}` };
}

function schemaFault({ schema }: InputSpec, value: JsonValue): InputFault | undefined {
  const [fault] = schema === undefined ? [] : schemaFaults(schema, value);
  if (fault === undefined) return undefined;
  const place = fault.pointer === '' ? '' : `at "${fault.pointer}": `;
  return { code: 'input_schema', detail: `it does not fit its schema: ${place}${fault.detail}` };
}

function good(value: JsonValue): Checked {
  return { ok: true, value };
}

function bad(code: RecipeCode, detail: string, suggestion?: string): Checked {
  return { ok: false, error: { code, detail, suggestion } };
}

function wrong(expected: string, value: JsonValue): Checked {
  const shown =
    typeof value === 'string'
      ? `"${value.slice(0, 60)}"`
      : typeof value === 'number'
        ? String(value)
        : typeName(value);
  return bad('input_type', `it must be ${expected}, not ${shown}`);
}
