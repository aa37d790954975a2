/** Letters, digits and white space as Python knows them, where JavaScript's own functions differ. */

export type Side = 'both' | 'start' | 'end';

const WIDE_SPACES =
  '\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';
/** For a class of a regular expression. */
export const SPACES = `\t\n\v\f\r\u001c\u001d\u001e\u001f ${WIDE_SPACES}`;

/** Python counts the separators of ASCII and NEL as white space, and the byte order mark not. */
export function isSpaceAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 128) return code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
  return WIDE_SPACES.includes(text.charAt(index));
}

export function trim(text: string, side: Side = 'both'): string {
  let [start, end] = [0, text.length];
  if (side !== 'end') while (start < end && isSpaceAt(text, start)) start += 1;
  if (side !== 'start') while (end > start && isSpaceAt(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

/** The words of a text as their places. */
export function wordsOf(text: string): readonly { readonly start: number; readonly end: number }[] {
  const words: { start: number; end: number }[] = [];
  for (let index = 0; index < text.length; index += 1) {
    if (isSpaceAt(text, index)) continue;
    const start = index;
    while (index < text.length && !isSpaceAt(text, index)) index += 1;
    words.push({ start, end: index });
  }
  return words;
}

/** Letters of two that have a form of their own at the start of a word. */
const DIGRAPHS: Readonly<Record<string, string>> = { Ǆ: 'ǅ', Ǉ: 'ǈ', Ǌ: 'ǋ', Ǳ: 'ǲ' };

/** A letter at the start of a word: only the first part of `ß` or `ﬁ` is upper case there. */
function titleLetter(letter: string): string {
  if (/\p{Script=Georgian}/u.test(letter)) return letter;
  const upper = letter.toUpperCase();
  const [first = '', ...rest] = upper;
  const isLetter = /\p{Lu}/u.test(first);
  if (rest.length > 0) return isLetter ? first + rest.join('').toLowerCase() : upper;
  return (Object.hasOwn(DIGRAPHS, upper) ? DIGRAPHS[upper] : undefined) ?? upper;
}

export function capitalize(text: string): string {
  const [first = ''] = text;
  return titleLetter(first) + text.slice(first.length).toLowerCase();
}

/** Each run of letters that have a case, capitalised. */
export function titleCase(text: string): string {
  return text.replace(/\p{Cased}+/gu, capitalize);
}

export function casefold(text: string): string {
  // by way of upper case, which writes out `ß` and `ﬁ`; the dotless i would become another letter
  return text.replace(/[^ı]+/gu, (part) =>
    part.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ'),
  );
}

export function isLower(text: string): boolean {
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

export function isUpper(text: string): boolean {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}

export function isTitle(text: string): boolean {
  // no small letter begins a word, and no other stands within one
  const broken = /(?<!\p{Cased})\p{Lowercase}|(?<=\p{Cased})[\p{Uppercase}\p{Lt}]/u;
  return /\p{Cased}/u.test(text) && !broken.test(text);
}

/** Digits of other scripts as the digits of ASCII. */
export function plainDigits(text: string): string {
  return text.replace(/[^\P{Nd}0-9]/gu, plainDigit);
}

/** There are some hundreds of digits in all. */
const digits = new Map<string, string>();

function plainDigit(digit: string): string {
  const known = digits.get(digit);
  if (known !== undefined) return known;
  // Unicode keeps the ten digits of a script together, in order
  const point = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 50 && /\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value += 1;
  const plain = String(value % 10);
  digits.set(digit, plain);
  return plain;
}
