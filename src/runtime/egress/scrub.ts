/**
 * Takes secrets out of answers: a host that is sent one may send it back. Found are a value as it is,
 * percent-encoded, escaped as JSON or HTML, in any mixture of these, as base64 wherever in a longer text
 * it begins, and as hex. A host that changes it otherwise is not found out.
 */

export interface Scrubber {
  text(text: string): string;
  bytes(bytes: Uint8Array): Uint8Array;
}

/** What stands where a secret was. Never longer than one, so that an answer does not grow. */
const MARK = '***';
/** Characters that one expression looks for: longer values are looked for in pieces. */
const PIECE = 256;

export function createScrubber(values: readonly string[]): Scrubber {
  // A longer value first: it may begin with a shorter one.
  const longestFirst = values.toSorted((a, b) => b.length - a.length);
  const patterns = longestFirst.flatMap(piecesOf).map(patternOf);
  const scrub = (text: string): string =>
    patterns.reduce((rest, pattern) => rest.replaceAll(pattern, MARK), text);
  return {
    text: (text) => (patterns.length === 0 ? text : fromBinary(scrub(toBinary(encode(text))))),
    bytes(bytes) {
      if (patterns.length === 0) return bytes;
      const before = toBinary(bytes);
      const after = scrub(before);
      return after === before ? bytes : toBytes(after);
    },
  };
}

/** A piece shorter than this is no more than a word, and would be found in what is no secret. */
const SHORTEST = 8;

function piecesOf(value: string): Uint8Array[] {
  const bytes = encode(value);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += PIECE) {
    const isLast = bytes.length - at < PIECE + SHORTEST;
    pieces.push(bytes.subarray(at, isLast ? bytes.length : at + PIECE));
    if (isLast) break;
  }
  return pieces;
}

/** Over bytes, each of which is a character from 0 to 255. */
function patternOf(bytes: Uint8Array): RegExp {
  const hex = [...bytes].map((byte) => anyCase(hexOf(byte, 2)));
  const base64 = [0, 1, 2].map((offset) => base64Pattern(bytes, offset));
  return new RegExp([wordPattern(bytes), ...base64, hex.join('[\\s:-]?')].join('|'), 'g');
}

/** Within the value, `\0?` finds UTF-16 too. */
function wordPattern(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  return Array.from(text, characterPattern).join('\\0?');
}

/** A character as it is and in every common escape. */
function characterPattern(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const bytes = [...encode(character)];
  const percent = bytes.map((byte) => `%(?:25)?${anyCase(hexOf(byte, 2))}`);
  // Two of them beyond the first plane of Unicode.
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const unicode = units.map((unit) => `\\\\{1,8}u${anyCase(hexOf(unit, 4))}`);
  const html = `&#(?:0{0,5}${code}|[xX]0{0,5}${anyCase(code.toString(16))});?`;
  return `(?:${[
    bytes.map(bytePattern).join(''),
    // As a header carries it.
    ...(code > 0x7f && code <= 0xff ? [bytePattern(code)] : []),
    percent.join(''),
    unicode.join(''),
    html,
    ...shortEscapes(character),
  ].join('|')})`;
}

const HTML_NAMES: { readonly [character: string]: string } = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
};
const JSON_LETTERS: { readonly [character: string]: string } = {
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\b': 'b',
  '\f': 'f',
};

function shortEscapes(character: string): string[] {
  const name = HTML_NAMES[character];
  const letter = JSON_LETTERS[character];
  return [
    ...(/["\\/]/.test(character) ? [`\\\\{1,8}${escape(character)}`] : []),
    ...(letter === undefined ? [] : [`\\\\{1,8}${letter}`]),
    ...(name === undefined ? [] : [`&${name};`]),
    ...(character === ' ' ? ['\\+'] : []),
  ];
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Lines of base64 end after 64 or 76 characters, and JSON escapes the ends. */
const BREAK = '(?:[\\r\\n]|\\\\[rn])*';

/**
 * The characters of base64 that the value alone decides when `offset` bytes of a group come before it.
 * Those at either end are shared with the neighbours, and are left out.
 */
function base64Pattern(bytes: Uint8Array, offset: number): string {
  const bits = bytes.length * 8;
  const skipped = (6 - ((offset * 8) % 6)) % 6;
  const characters: string[] = [];
  for (let at = skipped; at + 6 <= bits; at += 6) {
    characters.push(base64Character(ALPHABET.charAt(sixBits(bytes, at))));
  }
  return characters.join(BREAK);
}

function sixBits(bytes: Uint8Array, at: number): number {
  const first = Math.floor(at / 8);
  const word = ((bytes[first] ?? 0) << 8) | (bytes[first + 1] ?? 0);
  return (word >> (10 - (at % 8))) & 63;
}

/** Addresses have an alphabet of their own, and may encode what they do not like. */
function base64Character(character: string): string {
  if (character === '+') return '(?:\\+|-|%2[bB]|\\\\{1,8}u002[bB])';
  if (character === '/') return '(?:\\\\{0,8}/|_|%2[fF]|\\\\{1,8}u002[fF])';
  return character;
}

function bytePattern(byte: number): string {
  return `\\x${hexOf(byte, 2)}`;
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function escape(character: string): string {
  return bytePattern(character.charCodeAt(0));
}

function anyCase(hex: string): string {
  return hex.replaceAll(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Arguments that one call may have on every platform. */
const SPREAD = 0x2000;

function toBinary(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += SPREAD) {
    text += String.fromCharCode(...bytes.subarray(at, at + SPREAD));
  }
  return text;
}

function toBytes(binary: string): Uint8Array {
  return Uint8Array.from(binary, (unit) => unit.charCodeAt(0));
}

function fromBinary(binary: string): string {
  return new TextDecoder().decode(toBytes(binary));
}
