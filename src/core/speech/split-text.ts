/** A long text in pieces that a voice can take one after the other. */
import { sentenceEnd } from '../chunk/sentences.ts';

/**
 * Pieces of at most `most` UTF-16 units, or one character, that together are the text, none of it left out. They end where
 * a sentence does; a sentence that is longer ends at a space, and a word that is longer anywhere but
 * within a character.
 */
export function splitText(text: string, most: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const sentence of sentencesOf(text)) {
    if (piece.length + sentence.length > most) {
      if (piece !== '') pieces.push(piece);
      const parts = cut(sentence, most);
      piece = parts.pop() ?? '';
      pieces.push(...parts);
    } else piece += sentence;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

/** With the white space behind each. */
function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  // The marks that are looked for are of one UTF-8 byte or three, never part of another character.
  const { bytes, offsets } = encode(text);
  for (let from = 0; from < bytes.length;) {
    const end = sentenceEnd(bytes, from, from, true);
    const to = end > 0 ? end : bytes.length;
    sentences.push(text.slice(offsets[from], offsets[to]));
    from = to;
  }
  return sentences;
}

/** `offsets`: where in the text each byte's character begins; one more for its end. */
function encode(text: string): { bytes: Uint8Array; offsets: Uint32Array } {
  const bytes = new Uint8Array(text.length * 3);
  const offsets = new Uint32Array(text.length * 3 + 1);
  let size = 0;
  const put = (byte: number, at: number): void => {
    offsets[size] = at;
    bytes[size] = byte;
    size += 1;
  };
  for (let at = 0; at < text.length; at += 1) {
    const code = text.codePointAt(at) ?? 0;
    if (code < 0x80) put(code, at);
    else if (code < 0x800) {
      put(0xc0 | (code >> 6), at);
      put(0x80 | (code & 0x3f), at);
    } else if (code < 0x10000) {
      put(0xe0 | (code >> 12), at);
      put(0x80 | ((code >> 6) & 0x3f), at);
      put(0x80 | (code & 0x3f), at);
    } else {
      put(0xf0 | (code >> 18), at);
      put(0x80 | ((code >> 12) & 0x3f), at);
      put(0x80 | ((code >> 6) & 0x3f), at);
      put(0x80 | (code & 0x3f), at);
      at += 1;
    }
  }
  offsets[size] = text.length;
  return { bytes: bytes.subarray(0, size), offsets };
}

/** At the last space that fits, else where it must be. */
function cut(sentence: string, most: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (sentence.length - from > most) {
    const space = lastSpace(sentence, from, from + most);
    const to = space > from ? space : wholeCharacter(sentence, from, from + most);
    parts.push(sentence.slice(from, to));
    from = to;
  }
  parts.push(sentence.slice(from));
  return parts;
}

/** Behind the last white space of a range, or its beginning. */
function lastSpace(text: string, from: number, to: number): number {
  for (let at = to; at > from; at -= 1) if (/\s/.test(text[at - 1] ?? '')) return at;
  return from;
}

/** One character at least, so that it comes to an end. */
function wholeCharacter(text: string, from: number, at: number): number {
  const isHalf =
    /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[at] ?? '');
  if (!isHalf) return at;
  return at - 1 > from ? at - 1 : at + 1;
}
