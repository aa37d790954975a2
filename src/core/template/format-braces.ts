/** The safe part of Python's `str.format`: fields by position or name, with a format, no attributes. */
import { characterOf, formatNumber } from './format-text.ts';
import { boundText, charge, chargeText, templateError, type Runtime } from './runtime.ts';
import { toText } from './text.ts';
import { kindOf, type Arguments, type Value } from './value.ts';

const FIELD = /\{\{|\}\}|\{(\w*)(?:![rsa])?(?::([^{}]*))?\}|[{}]/g;
const SPEC = /^(?:(.)?([<>^=]))?([-+ ])?(#)?(0)?(\d{1,6})?([,_])?(?:\.(\d{1,3}))?([a-zA-Z%])?$/su;

export function formatBraces(runtime: Runtime, format: string, args: Arguments): string {
  chargeText(runtime, format.length);
  let next = 0;
  let length = format.length;
  return format.replace(FIELD, (whole: string, name?: string, spec?: string) => {
    if (whole === '{{') return '{';
    if (whole === '}}') return '}';
    if (name === undefined) throw templateError(runtime, `cannot format with "${whole}"`);
    const key = name === '' ? String(next++) : name;
    const isIndex = /^\d+$/.test(key);
    const isGiven = isIndex ? Number(key) < args.positional.length : args.named.has(key);
    if (!isGiven) throw templateError(runtime, `no argument "${key}" is given to format`);
    const value = isIndex ? args.positional[Number(key)] : args.named.get(key);
    const text = spec === undefined ? toText(runtime, value) : formatField(runtime, value, spec);
    length += text.length;
    charge(runtime, 1);
    boundText(runtime, length);
    chargeText(runtime, text.length);
    return text;
  });
}

function formatField(runtime: Runtime, value: Value, spec: string): string {
  const match = SPEC.exec(spec);
  if (match === null) throw templateError(runtime, `cannot format with "${spec}"`);
  const [, fill, align, sign = '-', hash, zero, width = '0', group, precision, type] = match;
  const digits = precision === undefined ? undefined : Number(precision);
  const asked = type !== undefined && type !== 's';
  const number = typeof value === 'boolean' && asked ? Number(value) : value;
  const isNumber = typeof number === 'number';
  if (asked && !isNumber)
    throw templateError(runtime, `cannot format ${kindOf(value)} with "${spec}"`);
  const body = isNumber
    ? formatSigned(number, { sign, group, digits, type, isPrefixed: hash !== undefined })
    : Array.from(toText(runtime, value)).slice(0, digits).join('');
  if (body === undefined) throw templateError(runtime, `cannot format with "${spec}"`);
  const missing = Math.max(0, Number(width) - Array.from(body).length);
  const filler = fill ?? (zero === undefined ? ' ' : '0');
  chargeText(runtime, body.length + missing * filler.length);
  const side = align ?? (zero !== undefined ? '=' : isNumber ? '>' : '<');
  const padding = filler.repeat(missing);
  if (side === '<') return body + padding;
  if (side === '>') return padding + body;
  if (side === '^') {
    const before = missing >> 1;
    return filler.repeat(before) + body + filler.repeat(missing - before);
  }
  const signed = /^[-+ ]?(?:0[xob])?/i.exec(body)?.[0] ?? '';
  return signed + padding + body.slice(signed.length);
}

interface Presentation {
  readonly sign: string;
  /** What stands between groups of digits. */
  readonly group: string | undefined;
  readonly isPrefixed: boolean;
  readonly digits: number | undefined;
  readonly type: string | undefined;
}

function formatSigned(
  value: number,
  { sign, group, digits, type, isPrefixed }: Presentation,
): string | undefined {
  if (type === 'c') return characterOf(value);
  if (type !== undefined && 'dbxXo'.includes(type) && !Number.isInteger(value)) return undefined;
  const isPercent = type === '%';
  const size = Math.abs(value) * (isPercent ? 100 : 1);
  const general = type === 'n' && Number.isInteger(value) ? 'd' : 'g';
  const kind =
    type === 'n' ? general : isPercent ? 'f' : (type ?? (digits === undefined ? undefined : 'g'));
  let text = kind === undefined ? String(size) : formatNumber(size, kind, digits);
  if (text === undefined) return undefined;
  if (group !== undefined) text = grouped(text, group, kind !== undefined && 'bxXo'.includes(kind));
  if (isPrefixed && kind !== undefined && 'bxXo'.includes(kind)) text = `0${kind}${text}`;
  const prefix = value < 0 ? '-' : sign === '-' ? '' : sign;
  return prefix + text + (isPercent ? '%' : '');
}

/** Thousands apart, or fours in the notations of computers. */
function grouped(text: string, by: string, inFours: boolean): string {
  const groups = inFours ? /\B(?=(?:[0-9a-f]{4})+$)/gi : /\B(?=(?:\d{3})+$)/g;
  const whole = inFours ? /^[0-9a-f]+/i : /^\d+/;
  return text.replace(whole, (digits) => digits.replace(groups, by));
}
