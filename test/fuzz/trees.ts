/** YAML as a tree that can say what JSON cannot: repeated keys, anchors, aliases, tags and raw text. */
import type { Random } from './random.ts';

export type Tree = null | boolean | number | string | Tree[] | MapTree | Special;

export interface MapTree {
  readonly type: 'map';
  pairs: [key: string | Special, value: Tree][];
}

/** Text that is put as it is before a value, or instead of one. */
export interface Special {
  readonly type: 'special';
  readonly text: string;
  readonly of?: Tree;
}

export interface Fields {
  readonly [key: string]: Tree | undefined;
}

/** A map of those fields that are defined. */
export function mapOf(fields: Fields): MapTree {
  const pairs = Object.entries(fields).flatMap(([key, value]): [string, Tree][] =>
    value === undefined ? [] : [[key, value]],
  );
  return { type: 'map', pairs };
}

export function raw(text: string): Special {
  return { type: 'special', text };
}

/** `&a`, `!tag` or both, before a value. */
export function marked(text: string, of: Tree): Special {
  return { type: 'special', text, of };
}

export function isMapTree(tree: Tree): tree is MapTree {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree) && tree.type === 'map';
}

export function isSpecial(tree: Tree): tree is Special {
  return (
    typeof tree === 'object' && tree !== null && !Array.isArray(tree) && tree.type === 'special'
  );
}

interface Printer {
  readonly random: Random;
  /** How often maps and lists are written in brackets. */
  readonly flow: number;
}

export function yamlText(random: Random, tree: Tree): string {
  const printer = { random, flow: random.pick([0, 0.15, 0.4, 1]) };
  return `${block(printer, tree, 0).replace(/^\n/, '')}\n`;
}

/** Starts with a line break or a space. */
function block(printer: Printer, tree: Tree, indent: number): string {
  if (isSpecial(tree)) {
    return ` ${tree.text}${tree.of === undefined ? '' : block(printer, tree.of, indent)}`;
  }
  const isOpen = Array.isArray(tree) ? tree.length > 0 : isMapTree(tree) && tree.pairs.length > 0;
  if (!isOpen || printer.random.chance(printer.flow)) return ` ${flow(printer, tree, indent)}`;
  const pad = `\n${' '.repeat(indent)}`;
  if (Array.isArray(tree)) {
    return tree
      .map((item) => `${pad}-${hang(block(printer, item, indent + 2), indent + 2)}`)
      .join('');
  }
  if (!isMapTree(tree)) return ` ${flow(printer, tree, indent)}`;
  return tree.pairs
    .map(([key, value]) => `${pad}${keyText(printer, key)}:${block(printer, value, indent + 2)}`)
    .join('');
}

/** The first line of a map inside a list stands beside its dash. */
function hang(text: string, indent: number): string {
  const lead = `\n${' '.repeat(indent)}`;
  return text.startsWith(lead) ? ` ${text.slice(lead.length)}` : text;
}

function flow(printer: Printer, tree: Tree, indent: number): string {
  if (isSpecial(tree))
    return `${tree.text}${tree.of === undefined ? '' : ` ${flow(printer, tree.of, indent)}`}`;
  if (Array.isArray(tree)) return `[${tree.map((item) => flow(printer, item, indent)).join(', ')}]`;
  if (isMapTree(tree)) {
    return `{${tree.pairs.map(([key, value]) => `${keyText(printer, key)}: ${flow(printer, value, indent)}`).join(', ')}}`;
  }
  return typeof tree === 'string' ? scalar(printer, tree, indent) : String(tree);
}

function keyText({ random }: Printer, key: string | Special): string {
  if (typeof key !== 'string') return key.text;
  return /^[A-Za-z_][\w-]*$/.test(key) && random.chance(0.97) ? key : JSON.stringify(key);
}

const PLAIN = /^[A-Za-z_][\w .\-/|@()]*[\w)]$/;

function scalar({ random, flow: share }: Printer, text: string, indent: number): string {
  if (PLAIN.test(text) && random.chance(0.8)) return text;
  const isPrintable = /^[\x20-\x7e]*$/.test(text);
  if (isPrintable && random.chance(0.25)) return `'${text.replaceAll("'", "''")}'`;
  if (share < 1 && /^[^\s\p{Cc}](?:\P{Cc}|\n)*$/u.test(text) && random.chance(0.1) && indent > 0) {
    const pad = ' '.repeat(indent);
    return `${random.pick(['|', '>', '|-', '>+', '|2'])}\n${text
      .split('\n')
      .map((line) => pad + line)
      .join('\n')}`;
  }
  return JSON.stringify(text);
}

/** Every list and map of a tree, itself first. */
export function containersOf(tree: Tree): (Tree[] | MapTree)[] {
  if (isSpecial(tree)) return tree.of === undefined ? [] : containersOf(tree.of);
  if (Array.isArray(tree)) return [tree, ...tree.flatMap(containersOf)];
  if (isMapTree(tree)) return [tree, ...tree.pairs.flatMap(([, value]) => containersOf(value))];
  return [];
}
