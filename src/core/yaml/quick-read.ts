/**
 * The part of YAML that recipes are mostly written in, read in one pass: a tenth of the time that the
 * library takes, which keeps every space for tools that write YAML again. Gives nothing for any other text,
 * be it wrong or only unusual: the library decides then. What it does give is what the library would.
 */
import type { JsonValue } from '../json.ts';
import { readFlow } from './quick-flow.ts';
import type { Flow } from './quick-flow.ts';
import {
  beginsPlain,
  checkedKey,
  MAX_KEY,
  plainKey,
  plainScalar,
  quotedScalar,
} from './quick-scalar.ts';
import {
  countTokens,
  giveUp,
  nextLine,
  NotPlain,
  quickText,
  skipSpaces,
  trimSpaces,
} from './quick-text.ts';
import type { QuickText } from './quick-text.ts';

export interface QuickRead {
  readonly value: JsonValue;
  /** Numbers whose text is not how they are written, by path. */
  readonly texts: ReadonlyMap<string, string>;
}

export function readQuickly(
  text: string,
  bounds: { readonly tokens: number; readonly depth: number },
): QuickRead | undefined {
  try {
    const quick = quickText(text, bounds.tokens);
    const { texts } = quick;
    const value = readBlock(quick, -1, bounds.depth - 1);
    return quick.indent === -1 ? { value, texts } : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/** The value that begins at the line under way, which is deeper than `above`. */
function readBlock(quick: QuickText, above: number, depth: number): JsonValue {
  if (depth < 0) giveUp();
  if (isDash(quick)) return readList(quick, depth);
  const key = keyEnd(quick);
  if (key !== undefined) return readMap(quick, depth);
  const isFlow = '{['.includes(quick.text[quick.at] ?? ' ');
  // A text that is nothing but a scalar is no recipe.
  if (above === -1 && !isFlow) giveUp();
  return readInline(quick, above, depth);
}

function isDash({ text, at, end }: QuickText): boolean {
  return text[at] === '-' && (at + 1 === end || text[at + 1] === ' ');
}

function readList(quick: QuickText, depth: number): JsonValue {
  const { indent } = quick;
  const list: JsonValue[] = [];
  while (quick.indent === indent && isDash(quick)) {
    countTokens(quick, 2);
    quick.path.push(list.length);
    list.push(readItem(quick, indent, depth - 1));
    quick.path.pop();
  }
  // Deeper: more of a value that has ended. Not deeper: the collection around decides.
  return quick.indent > indent ? giveUp() : list;
}

function readItem(quick: QuickText, indent: number, depth: number): JsonValue {
  const at = skipSpaces(quick, quick.at + 1);
  if (at === quick.end) {
    nextLine(quick);
    return quick.indent > indent ? readBlock(quick, indent, depth) : null;
  }
  quick.indent += at - quick.at;
  quick.at = at;
  return readBlock(quick, indent, depth);
}

function readMap(quick: QuickText, depth: number): JsonValue {
  const { indent } = quick;
  const map: { [key: string]: JsonValue } = {};
  while (quick.indent === indent) {
    const end = keyEnd(quick) ?? giveUp();
    const key = keyOf(quick, end);
    if (Object.hasOwn(map, key)) giveUp();
    countTokens(quick, 5);
    quick.at = end;
    quick.path.push(key);
    map[key] = readMember(quick, indent, depth - 1);
    quick.path.pop();
  }
  return quick.indent > indent ? giveUp() : map;
}

/** Behind the colon. */
function readMember(quick: QuickText, indent: number, depth: number): JsonValue {
  const at = skipSpaces(quick, quick.at + 1);
  if (at < quick.end) {
    quick.at = at;
    return readInline(quick, indent, depth);
  }
  nextLine(quick);
  // A list may stand as far left as the key it belongs to.
  if (quick.indent === indent && isDash(quick)) return readSameIndent(quick, depth);
  return quick.indent > indent ? readBlock(quick, indent, depth) : null;
}

function readSameIndent(quick: QuickText, depth: number): JsonValue {
  return depth < 0 ? giveUp() : readList(quick, depth);
}

/** Offset of the colon behind the key that the line begins with. */
function keyEnd(quick: QuickText): number | undefined {
  const { text, at, end } = quick;
  const first = text[at];
  if (first === '"' || first === "'") {
    const colon = quotedScalar(quick, at).end;
    return isColon(quick, colon) ? colon : undefined;
  }
  if (!beginsPlain(text, at)) return undefined;
  for (let colon = text.indexOf(':', at); colon !== -1 && colon < end;) {
    if (isColon(quick, colon)) return text.slice(at, colon).includes(' #') ? undefined : colon;
    colon = text.indexOf(':', colon + 1);
  }
  return undefined;
}

function isColon({ text, end }: QuickText, at: number): boolean {
  return text[at] === ':' && (at + 1 === end || text[at + 1] === ' ');
}

function keyOf(quick: QuickText, end: number): string {
  const { text, at } = quick;
  const first = text[at];
  if (end - at > MAX_KEY) giveUp();
  return first === '"' || first === "'"
    ? checkedKey(quotedScalar(quick, at).value)
    : plainKey(trimSpaces(text.slice(at, end)));
}

/** A value in the line under way: nothing but a comment may follow it, and no deeper line. */
function readInline(quick: QuickText, indent: number, depth: number): JsonValue {
  const { text, at } = quick;
  const first = text[at];
  countTokens(quick, 3);
  if (depth < 0) giveUp();
  if (first === '|') return readLiteral(quick, indent);
  let value: JsonValue;
  let behind = quick.end;
  if (first === '"' || first === "'") {
    const quoted = quotedScalar(quick, at);
    ({ value, end: behind } = quoted);
  } else if (first === '{' || first === '[') {
    const flow: Flow = { quick, at, indent };
    value = readFlow(flow, depth);
    behind = flow.at;
  } else value = plainScalar(quick, plainText(quick));
  if (skipSpaces(quick, behind) !== quick.end) giveUp();
  nextLine(quick);
  return quick.indent > indent ? giveUp() : value;
}

/** Up to a comment or the line's end. */
function plainText({ text, at, end }: QuickText): string {
  if (!beginsPlain(text, at)) giveUp();
  const line = text.slice(at, end);
  const comment = line.indexOf(' #');
  const plain = trimSpaces(comment === -1 ? line : line.slice(0, comment));
  // That would be a map inside the line, which YAML does not have.
  return plain.includes(': ') || plain.endsWith(':') ? giveUp() : plain;
}

const HEADER = /^\|(-?)$/;

/** `|` and `|-`. */
function readLiteral(quick: QuickText, indent: number): string {
  const { text } = quick;
  const header = HEADER.exec(trimSpaces(text.slice(quick.at, quick.end)));
  if (header === null) giveUp();
  const lines: string[] = [];
  let inner = -1;
  let start = quick.end + 1;
  for (let last = 0; start < text.length; start = last + 1) {
    const found = text.indexOf('\n', start);
    last = found === -1 ? text.length : found;
    let at = start;
    while (at < last && text[at] === ' ') at += 1;
    const isBlank = at === last;
    if (!isBlank && inner === -1) inner = at - start;
    if (!isBlank && at - start < inner) {
      if (at - start > indent) giveUp();
      break;
    }
    // Spaces alone may say how deep the text is, or be part of it.
    if (isBlank && at - start > Math.max(inner, 0)) giveUp();
    if (inner <= indent && inner !== -1) giveUp();
    lines.push(inner === -1 ? '' : text.slice(Math.min(start + inner, last), last));
  }
  if (inner === -1) giveUp();
  while (lines.at(-1) === '') lines.pop();
  countTokens(quick, 3);
  quick.end = start - 1;
  nextLine(quick);
  const value = lines.join('\n');
  return header?.[1] === '-' ? value : `${value}\n`;
}
