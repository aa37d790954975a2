/** Prints `assembly/unicode-table.ts`: run it by hand when a new Unicode version matters. */

const CLASSES = [
  [8, /\p{White_Space}/u],
  [10, /\p{Regional_Indicator}/u],
  [9, /\p{Extended_Pictographic}/u],
  [3, /\p{Grapheme_Extend}|\p{Emoji_Modifier}/u],
  [7, /\p{Mc}/u],
  [4, /(?=\p{Script=Han})[\p{L}\p{N}]/u],
  [5, /(?=\p{Script=Hiragana})\p{L}/u],
  [6, /(?=\p{Script=Katakana})\p{L}|[\u30fc\uff70]/u],
  [1, /\p{L}/u],
  [2, /\p{N}/u],
];

/** Planes 0 and 1; what lies beyond is ideographs, tags and variation selectors. */
const END = 0x20000;

function classOf(code) {
  if (code >= 0xd800 && code <= 0xdfff) return 0;
  const text = String.fromCodePoint(code);
  return CLASSES.find(([, pattern]) => pattern.test(text))?.[0] ?? 0;
}

function varint(value) {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >> 7)];
}

const bytes = [];
let last = 0;
for (let from = 0; from < END;) {
  const kind = classOf(from);
  let to = from + 1;
  while (to < END && classOf(to) === kind) to++;
  if (kind !== 0) {
    bytes.push(...varint(from - last), ...varint(to - from), kind);
    last = to;
  }
  from = to;
}

const rows = [];
for (let i = 0; i < bytes.length; i += 28) rows.push(`  ${bytes.slice(i, i + 28).join(', ')},`);

process.stdout
  .write(`/** Classes of code points below U+20000, from Unicode ${process.versions.unicode}; written by make-unicode-table.mjs. */

/** Runs of one class: gap, length (both LEB128), class. */
export const RUNS_SIZE: usize = ${bytes.length};
// prettier-ignore
export const RUNS: usize = memory.data<u8>([
${rows.join('\n')}
]);
`);
