/** From a path in a document to lines and columns in its text. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Node, Pair, YAMLMap } from 'yaml';
import { placeOfRange } from '../yaml/text-place.ts';
import type { Lines, Place, Range } from '../yaml/text-place.ts';
import type { Path } from './path.ts';

export interface Spot {
  /** Point at the key instead of the value. */
  readonly at?: 'key' | 'value';
  /** UTF-16 offset inside the string at the path; `text` is the string it counts in. */
  readonly offset?: number;
  readonly text?: string;
}

export interface Tree {
  readonly contents: Node | null;
  readonly lines: Lines;
  readonly targets: ReadonlyMap<Node, Node>;
}

export function placeOf(tree: Tree, path: Path, spot: Spot = {}): Place {
  const found = locate(tree, path);
  if (found.node === undefined) return placeOfRange(tree.lines, keyRange(found.pair) ?? [0, 0]);
  const complete = found.depth === path.length;
  if (complete && spot.at === 'key' && found.pair !== undefined) {
    return placeOfRange(tree.lines, keyRange(found.pair) ?? rangeOf(found.node));
  }
  if (complete && spot.offset !== undefined) {
    const inside = offsetInside(tree, target(tree, found.node), spot);
    if (inside !== undefined) return placeOfRange(tree.lines, inside);
  }
  return placeOfRange(tree.lines, headRange(found.node));
}

interface Found {
  readonly node?: Node;
  readonly pair?: Pair;
  /** How many parts of the path were followed. */
  readonly depth: number;
}

function locate(tree: Tree, path: Path): Found {
  let found: Found = tree.contents === null ? { depth: 0 } : { node: tree.contents, depth: 0 };
  for (const part of path) {
    const node = found.node === undefined ? undefined : target(tree, found.node);
    const next = node === undefined ? undefined : child(tree, node, part);
    if (next === undefined) break;
    found = { ...next, depth: found.depth + 1 };
  }
  return found;
}

function target(tree: Tree, node: Node): Node {
  return isAlias(node) ? (tree.targets.get(node) ?? node) : node;
}

function child(tree: Tree, node: Node, part: string | number): Omit<Found, 'depth'> | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(part)];
    return isNode(item) ? { node: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = findPair(node, String(part)) ?? findMerged(tree, node, String(part), 0);
  if (pair === undefined) return undefined;
  return isNode(pair.value) ? { node: pair.value, pair } : { pair };
}

const INDEXED_FROM = 16;
const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The first pair of a key. Many findings in a large map would each go over all of it. */
function findPair(map: YAMLMap, key: string): Pair | undefined {
  if (map.items.length < INDEXED_FROM) return map.items.find((pair) => keyText(pair) === key);
  const index = indexes.get(map) ?? indexOf(map);
  indexes.set(map, index);
  return index.get(key);
}

function indexOf({ items }: YAMLMap): ReadonlyMap<string, Pair> {
  const index = new Map<string, Pair>();
  for (const pair of items) {
    const key = keyText(pair);
    if (key !== undefined && !index.has(key)) index.set(key, pair);
  }
  return index;
}

/** The pair that a `<<` brings in; the `<<` itself when the key comes from a reference. */
function findMerged(tree: Tree, map: YAMLMap, key: string, level: number): Pair | undefined {
  const merge = findPair(map, '<<');
  if (merge === undefined || !isNode(merge.value) || level > 8) return undefined;
  const value = target(tree, merge.value);
  const sources = (isSeq(value) ? value.items : [value]).flatMap((item) =>
    isNode(item) ? [target(tree, item)] : [],
  );
  for (const source of sources) {
    if (!isMap(source)) continue;
    const pair = findPair(source, key) ?? findMerged(tree, source, key, level + 1);
    if (pair !== undefined) return pair;
  }
  return sources.some((source) => isScalar(source)) ? merge : undefined;
}

function keyText(pair: Pair): string | undefined {
  const { key } = pair;
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function keyRange(pair: Pair | undefined): Range | undefined {
  return pair !== undefined && isNode(pair.key) ? rangeOf(pair.key) : undefined;
}

function isNode(value: unknown): value is Node {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value);
}

function rangeOf(node: Node): Range {
  return node.range === null || node.range === undefined ? [0, 0] : [node.range[0], node.range[1]];
}

/** A whole block would underline a page: a collection is shown by its first key or character. */
function headRange(node: Node): Range {
  const range = rangeOf(node);
  if (isMap(node)) return keyRange(node.items[0]) ?? [range[0], range[0] + 1];
  return isSeq(node) ? [range[0], range[0] + 1] : range;
}

const WORD = /[\w.]+/y;

function offsetInside(tree: Tree, node: Node, spot: Spot): Range | undefined {
  if (!isScalar(node) || typeof node.value !== 'string' || spot.offset === undefined)
    return undefined;
  const offset = offsetAsTyped(node.value, spot.text ?? node.value, spot.offset);
  if (offset === undefined) return undefined;
  const range = rangeOf(node);
  // What is missing at the end of a text is shown at its last character.
  const start = Math.min(
    alignOffset(tree.lines.text, range, node.value, offset),
    Math.max(range[0], range[1] - 1),
  );
  WORD.lastIndex = start;
  const word = WORD.exec(tree.lines.text);
  const end = word === null ? start + 1 : start + word[0].length;
  return [start, Math.min(end, range[1])];
}

/** References change a text: then the tag or line around the place is looked for as it was typed. */
function offsetAsTyped(typed: string, text: string, offset: number): number | undefined {
  if (typed === text) return offset;
  const opening = Math.max(text.lastIndexOf('{{', offset), text.lastIndexOf('{%', offset));
  const from = Math.max(opening, text.lastIndexOf('\n', offset - 1) + 1, offset - 200, 0);
  const closing = /\}\}|%\}|\n|$/.exec(text.slice(offset))?.index ?? 0;
  const found = typed.indexOf(text.slice(from, offset + Math.min(closing, 200)));
  return found === -1 ? undefined : found + offset - from;
}

/**
 * Walks value and source side by side. Folding, indentation and block headers differ in white space
 * alone, so the place of every visible character comes out exact.
 */
function alignOffset(text: string, [start, end]: Range, value: string, offset: number): number {
  const quote = text[start];
  const isBlock = quote === '|' || quote === '>';
  let at = start;
  if (isBlock) at = Math.max(text.indexOf('\n', start), start) + 1;
  else if (quote === '"' || quote === "'") at += 1;
  for (let i = 0; i < offset && i < value.length && at < end;) {
    at = skipSpace(text, at, end, value[i] ?? '');
    const width =
      quote === '"' ? escapeWidth(text, at) : quote === "'" ? quoteWidth(text, at) : SAME;
    at += width.source;
    i += width.value;
  }
  return offset < value.length ? skipSpace(text, at, end, value[offset] ?? '') : at;
}

function skipSpace(text: string, from: number, end: number, next: string): number {
  let at = from;
  if (isSpace(next)) return at;
  while (at < end && isSpace(text[at] ?? '')) at += 1;
  return at;
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\t' || char === '\r';
}

const SAME = { source: 1, value: 1 };
const ESCAPE_LENGTHS: { readonly [char: string]: number } = { x: 4, u: 6, U: 10 };

function escapeWidth(text: string, at: number): { source: number; value: number } {
  if (text[at] !== '\\') return SAME;
  const next = text[at + 1] ?? '';
  if (next === '\n') return { source: 2, value: 0 };
  const length = Object.hasOwn(ESCAPE_LENGTHS, next) ? (ESCAPE_LENGTHS[next] ?? 2) : 2;
  const code = next === 'U' ? Number.parseInt(text.slice(at + 2, at + 10), 16) : 0;
  return { source: length, value: code > 0xffff ? 2 : 1 };
}

function quoteWidth(text: string, at: number): { source: number; value: number } {
  return text[at] === "'" && text[at + 1] === "'" ? { source: 2, value: 1 } : SAME;
}
