/** Names, texts and numbers that have broken readers before. */
import type { Random } from './random.ts';

/** Names that mean something to the platform, to Python or to the language itself. */
export const REACHING = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '__lookupGetter__',
  'call',
  'apply',
  'bind',
  'at',
  'length',
  'then',
  'toJSON',
  '__class__',
  '__init__',
  '__globals__',
  '__mro__',
  '__subclasses__',
  'mro',
  'get',
  'set',
  'self',
  'globalThis',
  'process',
  'eval',
  'Function',
  'Symbol',
] as const;

export const LANGUAGE_NAMES = [
  'item',
  'index',
  'loop',
  'key',
  'parent',
  'inputs',
  'nodes',
  'run',
  'current_time',
  'visits',
  'START',
  'END',
  'to',
  'if',
  'auto',
  'true',
  'null',
] as const;

const ODD_TEXTS = [
  '',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\r',
  '\0',
  '\uFEFF',
  '\u2028',
  '\u2029',
  '\u0085',
  '\u00A0',
  '\u200B',
  '\u200F\u202E',
  '\uD800',
  '\uDC00x',
  '\uFFFF',
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  'e\u0301',
  '\u0130',
  'ß',
  'ﬁ',
  'Ａ',
  '١٢٣',
  '\u{1D7D9}',
  'ﷺ',
  '~',
  '-',
  '?',
  ':',
  '- ',
  ': ',
  '# x',
  '&a',
  '*a',
  '!t',
  '|',
  '>-',
  '%',
  '@',
  '@@',
  '`',
  '"',
  "'",
  '\\',
  '{{',
  '}}',
  '{%',
  '{#',
  '<<',
  '../..',
  '/etc/passwd',
  'https://x.test/a.yaml',
  '1h30m',
  '-1s',
  '1e999',
  '0x10',
  '0o7',
  '.inf',
  '2024-01-01',
  '1_000',
  '12:30',
  'yes',
  'no',
  'null',
  '=',
] as const;

export const NUMBERS = [
  0, -0, 1, -1, 2, 3, 7, 10, 63, 64, 65, 100, 255, 1000, 65536, 99999, 100000, 100001, 2147483647,
  2147483648, 4294967296, 9007199254740991, 9007199254740992, 1e21, 1e100, 1e300,
  1.7976931348623157e308, 5e-324, 0.1, 0.5, 1.5, 2.675, -0.0001, -7.25,
] as const;

export const NUMBER_TEXTS = [
  ...NUMBERS.map(String),
  '1e999',
  '-1e999',
  '.inf',
  '-.INF',
  '.nan',
  '123456789012345678901234567890',
  '0.1e-400',
  '00012',
  '+5',
  '1_000',
  '0x7fffffffffffffff',
  '0b101',
  '1.',
  '.5',
  '1e5',
] as const;

/** A short text: plain, odd, or a run of odd characters. */
export function oddText(random: Random): string {
  if (random.chance(0.6)) return random.pick(ODD_TEXTS);
  if (random.chance(0.5)) return random.pick(REACHING);
  return random.some(12, () => oddCharacter(random)).join('');
}

export function oddCharacter(random: Random): string {
  if (random.chance(0.4)) return String.fromCharCode(random.below(128));
  if (random.chance(0.5)) return random.pick(ODD_TEXTS);
  return random.chance(0.5)
    ? String.fromCharCode(random.below(65536))
    : String.fromCodePoint(random.below(0x110000));
}
