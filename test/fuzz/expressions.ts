/** Expressions from a grammar: mostly well formed, about names that exist, with everything Jinja has. */
import { FILTERS } from '../../src/core/template/filters.ts';
import { TESTS } from '../../src/core/template/tests.ts';
import { choose } from './random.ts';
import type { Random } from './random.ts';
import { NUMBER_TEXTS, REACHING, oddText } from './words.ts';

export interface Names {
  /** Names that the scope has, and some that it has not. */
  readonly variables: readonly string[];
  readonly members: readonly string[];
}

export interface Grammar {
  readonly random: Random;
  readonly names: Names;
}

const FILTER_NAMES = Object.keys(FILTERS);
const TEST_NAMES = Object.keys(TESTS).filter((name) => /^\w+$/.test(name));
const METHODS = [
  ...'upper lower casefold capitalize title swapcase strip lstrip rstrip center ljust rjust'.split(
    ' ',
  ),
  ...'zfill split rsplit splitlines partition rpartition join replace startswith endswith'.split(
    ' ',
  ),
  ...'find rfind index rindex count removeprefix removesuffix isdigit isalpha isspace istitle'.split(
    ' ',
  ),
  ...'format strftime items keys values get copy append extend insert pop remove update'.split(' '),
  ...'setdefault next reset cycle changed current nosuch'.split(' '),
];
const ARITHMETIC = ['+', '-', '*', '/', '//', '%', '**', '~'];
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'contains'];
const ARGUMENT_NAMES = [
  'default',
  'attribute',
  'width',
  'd',
  'indent',
  'reverse',
  'by',
  'sep',
  'x',
];
const GLOBALS = ['range', 'dict', 'namespace', 'cycler', 'joiner', 'lipsum', 'self', 'caller'];

export function expression(grammar: Grammar, depth: number): string {
  const { random } = grammar;
  if (depth <= 0) return leaf(grammar);
  const inner = (): string => expression(grammar, depth - 1);
  return choose(random, [
    [5, () => leaf(grammar)],
    [4, () => `${operand(grammar, depth)}${member(grammar, depth)}`],
    [6, () => `${operand(grammar, depth)}${spaced(random, '|')}${filterUse(grammar, depth)}`],
    [3, () => `${operand(grammar, depth)}.${random.pick(METHODS)}(${argumentsOf(grammar, depth)})`],
    [3, () => `${inner()} ${random.pick(ARITHMETIC)} ${inner()}`],
    [2, () => `${inner()} ${random.pick(COMPARISONS)} ${inner()}`],
    [2, () => `${inner()} ${random.pick(['and', 'or'])} ${inner()}`],
    [2, () => `${inner()} is ${random.chance(0.3) ? 'not ' : ''}${testUse(grammar, depth)}`],
    [1, () => `${random.pick(['not ', '-', '+', '- -', 'not not '])}${inner()}`],
    [1, () => `${inner()} if ${inner()}${random.chance(0.7) ? ` else ${inner()}` : ''}`],
    [2, () => `[${random.some(5, inner).join(', ')}${random.chance(0.1) ? ',' : ''}]`],
    [2, () => `{${random.some(4, () => `${inner()}: ${inner()}`).join(', ')}}`],
    [1, () => `(${random.some(4, inner).join(', ')}${random.chance(0.2) ? ',' : ''})`],
    [2, () => `${operand(grammar, depth)}[${slice(grammar, depth)}]`],
    [2, () => `${random.pick(GLOBALS)}(${argumentsOf(grammar, depth)})`],
    [1, () => `(${inner()})(${argumentsOf(grammar, depth)})`],
  ]);
}

function operand(grammar: Grammar, depth: number): string {
  const { random } = grammar;
  return random.chance(0.7) ? leaf(grammar) : `(${expression(grammar, depth - 1)})`;
}

function leaf({ random, names }: Grammar): string {
  return choose(random, [
    [8, () => random.pick(names.variables)],
    [3, () => quoted(random, random.pick(names.members))],
    [2, () => quoted(random, oddText(random))],
    [3, () => String(random.between(-3, 12))],
    [1, () => random.pick(NUMBER_TEXTS)],
    [1, () => random.pick(['true', 'false', 'none', 'True', 'None'])],
    [1, () => random.pick(['[]', '{}', "''", '()'])],
  ]);
}

function member({ random, names }: Grammar, depth: number): string {
  const name = random.chance(0.75) ? random.pick(names.members) : random.pick(REACHING);
  const next = (): string =>
    depth > 1 && random.chance(0.3) ? member({ random, names }, depth - 1) : '';
  return choose(random, [
    [4, () => `.${name}${next()}`],
    [2, () => `[${quoted(random, name)}]${next()}`],
    [1, () => `.${random.between(0, 3)}${next()}`],
    [1, () => `[${expression({ random, names }, depth - 1)}]${next()}`],
    [1, () => `|attr(${quoted(random, name)})${next()}`],
  ]);
}

function filterUse(grammar: Grammar, depth: number): string {
  const { random } = grammar;
  const name = random.chance(0.97) ? random.pick(FILTER_NAMES) : random.pick(REACHING);
  const args = random.chance(0.5) ? `(${filterArguments(grammar, name, depth)})` : '';
  const more = random.chance(0.3) ? `|${filterUse(grammar, depth - 1)}` : '';
  return `${name}${args}${depth > 0 ? more : ''}`;
}

/** Filters that name others get the name of one most of the time. */
function filterArguments(grammar: Grammar, name: string, depth: number): string {
  const { random, names } = grammar;
  if (name === 'map') {
    return random.chance(0.5)
      ? `'${random.pick(FILTER_NAMES)}'`
      : `attribute=${quoted(random, random.pick(names.members))}`;
  }
  const test = `'${random.pick(TEST_NAMES)}'${random.chance(0.4) ? `, ${leaf(grammar)}` : ''}`;
  if (name === 'select' || name === 'reject') return random.chance(0.7) ? test : '';
  if (name === 'selectattr' || name === 'rejectattr')
    return `${quoted(random, random.pick(names.members))}${random.chance(0.6) ? `, ${test}` : ''}`;
  if (name === 'regex_replace' && random.chance(0.8))
    return `${quoted(random, pattern(random))}, ${quoted(random, random.pick(['', 'x', '\\1', '\\g<0>']))}`;
  return argumentsOf(grammar, depth);
}

const PATTERN_PARTS = [
  'a',
  '.',
  '\\w',
  '\\s',
  '[a-z]',
  '[^b]',
  '(a|b)',
  '(?:x)',
  '^',
  '$',
  '\\b',
  '()',
  'é',
];
const REPEATS = ['*', '+', '?', '{2}', '{1,}', '{0,3}', '*?', '+?', '{99}', '{1000}', '**', ''];

/** Regular expressions, sound and not. */
export function pattern(random: Random): string {
  const parts = random.some(6, () => random.pick(PATTERN_PARTS) + random.pick(REPEATS)).join('');
  if (random.chance(0.3))
    return `(${parts})${random.pick(REPEATS)}${random.pick(['', '\\1', '|b', '(?=a)'])}`;
  return random.chance(0.1)
    ? parts + random.pick(['(', ')', '[', '\\', '{', '(?<n>', '\\p{L}'])
    : parts;
}

function testUse(grammar: Grammar, depth: number): string {
  const { random } = grammar;
  const name = random.chance(0.95) ? random.pick(TEST_NAMES) : random.pick(REACHING);
  return random.chance(0.4) ? `${name}(${argumentsOf(grammar, depth)})` : name;
}

function argumentsOf(grammar: Grammar, depth: number): string {
  const { random } = grammar;
  const value = (): string => expression(grammar, Math.min(1, depth - 1));
  const positional = random.some(3, value);
  const named = random.some(2, () => `${random.pick(ARGUMENT_NAMES)}=${value()}`);
  const spread = random.chance(0.05) ? [random.chance(0.5) ? `*${value()}` : `**${value()}`] : [];
  return [...positional, ...named, ...spread].join(', ');
}

function slice(grammar: Grammar, depth: number): string {
  const { random } = grammar;
  const bound = (): string => (random.chance(0.5) ? '' : expression(grammar, Math.min(0, depth)));
  return `${bound()}:${bound()}${random.chance(0.5) ? `:${bound()}` : ''}`;
}

function spaced(random: Random, text: string): string {
  return random.chance(0.5) ? text : ` ${text} `;
}

export function quoted(random: Random, text: string): string {
  const quote = random.chance(0.7) ? "'" : '"';
  return quote + text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote;
}
