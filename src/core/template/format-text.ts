/** Python's `%` formatting of texts. */
import { integerOr } from './arguments.ts';
import { boundText, charge, chargeText, templateError, type Runtime } from './runtime.ts';
import { toJson, toText } from './text.ts';
import { asNumber, isMap, type Value } from './value.ts';

const DIRECTIVE =
  /%(?:\(([^()]*)\))?([-+ 0#]{0,5})(\d{1,6}|\*)?(?:\.(\d{1,3}))?[hlL]?([a-zA-Z%]?)/g;

export function formatPercent(runtime: Runtime, format: string, args: readonly Value[]): string {
  let index = 0;
  let length = 0;
  chargeText(runtime, format.length);
  const text = format.replace(DIRECTIVE, (whole: string, ...groups: (string | undefined)[]) => {
    const [key, flags = '', written = '0', precision, type = ''] = groups;
    if (type === '%') return '%';
    const width = written === '*' ? integerOr(runtime, args[index++], 0) : Number(written);
    const value = key === undefined ? args[index++] : named(args, key);
    if (key === undefined && index > args.length)
      throw templateError(runtime, `no argument is left for "${whole}"`);
    const digits = precision === undefined ? undefined : Number(precision);
    const text = convert(runtime, { type, digits, flags, value });
    if (text === undefined) throw templateError(runtime, `cannot format with "${whole}"`);
    const size = Math.max(text.length, width);
    length += size;
    charge(runtime, 1);
    boundText(runtime, length);
    chargeText(runtime, size);
    if (flags.includes('-')) return text.padEnd(width);
    const isZeroed = flags.includes('0') && typeof asNumber(value) === 'number' && type !== 's';
    if (!isZeroed) return text.padStart(width);
    const sign = /^[-+ ]?(?:0[xo])?/i.exec(text)?.[0] ?? '';
    return sign + text.slice(sign.length).padStart(width - sign.length, '0');
  });
  if (index < args.length && !isMap(args[0]))
    throw templateError(runtime, 'not all arguments were formatted');
  return text;
}

function named(args: readonly Value[], key: string): Value {
  const [map] = args;
  return isMap(map) && Object.hasOwn(map, key) ? map[key] : undefined;
}

interface Conversion {
  readonly type: string;
  readonly digits: number | undefined;
  readonly flags: string;
  readonly value: Value;
}

function convert(runtime: Runtime, { type, digits, flags, value }: Conversion): string | undefined {
  if (type === 's' || type === 'r' || type === 'a') {
    const text = type === 's' ? toText(runtime, value) : toJson(runtime, value, {});
    return digits === undefined ? text : Array.from(text).slice(0, digits).join('');
  }
  if (type === 'c') return characterOf(value);
  const given = asNumber(value);
  if (given === undefined) return undefined;
  if ('xXo'.includes(type) && !Number.isInteger(given)) return undefined;
  const isWhole = 'diuxXo'.includes(type);
  const number = isWhole ? Math.trunc(given) + 0 : given;
  const body = formatNumber(Math.abs(number), type, digits);
  if (body === undefined) return undefined;
  const prefix = flags.includes('#') && 'xXo'.includes(type) ? `0${type}` : '';
  const text = prefix + (isWhole ? body.padStart(digits ?? 0, '0') : body);
  const isNegative = number < 0 || Object.is(number, -0);
  const sign = isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  return sign + text;
}

/** One character, or the one that a number stands for. */
export function characterOf(value: Value): string | undefined {
  if (typeof value === 'string') return Array.from(value).length === 1 ? value : undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  return value >= 0 && value <= 0x10ffff ? String.fromCodePoint(value) : undefined;
}

/** A number that is not negative, by one of Python's presentation types. */
export function formatNumber(number: number, type: string, digits = 6): string | undefined {
  const places = Math.min(digits, 100);
  if (type === 'd' || type === 'i' || type === 'u') return String(BigInt(Math.trunc(number)));
  if (type === 'x') return Math.trunc(number).toString(16);
  if (type === 'X') return Math.trunc(number).toString(16).toUpperCase();
  if (type === 'o') return Math.trunc(number).toString(8);
  if (type === 'b') return Math.trunc(number).toString(2);
  if (type === 'f' || type === 'F') return fixed(number, places);
  if (type === 'e' || type === 'E') {
    const text = number.toExponential(places).replace(/e([-+])(\d)$/, 'e$10$2');
    return type === 'E' ? text.toUpperCase() : text;
  }
  if (type === 'g' || type === 'G') {
    const text = general(number, Math.max(1, places));
    return type === 'G' ? text.toUpperCase() : text;
  }
  return undefined;
}

/** Rounds an exact half to even, as Python does; toFixed rounds it up. */
export function fixed(number: number, places: number): string {
  if (number >= 1e21) return String(BigInt(number)) + (places > 0 ? `.${'0'.repeat(places)}` : '');
  const exact = number.toFixed(Math.min(100, places + 30));
  const dot = exact.indexOf('.');
  const kept = exact.slice(0, places === 0 ? dot : dot + 1 + places);
  const isHalf = /^50*$/.test(exact.slice(dot + 1 + places));
  return isHalf && Number(kept.at(-1)) % 2 === 0 ? kept : number.toFixed(places);
}

function general(number: number, digits: number): string {
  if (number === 0) return '0';
  const exponent = Number(number.toExponential(digits - 1).split('e')[1]);
  const isScientific = exponent < -4 || exponent >= digits;
  const text = isScientific
    ? number.toExponential(digits - 1)
    : number.toFixed(Math.min(100, digits - 1 - exponent));
  const [mantissa = '', power] = text.split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return power === undefined ? short : `${short}e${power.replace(/^([-+])(\d)$/, '$10$2')}`;
}
