/** Ends of sentences in UTF-8, found without a dictionary: by marks, what follows them, and blank lines. */

/** What ends a sentence where white space follows; `wide` ones do without it. */
const MARKS: readonly { readonly bytes: readonly number[]; readonly wide: boolean }[] = [
  ...['.', '!', '?', '…', '؟', '۔', '।'].map((mark) => ({ bytes: utf8(mark), wide: false })),
  ...['。', '！', '？', '｡'].map((mark) => ({ bytes: utf8(mark), wide: true })),
];
/** What may stand between the mark and the end. */
const CLOSERS = ['"', "'", ')', ']', '}', '»', '’', '”', '」', '』', '）', '】'].map(utf8);

const LINE_FEED = 0x0a;
const FULL_STOP = 0x2e;

/** First bytes of marks, and the line feed: all that is worth a closer look. */
const LOOK = new Uint8Array(256);
for (const { bytes } of MARKS) LOOK[bytes[0] ?? 0] = 1;
LOOK[LINE_FEED] = 1;

/** Titles and the like: what follows is a name, so the stop behind them ends nothing. */
const BEFORE_NAMES = new Set(
  'mr mrs ms dr prof st mt rev gen col sgt capt lt jr sr fig no nr vol vs ca cf sra hr fr'.split(
    ' ',
  ),
);

/**
 * The end of the sentence that begins at `from`, white space behind it included, looked for from `at`
 * on; else minus where to look on from once there are more bytes.
 */
export function sentenceEnd(bytes: Uint8Array, from: number, at: number, isEnd: boolean): number {
  for (let index = at; index < bytes.length; index += 1) {
    if (LOOK[bytes[index] ?? 0] === 0) continue;
    const found =
      bytes[index] === LINE_FEED
        ? blankLineEnd(bytes, index, isEnd)
        : markEnd(bytes, { from, start: index, isEnd });
    if (found > 0) return found;
    if (found === OPEN) return -index;
  }
  return -bytes.length;
}

/** Instead of an end: what tells has not come yet. 0 stands for none. */
const OPEN = -1;
/** Bytes of the longest character that is looked for, and thus of the longest that may be cut off. */
const LONGEST = 3;

/** Behind the white space of empty lines; 0 when the next line has something. */
function blankLineEnd(bytes: Uint8Array, lineFeed: number, isEnd: boolean): number {
  const end = skipSpace(bytes, lineFeed + 1);
  if (!isEnd && bytes.length - end < LONGEST) return OPEN;
  if (end === lineFeed + 1) return 0;
  return bytes.subarray(lineFeed + 1, end).includes(LINE_FEED) ? end : 0;
}

/** Behind the white space after a mark; 0 when it ends nothing. */
function markEnd(
  bytes: Uint8Array,
  { from, start, isEnd }: { from: number; start: number; isEnd: boolean },
): number {
  let isWide = false;
  let at = start;
  for (let mark = markAt(bytes, at); mark !== undefined; mark = markAt(bytes, at)) {
    isWide ||= mark.wide;
    at += mark.bytes.length;
  }
  const isStop = at === start + 1 && bytes[start] === FULL_STOP;
  if (at > start) {
    for (let closer = closerAt(bytes, at); closer > 0; closer = closerAt(bytes, at)) at += closer;
  }
  const end = skipSpace(bytes, at);
  if (!isEnd && bytes.length - end < LONGEST) return OPEN;
  if (at === start) return 0;
  if (isWide || end === bytes.length) return end;
  if (end === at || isLower(bytes[end])) return 0;
  return isStop && isBeforeName(bytes, from, start) ? 0 : end;
}

function markAt(bytes: Uint8Array, at: number): (typeof MARKS)[number] | undefined {
  if (LOOK[bytes[at] ?? 0] === 0) return undefined;
  return MARKS.find((mark) => isAt(bytes, at, mark.bytes));
}

/** Bytes of the closing mark that stands there; 0: none does. */
function closerAt(bytes: Uint8Array, at: number): number {
  return CLOSERS.find((closer) => isAt(bytes, at, closer))?.length ?? 0;
}

function isAt(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[at + index] === byte);
}

function isBeforeName(bytes: Uint8Array, from: number, stop: number): boolean {
  let start = stop;
  while (start > from && stop - start < 6 && isLetter(bytes[start - 1])) start -= 1;
  const word = String.fromCharCode(...bytes.subarray(start, stop));
  const isInitial = word.length === 1 && !isLower(bytes[start]) && word !== 'I';
  return isInitial || BEFORE_NAMES.has(word.toLowerCase());
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = bytes[at];
    if (byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)) at += 1;
    // The wide space of CJK, and the narrow ones around U+2000.
    else if (byte === 0xe3 && bytes[at + 1] === 0x80 && bytes[at + 2] === 0x80) at += 3;
    else if (byte === 0xc2 && bytes[at + 1] === 0xa0) at += 2;
    else return at;
  }
}

function isLower(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x61 && byte <= 0x7a;
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && isLower(byte | 0x20);
}

/** This folder has no encoder: it runs without a platform. */
function utf8(character: string): number[] {
  const escaped = encodeURIComponent(character).match(/%[\dA-F]{2}|[^%]/g) ?? [];
  return escaped.map((part) =>
    part.length === 3 ? Number.parseInt(part.slice(1), 16) : part.charCodeAt(0),
  );
}
