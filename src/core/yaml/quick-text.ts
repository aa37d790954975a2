/** The text that the quick reader goes through, line by line, and what makes it give up. */

/** Thrown at whatever is not plain: the library then reads the whole text. Says nothing about the text being wrong. */
export class NotPlain extends Error {}

export function giveUp(): never {
  throw new NotPlain();
}

/** The line under way. In `- a: 1` the map begins where `a` does, so `indent` may lie inside the line. */
export interface QuickText {
  readonly text: string;
  /** Columns before `at`; -1 behind the last line. */
  indent: number;
  /** Offset of the line's first character that is no space. */
  at: number;
  /** Offset of the line's end: its line break, or the end of the text. */
  end: number;
  /** No less than the library's count of tokens. */
  tokens: number;
  readonly mostTokens: number;
  /** Numbers whose text is not how they are written, by path. */
  readonly texts: Map<string, string>;
  readonly path: (string | number)[];
}

// Tabs and carriage returns mean something only YAML's own rules can say.
// oxlint-disable-next-line no-control-regex -- these are the characters meant
const ODD = /[\0-\t\v-\x1F\x7F\x85\u2028\u2029\uFEFF]/;
const MARKERS = /^(?:---|\.\.\.|%)/m;

export function quickText(text: string, mostTokens: number): QuickText {
  if (ODD.test(text) || MARKERS.test(text)) giveUp();
  const quick: QuickText = {
    text,
    indent: -1,
    at: 0,
    end: -1,
    tokens: 0,
    mostTokens,
    texts: new Map(),
    path: [],
  };
  nextLine(quick);
  return quick;
}

/** To the next line that holds more than a comment. */
export function nextLine(quick: QuickText): void {
  const { text } = quick;
  for (let start = quick.end + 1; start < text.length;) {
    let at = start;
    while (text[at] === ' ') at += 1;
    const found = text.indexOf('\n', at);
    const end = found === -1 ? text.length : found;
    countTokens(quick, 4);
    if (at < end && text[at] !== '#') {
      quick.indent = at - start;
      quick.at = at;
      quick.end = end;
      return;
    }
    start = end + 1;
  }
  quick.indent = -1;
  quick.at = text.length;
  quick.end = text.length;
}

export function countTokens(quick: QuickText, count: number): void {
  quick.tokens += count;
  if (quick.tokens > quick.mostTokens) giveUp();
}

/** Behind spaces; at the line's end when only a comment follows them. */
export function skipSpaces(quick: QuickText, from: number): number {
  const { text, end } = quick;
  let at = from;
  while (at < end && text[at] === ' ') at += 1;
  return at > from && text[at] === '#' ? end : at;
}

/** Spaces alone: `trimEnd` takes more than YAML does. */
export function trimSpaces(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end -= 1;
  return text.slice(0, end);
}
