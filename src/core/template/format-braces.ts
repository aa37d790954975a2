/** The safe part of Python's `str.format`: fields by position or name, with a format, no attributes. */
import { formatNumber } from './format-text.ts';
import { boundText, charge, chargeText, templateError, type Runtime } from './runtime.ts';
import { toText } from './text.ts';
import type { Arguments, Value } from './value.ts';

const FIELD = /\{\{|\}\}|\{(\w*)(?::([^{}]*))?\}|[{}]/g;
const SPEC = /^(?:(.)?([<>^=]))?([-+ ])?(0)?(\d{1,6})?(,)?(?:\.(\d{1,3}))?([a-zA-Z%])?$/su;

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
  const [, fill, align, sign = '-', zero, width = '0', comma, precision, type] = match;
  const digits = precision === undefined ? undefined : Number(precision);
  const isNumber = typeof value === 'number';
  const body = isNumber
    ? formatSigned(value, { sign, comma: comma !== undefined, digits, type })
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
  const signed = /^[-+ ]/.exec(body)?.[0] ?? '';
  return signed + padding + body.slice(signed.length);
}

interface Presentation {
  readonly sign: string;
  readonly comma: boolean;
  readonly digits: number | undefined;
  readonly type: string | undefined;
}

function formatSigned(
  value: number,
  { sign, comma, digits, type }: Presentation,
): string | undefined {
  const isPercent = type === '%';
  const size = Math.abs(value) * (isPercent ? 100 : 1);
  const kind = isPercent ? 'f' : (type ?? (digits === undefined ? undefined : 'g'));
  let text = kind === undefined ? String(size) : formatNumber(size, kind, digits);
  if (text === undefined) return undefined;
  if (comma) text = text.replace(/^\d+/, (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ','));
  const prefix = value < 0 ? '-' : sign === '-' ? '' : sign;
  return prefix + text + (isPercent ? '%' : '');
}
