/** Python's `%` formatting of texts. */
import { boundText, charge, chargeText, templateError, type Runtime } from './runtime.ts';
import { toJson, toText } from './text.ts';
import { asNumber, isMap, type Value } from './value.ts';

const DIRECTIVE = /%(?:\(([^()]*)\))?([-+ 0#]{0,5})(\d{1,6})?(?:\.(\d{1,3}))?[hlL]?([a-zA-Z%]?)/g;

export function formatPercent(runtime: Runtime, format: string, args: readonly Value[]): string {
  let index = 0;
  let length = 0;
  chargeText(runtime, format.length);
  const text = format.replace(DIRECTIVE, (whole: string, ...groups: (string | undefined)[]) => {
    const [key, flags = '', width = '0', precision, type = ''] = groups;
    if (type === '%') return '%';
    const value = key === undefined ? args[index++] : named(args, key);
    if (key === undefined && index > args.length)
      throw templateError(runtime, `no argument is left for "${whole}"`);
    const digits = precision === undefined ? undefined : Number(precision);
    const text = convert(runtime, { type, digits, flags, value });
    if (text === undefined) throw templateError(runtime, `cannot format with "${whole}"`);
    const size = Math.max(text.length, Number(width));
    length += size;
    charge(runtime, 1);
    boundText(runtime, length);
    chargeText(runtime, size);
    if (flags.includes('-')) return text.padEnd(Number(width));
    const isZeroed = flags.includes('0') && typeof asNumber(value) === 'number' && type !== 's';
    if (!isZeroed) return text.padStart(Number(width));
    const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
    return sign + text.slice(sign.length).padStart(Number(width) - sign.length, '0');
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
  const number = asNumber(value);
  if (number === undefined) return undefined;
  const text = formatNumber(Math.abs(number), type, digits);
  if (text === undefined) return undefined;
  const isNegative = number < 0 || Object.is(number, -0);
  const sign = isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  return sign + text;
}

/** A number that is not negative, by one of Python's presentation types. */
export function formatNumber(number: number, type: string, digits = 6): string | undefined {
  const places = Math.min(digits, 100);
  if (type === 'd' || type === 'i' || type === 'u') return String(BigInt(Math.trunc(number)));
  if (type === 'x') return Math.trunc(number).toString(16);
  if (type === 'X') return Math.trunc(number).toString(16).toUpperCase();
  if (type === 'o') return Math.trunc(number).toString(8);
  if (type === 'f' || type === 'F') return fixed(number, places);
  if (type === 'e' || type === 'E') {
    const text = number.toExponential(places).replace(/e([-+])(\d)$/, 'e$10$2');
    return type === 'E' ? text.toUpperCase() : text;
  }
  if (type === 'g' || type === 'G') return general(number, Math.max(1, places));
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
