/** Texts made to hang, swell or break the compiler: each ends soon, with findings and no exception. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRecipe, referencesOf } from '../../../src/core/recipe/compile.ts';
import { END } from '../../../src/core/recipe/plan.ts';
import type { Graph, Plan } from '../../../src/core/recipe/plan.ts';

const MEBI = 1024 * 1024;
/** Far above what any of these needs, far below a hang. */
const SOON_MS = 10_000;

function compile(text: string, sources: Readonly<Record<string, string>> = {}) {
  return compileRecipe({
    path: 'recipes/main.yaml',
    text,
    sources: new Map(Object.entries(sources)),
    prompts: new Map(),
  });
}

const times = (count: number, make: (index: number) => string, separator = ''): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(separator);
const flat = (nodes: string, more = ''): string => `name: r\n${more}\nnodes: [${nodes}]\n`;
const prompt = (text: string): string =>
  flat(`{id: a, type: language_task, prompt: ${JSON.stringify(text)}}`, 'definitions: {a: {b: 1}}');

const ATTACKS: Readonly<Record<string, string>> = {
  'brackets without end': '['.repeat(MEBI),
  'braces without end': '{'.repeat(MEBI),
  'dashes without end': '- '.repeat(60_000),
  'questions without end': '? '.repeat(60_000),
  'anchors without end': '&a '.repeat(60_000),
  'tags without end': '! '.repeat(60_000),
  'colons without end': 'a: '.repeat(60_000),
  'documents without end': '---\n'.repeat(60_000),
  'commas without end': `[${','.repeat(MEBI)}`,
  'line breaks': '\n'.repeat(MEBI),
  'keys by the thousand': `${flat('{id: a, type: wait, for: 1}')}${times(40_000, (n) => `k${n}: 1\n`)}`,
  'one key by the thousand': `${flat('{id: a, type: wait, for: 1}')}${'k: 1\n'.repeat(40_000)}`,
  'null characters': 'name: \0\0\0\nnodes: \0',
  'a byte order mark alone': '\uFEFF',
  'lone surrogates': `name: "\uD800"\nnodes: [{id: "\uDC00", type: wait}]`,
  'templates by the thousand': prompt('{{a}}{{z}}'.repeat(50_000)),
  'opened templates': prompt('{{'.repeat(200_000)),
  'parentheses in a condition': flat(`{id: a, type: wait, for: 1, when: "${'('.repeat(200_000)}"}`),
  'references by the thousand': prompt('@a '.repeat(200_000)),
  'references that end in text': prompt('@a.b.c.d.e.f.g.h '.repeat(30_000)),
  'one long reference': prompt(`@a${'.a'.repeat(300_000)}`),
  'a long key': prompt(`sk-${'a-'.repeat(300_000)}`),
  'keys in keys': prompt('sk-'.repeat(200_000)),
  'openings of private keys': prompt('-----BEGIN A '.repeat(50_000)),
  'includes by the thousand': prompt('{% include '.repeat(50_000)),
  'an include far away': prompt(`{%${' '.repeat(400_000)}include "a"`),
  'a long edge': `${flat('{id: a, type: wait, for: 1}')}edges: ["a${' '.repeat(200_000)}to${' '.repeat(200_000)}"]\n`,
  'if by the thousand': `${flat('{id: a, type: wait, for: 1}')}edges: ["a to a ${' if '.repeat(100_000)}"]\n`,
  'a long output': `${flat('{id: a, type: wait, for: 1}')}final_outputs: ["a${'.a'.repeat(200_000)}"]\n`,
  'a long duration': flat(`{id: a, type: wait, for: "${'1s '.repeat(100_000)}"}`),
  'a long function name': flat(
    `{id: a, type: function_task, function_identifier: "${'a-'.repeat(100_000)}!"}`,
  ),
  'a long pattern': flat(
    '{id: a, type: wait, for: 1}',
    `user_inputs: [{id: x, type: string, default: b, pattern: "${'(a*)*'.repeat(5000)}"}]`,
  ),
  'a greedy pattern': flat(
    '{id: a, type: wait, for: 1}',
    `user_inputs: [{id: x, type: string, default: ${'a'.repeat(100_000)}b, pattern: "^(a|a)*$"}]`,
  ),
  'merges of merges': flat(
    '{id: a, type: wait, for: "@d60.a"}',
    `definitions: {d0: {a: 1}, ${times(60, (n) => `d${n + 1}: {<<: ["@d${n}", "@d${n}"]}`, ',')}}`,
  ),
  'a chain of references': flat(
    '{id: a, type: wait, for: "@d5000"}',
    `definitions: {d0: 1, ${times(5000, (n) => `d${n + 1}: "@d${n}"`, ',')}}`,
  ),
  'unknown references': flat(
    times(400, (n) => `{id: n${n}, type: wait, for: ["@dex${n}", "@dey${n}"]}`, ','),
    `definitions: {${times(15_000, (n) => `def${n}: 1`, ',')}}`,
  ),
  'unknown variables': flat(
    times(
      400,
      (n) => `{id: n${n}, type: wait, for: "{{ ${times(50, (m) => `inx${n}_${m}`, '+')} }}"}`,
      ',',
    ),
    `user_inputs: [${times(500, (n) => `{id: inp${n}, type: int}`, ',')}]`,
  ),
  'unknown variables in maps': flat(
    times(
      100,
      (n) =>
        `{id: n${n}, type: map, over: [1], task: {type: wait, for: "{{ ${times(100, (m) => `inx${n}_${m}`, '+')} }}"}}`,
      ',',
    ),
    `user_inputs: [${times(500, (n) => `{id: inp${n}, type: int}`, ',')}]`,
  ),
  'everything reads everything': `${flat(times(300, (n) => `{id: n${n}, type: wait, for: "{{ [${times(n, (m) => `n${m}`, ',')}] }}"}`, ','))}edges: auto\n`,
  'a web of conditional edges': `${flat(times(500, (n) => `{id: n${n}, type: wait, for: 1, output: o${n % 25}}`, ','))}edges:\n${times(
    20,
    (k) =>
      `  - {from: [${times(22, (n) => `n${k * 25 + n}`, ',')}], to: [${times(22, (n) => `n${(k * 25 + n + 25) % 500}`, ',')}], condition: inputs.x}\n`,
  )}`,
  'maps in maps': flat(
    `{id: a, type: map, over: [1], task: ${'{type: map, over: [1], task: '.repeat(70)}{type: wait, for: 1}${'}'.repeat(70)}}`,
  ),
};

describe('the compiler on hostile text', () => {
  it.each(Object.entries(ATTACKS))('ends soon: %s', (_, text) => {
    const start = performance.now();
    const { plan, diagnostics } = compile(text);
    referencesOf(text, 'recipes/main.yaml');
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    expect(diagnostics.length).toBeLessThanOrEqual(200);
  });

  it('ends soon on imports that import one another', () => {
    const names = Array.from({ length: 99 }, (_, n) => `f${n}.yaml`);
    const entries = names.map((name, n) => [
      `recipes/${name}`,
      `imports: [${names.slice(n + 1).join(', ')}]\nk${n}: {${times(100, (m) => `x${m}: 1`, ', ')}}`,
    ]);
    const start = performance.now();
    const { diagnostics } = compile(
      `imports: [f0.yaml]\n${flat('{id: a, type: wait, for: 1}')}`,
      Object.fromEntries(entries),
    );
    expect(performance.now() - start).toBeLessThan(SOON_MS);
    expect(diagnostics.map(({ code }) => code)).toEqual(['too_many_imports']);
  });

  it('keeps a prototype out of reach', () => {
    const text = flat(
      '{id: constructor, type: function_task, function_identifier: toString.valueOf, input: "{{ hasOwnProperty }} {{ nodes.constructor }}"}, {id: b, type: valueOf}',
      'definitions: {a: 1}\nuser_inputs: [{id: toString, type: hasOwnProperty}]',
    );
    const codes = compile(text).diagnostics.map(({ code }) => code);
    expect(codes).toEqual(['unknown_value', 'unknown_variable', 'reads_later', 'unknown_type']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

const GOOD = `
imports: [lib.yaml]
definitions: {tone: warm, base: &base {type: function_task, function_identifier: p.f}}
models: {fast: {model: m}}
recipe:
  name: demo
  user_inputs: [{id: topic, type: string}, {id: count, type: int, default: 3}]
  nodes:
    - {id: draft, type: language_task, prompt: "Write @tone about {{ topic | upper }}", model: "@fast"}
    - {id: parts, type: map, over: "{{ range(count) }}", task: {<<: *base, input: {n: "{{ item }}"}}}
    - {id: total, <<: "@base", input: {parts: parts, draft: draft}}
    - {id: ask, type: hitl, title: "{{ total }}"}
  edges:
    - START to draft
    - draft to parts if draft contains 'x'
    - {from: parts, to: [total, END], condition: "{{ parts | length > 2 }}"}
    - total to ask
    - ask to draft if not ask.approved
  final_outputs: [total, {id: ok, value: "{{ ask.approved }}"}]
`;

/** P1 of the plan, and G1 of the graph. */
function assertSound({ nodes, edges, entries }: Graph): void {
  const ids = nodes.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { from, to } of edges) {
    expect(ids).toContain(from);
    if (to !== END) expect(ids).toContain(to);
  }
  for (const entry of entries) expect(ids).toContain(entry);
  const left = new Set(ids);
  for (let size = -1; size !== left.size;) {
    size = left.size;
    for (const id of ids) {
      const waits = edges.some(({ from, to, back }) => !back && to === id && left.has(from));
      if (!waits) left.delete(id);
    }
  }
  expect([...left]).toEqual([]);
}

function assertWhole(text: string): void {
  const { plan, diagnostics } = compile(text, { 'recipes/lib.yaml': 'lib: 1' });
  expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  const places = diagnostics.map(({ line = 0, column = 0 }) => line * 1_000_000 + column);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  for (const { line = 0, column = 0, end_line = 0, end_column = 0 } of diagnostics) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(end_line * 1_000_000 + end_column).toBeGreaterThanOrEqual(line * 1_000_000 + column);
  }
  if (plan === undefined) return;
  expect(JSON.parse(JSON.stringify(plan)) as Plan).toEqual(plan);
  assertSound(plan.graph);
}

const SNIPPETS = [
  '@',
  '@@',
  '{{',
  '}}',
  '{% if %}',
  ' to ',
  ' if ',
  '<<: ',
  '*base',
  '&base ',
  '\n',
  '  ',
  '- ',
  ': ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '|',
  '>',
  '#',
  '!',
  '?',
  'null',
  '0',
  '-1',
  'START',
  'END',
  '\t',
  '\0',
  '\u{1F600}',
  'auto',
  'x',
  '...',
  '---',
];

describe('the compiler on any text', () => {
  it('is sound on a good recipe', () => {
    expect(compile(GOOD, { 'recipes/lib.yaml': 'lib: 1' }).diagnostics).toEqual([]);
    assertWhole(GOOD);
  });

  it('keeps its promises when a good recipe is damaged', () => {
    const damage = fc.array(
      fc.record({
        at: fc.nat(GOOD.length),
        drop: fc.nat(12),
        put: fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ maxLength: 4 })),
      }),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(damage, (edits) => {
        let text = GOOD;
        for (const { at, drop, put } of edits)
          text = text.slice(0, at) + put + text.slice(at + drop);
        assertWhole(text);
      }),
      { numRuns: 400 },
    );
  });

  it('keeps its promises when values are exchanged', () => {
    const value = fc.oneof(
      fc.json({ maxDepth: 2 }),
      fc.constantFrom(...SNIPPETS.map((text) => JSON.stringify(text))),
    );
    const keys = [...GOOD.matchAll(/(?<=[\w"]: )[\w"@]+/g)].map(({ index, 0: text }) => ({
      index,
      length: text.length,
    }));
    fc.assert(
      fc.property(fc.constantFrom(...keys), value, ({ index, length }, put) => {
        assertWhole(GOOD.slice(0, index) + put + GOOD.slice(index + length));
      }),
      { numRuns: 400 },
    );
  });

  it('keeps its promises on text without sense', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(...SNIPPETS, 'name: r\n', 'nodes: ', 'recipe: ', 'edges: '),
            fc.string({ unit: 'binary', maxLength: 6 }),
          ),
          { maxLength: 30 },
        ),
        (parts) => {
          assertWhole(parts.join(''));
        },
      ),
      { numRuns: 400 },
    );
  });
});
