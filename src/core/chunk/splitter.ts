/**
 * Cuts the bytes of a file into chunks while they come.
 *
 * C1. The chunks of a file, put together, are the file: nothing is left out, added or changed.
 * C2. A chunk depends on the bytes from its own start on, and on nothing before: whoever goes on
 *     from the end of one gets the chunks that would have followed.
 */
import { ComposerError } from '../errors.ts';
import { sentenceEnd } from './sentences.ts';
import { MAX_CHUNK_BYTES } from './spec.ts';
import type { ChunkSpec } from './spec.ts';

export interface Chunk {
  readonly bytes: Uint8Array;
  /** Place of the first byte in the file. */
  readonly offset: number;
}

export interface Splitter {
  /** Takes the bytes that follow. */
  readonly push: (bytes: Uint8Array) => void;
  /**
   * The next chunk, its bytes good until the next `push`; undefined until there are more. `isEnd`
   * says that there are none. Throws `chunk_too_large`.
   */
  readonly next: (isEnd: boolean) => Chunk | undefined;
}

export interface SplitterOptions extends ChunkSpec {
  /** Where in the file the first byte pushed lies. */
  readonly offset: number;
  /** Whether `bytes` keeps UTF-8 sequences whole. */
  readonly isText: boolean;
}

/** The end of the unit that begins at `from`, looked for from `at` on; else minus where to look on from. */
type FindEnd = (bytes: Uint8Array, from: number, at: number, isEnd: boolean) => number;

export function createSplitter({ by, size, offset, isText }: SplitterOptions): Splitter {
  const findEnd =
    by === 'lines' ? lineEnd : by === 'sentences' ? sentenceEnd : bytesEnd(size, isText);
  const perChunk = by === 'bytes' ? 1 : size;
  // Kept from push to push: a new one each time would leave as much behind as the file has.
  let room = new Uint8Array();
  let buffer = room;
  let place = offset;
  // In the buffer: the chunk under way, the end of its last whole unit, how far the next was looked at.
  let start = 0;
  let cut = 0;
  let seen = 0;
  let units = 0;

  function take(): Chunk {
    const chunk = { bytes: buffer.subarray(start, cut), offset: place };
    place += cut - start;
    start = cut;
    units = 0;
    return chunk;
  }

  return {
    push(bytes) {
      const rest = buffer.length - start;
      const size = rest + bytes.length;
      if (size <= room.length) room.copyWithin(0, start, buffer.length);
      else {
        room = new Uint8Array(size);
        room.set(buffer.subarray(start));
      }
      room.set(bytes, rest);
      buffer = room.subarray(0, size);
      cut -= start;
      seen -= start;
      start = 0;
    },
    next(isEnd) {
      while (units < perChunk) {
        const found = findEnd(buffer, cut, seen, isEnd);
        const end = found > 0 ? found : isEnd ? buffer.length : 0;
        checkUnit(by, (end > 0 ? end : buffer.length) - cut, place + cut - start);
        if (end === 0) {
          seen = -found;
          // What is whole waits for its unit to come, but not for one that will not fit.
          return units > 0 && buffer.length - start > MAX_CHUNK_BYTES ? take() : undefined;
        }
        if (end === cut) break;
        if (end - start > MAX_CHUNK_BYTES) return take();
        cut = end;
        seen = end;
        units += 1;
      }
      return units > 0 ? take() : undefined;
    },
  };
}

function checkUnit(by: ChunkSpec['by'], length: number, offset: number): void {
  if (by === 'bytes' || length <= MAX_CHUNK_BYTES) return;
  const what = by === 'lines' ? 'line' : 'sentence';
  throw new ComposerError(
    'chunk_too_large',
    `Cannot cut the file: its ${what} at byte ${offset} is longer than ${MAX_CHUNK_BYTES} bytes`,
  );
}

const LINE_FEED = 0x0a;

function lineEnd(bytes: Uint8Array, _from: number, at: number): number {
  const found = bytes.indexOf(LINE_FEED, at);
  return found === -1 ? -bytes.length : found + 1;
}

function bytesEnd(size: number, isText: boolean): FindEnd {
  return (bytes, from, _at, isEnd) => {
    const end = from + size;
    // The bytes behind tell where the sequence ends.
    const needed = isText && !isEnd ? end + LONGEST_SEQUENCE : end;
    if (bytes.length < needed) return -from;
    return isText ? sequenceEnd(bytes, from, end) : end;
  };
}

const LONGEST_SEQUENCE = 4;

/** The last border of two UTF-8 sequences up to `end`; behind it where the first one is longer. */
function sequenceEnd(bytes: Uint8Array, from: number, end: number): number {
  const first = Math.max(from, end - LONGEST_SEQUENCE);
  for (let at = end; at > first; at -= 1) if (!isInside(bytes[at])) return at;
  for (let at = end + 1; at <= from + LONGEST_SEQUENCE; at += 1) {
    if (!isInside(bytes[at])) return at;
  }
  // No UTF-8, then: whoever decodes it will say so.
  return end;
}

function isInside(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
