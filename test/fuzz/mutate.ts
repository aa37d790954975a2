/** Damage: to trees before they are written, to texts, and to bytes. */
import { choose } from './random.ts';
import type { Random } from './random.ts';
import { containersOf, isMapTree, mapOf, marked, raw } from './trees.ts';
import type { MapTree, Tree } from './trees.ts';
import { LANGUAGE_NAMES, NUMBER_TEXTS, REACHING, oddCharacter, oddText } from './words.ts';

/** Changes a tree in place, once or a few times. */
export function damageTree(random: Random, tree: Tree): void {
  for (let times = random.between(1, 3); times > 0; times -= 1) {
    const containers = containersOf(tree).filter((part) => entriesOf(part).length > 0);
    // what is multiplied twice grows beyond what can be written
    if (containers.length === 0 || containers.length > 1500) return;
    damageContainer(random, random.pick(containers), containers);
  }
}

function entriesOf(container: Tree[] | MapTree): unknown[] {
  return Array.isArray(container) ? container : container.pairs;
}

type Containers = readonly (Tree[] | MapTree)[];

function damageContainer(random: Random, container: Tree[] | MapTree, all: Containers): void {
  const entries = entriesOf(container);
  const at = random.below(entries.length);
  const other = random.below(entries.length);
  choose<void>(random, [
    [2, () => void entries.splice(at, 1)],
    [2, () => void entries.splice(other, 0, entries[at])],
    [1, () => void ([entries[at], entries[other]] = [entries[other], entries[at]])],
    [
      1,
      () =>
        void entries.push(...Array.from({ length: random.pick([2, 30, 600]) }, () => entries[at])),
    ],
    [6, () => replaceValue(random, container, at, all)],
    [3, () => replaceKey(random, container, at)],
  ]);
}

function replaceValue(
  random: Random,
  container: Tree[] | MapTree,
  at: number,
  all: Containers,
): void {
  const old = Array.isArray(container) ? container[at]! : container.pairs[at]![1];
  const next = choose<Tree>(random, [
    [3, () => wrongValue(random)],
    [1, () => deepened(random, old)],
    [
      1,
      () =>
        marked(
          random.pick(['&a1', '!t', '!!binary', '!!str', '!!set', '&a1 !t', '!<x>', '? ']),
          old,
        ),
    ],
    [
      1,
      () =>
        raw(random.pick(['*a1', '*nosuch', '<<: *a1', '&a1 *a1', '# c\n', '!!null', '|', '? a'])),
    ],
    [1, () => (old === undefined || random.chance(0.5) ? null : mapOf({ [oddKey(random)]: old }))],
    // a copy, because a tree that holds itself could not be written
    [1, () => structuredClone(random.pick(all.filter((part) => part !== container)) ?? 'x')],
  ]);
  if (Array.isArray(container)) container[at] = next;
  else container.pairs[at]![1] = next;
}

function wrongValue(random: Random): Tree {
  return choose<Tree>(random, [
    [2, () => random.pick<Tree>([null, true, false, [], mapOf({}), '', 0, -1, 'x', [[]], [null]])],
    [2, () => raw(random.pick(NUMBER_TEXTS))],
    [2, () => oddText(random)],
    [
      1,
      () => random.pick(['@a', '@lib.tone', '@x.y', '@reference:a', '{{ a }}', '{{', '{% if %}']),
    ],
    [0.3, () => oddText(random).repeat(random.pick([100, 1000, 5000]))],
  ]);
}

function deepened(random: Random, tree: Tree): Tree {
  let deep = tree;
  for (let levels = random.pick([1, 5, 62, 70, 200]); levels > 0; levels -= 1)
    deep = random.chance(0.5) ? [deep] : mapOf({ a: deep });
  return deep;
}

function replaceKey(random: Random, container: Tree[] | MapTree, at: number): void {
  if (!isMapTree(container)) return;
  const pair = container.pairs[at]!;
  const [key] = pair;
  const name = typeof key === 'string' ? key : 'a';
  pair[0] = choose<string | ReturnType<typeof raw>>(random, [
    [3, () => damageText(random, name)],
    [2, () => oddKey(random)],
    [1, () => container.pairs[random.below(container.pairs.length)]![0]],
    [
      1,
      () =>
        raw(
          random.pick([
            '<<',
            '[a, b]',
            '{a: b}',
            '*a1',
            '&k a',
            '1.0',
            'null',
            'yes',
            '? a\n',
            '!!str a',
            '""',
          ]),
        ),
    ],
    [0.2, () => 'k'.repeat(random.pick([100, 2000, 100_000]))],
  ]);
}

function oddKey(random: Random): string {
  return random.chance(0.5) ? random.pick([...REACHING, ...LANGUAGE_NAMES]) : oddText(random);
}

const INSERTS = [
  '\t',
  '\r',
  '\r\n',
  '\n\n',
  ' ',
  '  ',
  '\uFEFF',
  '\0',
  '---\n',
  '\n---\n',
  '...\n',
  '%YAML 1.1\n---\n',
  '# note\n',
  ' # note',
  '&a ',
  '*a',
  '*a1',
  '<<: *a1\n',
  '!t ',
  '!!map ',
  '? ',
  ': ',
  '- ',
  '| ',
  '>\n',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ',',
  '@',
  '@@',
  '{{',
  '}}',
  '{%',
  '%}',
  '{#',
  '#}',
  '-%}',
  '{{-',
  '|',
  '\\',
  '\\u',
  '\\x4',
  '(',
  ')',
  '**',
  '//',
  '..',
  '==',
  ' if ',
  ' to ',
  ' is ',
  ' not ',
  ' in ',
  ' else ',
  "'a'",
  '|upper',
  '.a',
  '[0]',
] as const;

/** Changes a text in a few places. */
export function damageText(random: Random, text: string): string {
  let result = text;
  for (let times = random.between(1, 4); times > 0; times -= 1) result = damageOnce(random, result);
  return result;
}

function damageOnce(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const length = random.pick([1, 1, 2, 5, 20, 200]);
  const [before, part, after] = [
    text.slice(0, at),
    text.slice(at, at + length),
    text.slice(at + length),
  ];
  return choose(random, [
    [3, () => before + after],
    [4, () => before + random.pick(INSERTS) + part + after],
    [2, () => before + oddCharacter(random) + after],
    [1, () => before + part + part + after],
    [1, () => before + part.repeat(random.pick([2, 10, 200])) + after],
    [1, () => before],
    [1, () => after + before],
    [1, () => moveLines(random, text)],
    [1, () => before + random.pick(NUMBER_TEXTS) + after],
    [0.5, () => text.replaceAll('\n', random.pick(['\r\n', '\r', '\n\n', '\n \n', '\u2028']))],
    [
      0.5,
      () => text.replaceAll(/^ +/gm, (lead) => random.pick([lead, lead, '\t', `${lead} `, ''])),
    ],
    [
      0.3,
      () => random.pick(['\uFEFF', '%YAML 1.2\n---\n', '---\n', '# c\n', '\n'.repeat(2000)]) + text,
    ],
    [0.3, () => text + random.pick(['\n---\na: 1\n', '\n...\n', '\0', '\n\t', text])],
    [0.3, () => text.toUpperCase()],
    [0.3, () => before.split('').toReversed().join('') + after],
  ]);
}

function moveLines(random: Random, text: string): string {
  const lines = text.split('\n');
  const [moved = ''] = lines.splice(random.below(lines.length), 1);
  lines.splice(random.below(lines.length + 1), 0, moved, ...(random.chance(0.5) ? [moved] : []));
  return lines.join('\n');
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

export function damageBytes(random: Random, text: string): string {
  const bytes = encoder.encode(text);
  for (let times = random.between(1, 8); times > 0 && bytes.length > 0; times -= 1) {
    const at = random.below(bytes.length);
    bytes[at] = random.chance(0.5) ? random.below(256) : bytes[at]! ^ (1 << random.below(8));
    if (random.chance(0.2)) bytes.copyWithin(random.below(bytes.length), at, at + random.below(64));
  }
  return decoder.decode(bytes);
}

const PUNCTUATION = '-:?,[]{}#&*!|>\'"%@`\n\n  \t{{}}%%|.()=~<>+*/\\0aA_é';

export function randomBytes(random: Random): string {
  const length = Math.floor(random.next() * random.next() * 400);
  if (random.chance(0.5)) {
    return Array.from({ length }, () => PUNCTUATION[random.below(PUNCTUATION.length)]).join('');
  }
  const bytes = Uint8Array.from({ length }, () => random.below(256));
  return random.chance(0.5) ? decoder.decode(bytes) : String.fromCharCode(...bytes);
}
