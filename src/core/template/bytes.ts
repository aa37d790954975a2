/** UTF-8, Base64 and percent encoding, without the platform's encoders. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A lone surrogate becomes U+FFFD, as encoders of the web do it. */
export function utf8Encode(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return bytes;
}

function tail(code: number): number {
  return 0x80 | (code & 0x3f);
}

/** Undefined when the bytes are not well-formed UTF-8. */
export function utf8Decode(bytes: readonly number[]): string | undefined {
  const parts: string[] = [];
  let index = 0;
  while (index < bytes.length) {
    const first = bytes[index] ?? 0;
    const extra = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (first >= 0x80 && (first < 0xc2 || first > 0xf4)) return undefined;
    let code = extra === 0 ? first : first & (0x3f >> extra);
    for (let offset = 1; offset <= extra; offset += 1) {
      const byte = bytes[index + offset] ?? 0;
      if ((byte & 0xc0) !== 0x80) return undefined;
      code = (code << 6) | (byte & 0x3f);
    }
    const lowest = [0, 0x80, 0x800, 0x10000][extra] ?? 0;
    if (code < lowest || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    parts.push(String.fromCodePoint(code));
    index += extra + 1;
  }
  return parts.join('');
}

export function encodeBase64(text: string): string {
  const bytes = utf8Encode(text);
  const { length } = bytes;
  let encoded = '';
  for (let index = 0; index < length; index += 3) {
    const bits =
      ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    encoded += ALPHABET.charAt(bits >> 18) + ALPHABET.charAt((bits >> 12) & 0x3f);
    encoded += index + 1 < length ? ALPHABET.charAt((bits >> 6) & 0x3f) : '=';
    encoded += index + 2 < length ? ALPHABET.charAt(bits & 0x3f) : '=';
  }
  return encoded;
}

/** The text behind Base64 in either alphabet, padded or not; undefined when it is no text. */
export function decodeBase64(encoded: string): string | undefined {
  const letters = encoded
    .replace(/\s+/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(letters) || letters.length % 4 === 1) return undefined;
  const bytes: number[] = [];
  let [bits, held] = [0, 0];
  for (const letter of letters) {
    bits = ((bits << 6) | ALPHABET.indexOf(letter)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push((bits >> held) & 0xff);
  }
  return utf8Decode(bytes);
}

/** Percent-encodes all but letters, digits, `_.-~` and the characters of `safe`. */
export function percentEncode(text: string, safe: string): string {
  const parts = utf8Encode(text).map((byte) => {
    const character = String.fromCharCode(byte);
    const isSafe = byte < 0x80 && (/[\w.~-]/.test(character) || safe.includes(character));
    return isSafe ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return parts.join('');
}
