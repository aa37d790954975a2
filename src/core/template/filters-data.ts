/** Filters on numbers, maps and JSON. */
import { integerOr, textOr } from './arguments.ts';
import { finite } from './arithmetic.ts';
import { orderOf } from './compare.ts';
import { filter, type FilterCall, type FilterTable } from './filter.ts';
import { fixed } from './format-text.ts';
import { plainDigits, trim } from './letters.ts';
import { readMember } from './member.ts';
import { charge, chargeChars, chargeItems, templateError } from './runtime.ts';
import { toJson, toText } from './text.ts';
import { asNumber, isMap, isTruthy, kindOf, type Value, type ValueMap } from './value.ts';
import { parseJson, type JsonValue } from '../json.ts';

const fallback = {
  ...filter(['default_value', 'boolean'], ({ value, args: [instead = '', boolean] }) =>
    value === undefined || (isTruthy(boolean) && !isTruthy(value)) ? instead : value,
  ),
  allowsUndefined: true,
} as const;

export const DATA_FILTERS: FilterTable = {
  default: fallback,
  d: fallback,
  abs: filter([], ({ runtime, value }) => Math.abs(numberOf({ runtime, value }))),
  round: filter(['precision', 'method'], round),
  int: filter(['default', 'base'], ({ runtime, value, args: [instead = 0, base] }) => {
    if (typeof value === 'string') chargeChars(runtime, Math.min(value.length, 400) * 8);
    const number =
      typeof value === 'string'
        ? parseInteger(value, integerOr(runtime, base, 10))
        : asNumber(value);
    return number === undefined ? instead : Math.trunc(number);
  }),
  float: filter(['default'], ({ runtime, value, args: [instead = 0] }) => {
    if (typeof value !== 'string') return asNumber(value) ?? instead;
    chargeChars(runtime, Math.min(value.length, 400) * 8);
    return asNumber(plainNumber(value)) ?? instead;
  }),
  filesizeformat: filter(['binary'], fileSize),
  attr: filter(['name'], ({ runtime, value, args: [name] }) => readMember(runtime, value, name), 1),
  items: filter([], ({ runtime, value }) => {
    if (value === undefined) return [];
    if (!isMap(value)) throw templateError(runtime, `${kindOf(value)} has no items`);
    return entriesOf({ runtime }, value);
  }),
  dictsort: filter(['case_sensitive', 'by', 'reverse'], sortMap),
  tojson: filter(['indent', 'sort_keys', 'ensure_ascii'], ({ runtime, value, args }) => {
    const [indent, sortKeys = true, ascii = true] = args;
    if (value === undefined) throw templateError(runtime, 'undefined has no JSON');
    return toJson(runtime, value, {
      ...(indent === undefined || indent === null
        ? {}
        : { indent: Math.min(100, Math.max(0, integerOr(runtime, indent, 0))) }),
      sortKeys: isTruthy(sortKeys),
      ascii: isTruthy(ascii),
      html: true,
    });
  }),
  fromjson: filter([], fromJson),
  reference: filter([], ({ runtime, value }) => {
    const path = toText(runtime, value);
    const { lookUp } = runtime.options;
    if (lookUp === undefined) throw templateError(runtime, `there is no definition "${path}"`);
    return lookUp(path);
  }),
  pprint: filter([], ({ runtime, value }) => {
    const line = toJson(runtime, value, {});
    return line.length <= 80 ? line : toJson(runtime, value, { indent: 2 });
  }),
};

function numberOf({ runtime, value }: Pick<FilterCall, 'runtime' | 'value'>): number {
  const number = asNumber(value);
  if (number === undefined) throw templateError(runtime, `expected a number, not ${kindOf(value)}`);
  return number;
}

function round({ runtime, value, args: [precision, method] }: FilterCall): Value {
  const number = numberOf({ runtime, value });
  const places = integerOr(runtime, precision, 0);
  const how = textOr(runtime, method, 'common');
  if (how === 'ceil' || how === 'floor') {
    const scale = 10 ** places;
    return finite(runtime, Math[how](number * scale) / scale);
  }
  if (how !== 'common')
    throw templateError(runtime, 'expected the method "common", "ceil" or "floor"');
  if (places < 0) return roundToTens(number, 10 ** Math.min(-places, 300));
  const digits = fixed(Math.abs(number), Math.min(places, 100));
  return number < 0 ? -Number(digits) : Number(digits);
}

function roundToTens(number: number, unit: number): number {
  const quotient = number / unit;
  const low = Math.floor(quotient);
  const isHalf = quotient - low === 0.5;
  return (isHalf ? low + (low % 2 === 0 ? 0 : 1) : Math.round(quotient)) * unit;
}

/** A number as Python reads it, in the writing that JavaScript reads; `_` may stand between digits. */
function plainNumber(text: string): string {
  if (text.length > 400) return '';
  return plainDigits(trim(text)).replace(/(?<=[^\W_])_(?=[^\W_])/g, '');
}

const PREFIXES: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 };

/** Whole numbers as Python reads them, and any number in base 10 cut to a whole one. */
function parseInteger(text: string, base: number): number | undefined {
  const plain = plainNumber(text).toLowerCase();
  const [, sign = '', prefix = '', digits = ''] = /^([-+]?)(0[xob])?(\w+)$/.exec(plain) ?? [];
  const radix = prefix !== '' && base === 0 ? PREFIXES[prefix] : base;
  const isPrefixed = prefix !== '' && PREFIXES[prefix] === radix;
  const body = isPrefixed ? digits : prefix + digits;
  const isValid =
    radix !== undefined &&
    radix >= 2 &&
    radix <= 36 &&
    body !== '' &&
    Array.from(body).every((digit) => Number.parseInt(digit, 36) < radix);
  if (!isValid) return asNumber(plain);
  const number = Number.parseInt(body, radix);
  if (!Number.isFinite(number)) return undefined;
  return sign === '-' ? -number : number;
}

function fileSize({ runtime, value, args: [binary] }: FilterCall): Value {
  const bytes = numberOf({ runtime, value });
  const base = isTruthy(binary) ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const letters = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
  let power = 1;
  while (power < letters.length && bytes >= base ** (power + 1)) power += 1;
  const letter = letters[power - 1] ?? '';
  const unit = isTruthy(binary) ? `${letter.toUpperCase()}iB` : `${letter}B`;
  return `${fixed(bytes / base ** power, 1)} ${unit}`;
}

function entriesOf({ runtime }: Pick<FilterCall, 'runtime'>, value: ValueMap): [string, Value][] {
  const entries = Object.entries(value);
  chargeItems(runtime, entries.length * 8);
  return entries;
}

function sortMap({ runtime, value, args: [caseSensitive, by, reverse] }: FilterCall): Value {
  if (!isMap(value)) throw templateError(runtime, `expected a map, not ${kindOf(value)}`);
  const column = textOr(runtime, by, 'key');
  if (column !== 'key' && column !== 'value')
    throw templateError(runtime, 'a map sorts by "key" or "value"');
  const fold = (part: Value) =>
    typeof part === 'string' && !isTruthy(caseSensitive) ? part.toLowerCase() : part;
  const direction = isTruthy(reverse) ? -1 : 1;
  return entriesOf({ runtime }, value).toSorted((left, right) => {
    charge(runtime, 1);
    const position = column === 'key' ? 0 : 1;
    return direction * orderOf(runtime, fold(left[position]), fold(right[position]));
  });
}

function fromJson({ runtime, value }: FilterCall): Value {
  const text = toText(runtime, value);
  chargeChars(runtime, text.length * 4);
  const parsed = parseJson(text);
  if (parsed === undefined) throw templateError(runtime, 'cannot read this text: it is not JSON');
  // what is written with digits enough can be too large to hold
  if (/[eE]\+?\d{3}|\d{300}/.test(text) && !hasFiniteNumbers(parsed.value))
    throw templateError(runtime, 'cannot read this text: a number in it is too large');
  return parsed.value;
}

function hasFiniteNumbers(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return (
    typeof value !== 'object' || value === null || Object.values(value).every(hasFiniteNumbers)
  );
}
