/** What recipes do that are written against the grain, section by section. */
import { give } from './run-row.ts';
import type { RunRow } from './run-row.ts';

const MERGES = `
name: r
models:
  base: &base {provider: mock, options: {a: 1}, tags: [x]}
  fast: &fast {<<: *base, options: {b: 2}}
nodes:
`;
const node = (value: string) => `  - ${give('x', value)}\n`;

type Value = readonly [
  rule: string,
  name: string,
  written: string,
  result: unknown,
  before?: string,
];

function value(...[rule, name, written, result, before = '']: Value): RunRow {
  // SAFETY: the rows of this file hold JSON
  const outputs = { x: result } as NonNullable<RunRow['expect']['outputs']>;
  return { rule, name, text: `name: r\n${before}\nnodes:\n${node(written)}`, expect: { outputs } };
}

type Map = readonly [name: string, over: string, task: string, more: string, result: unknown];

function map(...[name, over, task, more, result]: Map): RunRow {
  const text = `name: r\nnodes: [{id: m, type: map, over: ${over}, task: {type: function_task, function_identifier: ${task}}${more}}]\n`;
  // SAFETY: the rows of this file hold JSON
  const outputs = { m: result } as NonNullable<RunRow['expect']['outputs']>;
  return { rule: '6', name, text, expect: { outputs } };
}

const SUB = `name: s\nuser_inputs: [{id: n, type: int, default: 2}]\nnodes:\n  - {id: q, type: function_task, function_identifier: test.double, input: {n: n}}\n  - ${give('w', '"w{{ q }}"')}\n`;

function included(
  name: string,
  more: string,
  outputs: NonNullable<RunRow['expect']['outputs']>,
): RunRow {
  return {
    rule: '7',
    name,
    text: `name: r\nnodes: [{id: a, type: recipe, recipe_path: sub.yaml${more}}]\n`,
    sources: { 'recipes/sub.yaml': SUB },
    expect: { outputs },
  };
}

function ends(
  name: string,
  list: string,
  outputs: NonNullable<RunRow['expect']['outputs']>,
  missing: readonly string[] = [],
): RunRow {
  return {
    rule: '9',
    name,
    text: `name: r\nnodes: [${give('a', '[{x: 1}, {x: 2}]')}, ${give('b', '{k: {l: 3}}')}]\nfinal_outputs: ${list}\n`,
    expect: { outputs, missing },
  };
}

export const RUN_PROBES: readonly RunRow[] = [
  value(
    '1',
    'numbers in the spellings of YAML 1.2',
    '{a: 0o17, b: 0x1F, c: 017, d: 1e3, e: .5, f: +5}',
    { a: 15, b: 31, c: 17, d: 1000, e: 0.5, f: 5 },
  ),
  value(
    '1',
    'dates, times and underscores are text',
    '{a: 2026-01-01, b: 12:30:45, c: 1_000, d: 1.2.3}',
    { a: '2026-01-01', b: '12:30:45', c: '1_000', d: '1.2.3' },
  ),
  value(
    '1',
    'yes and no are booleans as values, names as keys',
    '{on: yes, off: no, "yes": "no"}',
    { on: true, off: false, yes: 'no' },
  ),
  value('1', 'nothing, tilde and null are null', '{a: ~, b: null, c: , d: ""}', {
    a: null,
    b: null,
    c: null,
    d: '',
  }),
  {
    rule: '2',
    name: 'a merge is not deep',
    text: `${MERGES}${node('*fast')}`,
    expect: { outputs: { x: { provider: 'mock', options: { b: 2 }, tags: ['x'] } } },
  },
  {
    rule: '2',
    name: 'of several merged maps the first wins',
    text: `${MERGES}${node('{<<: [*fast, *base], z: 1}')}`,
    expect: { outputs: { x: { provider: 'mock', options: { b: 2 }, tags: ['x'], z: 1 } } },
  },
  value(
    '2',
    'own keys win, wherever the merge stands',
    '"@a"',
    { x: 9, y: 2 },
    'definitions: {a: {x: 9, <<: "@b"}, b: {x: 1, y: 2}}',
  ),
  value(
    '2',
    'several references are merged, the first wins',
    '"@a"',
    { x: 1, y: 2, z: 3 },
    'definitions: {a: {<<: ["@b", "@c"], y: 2}, b: {x: 1, y: 1}, c: {x: 7, z: 3}}',
  ),
  value(
    '2',
    'subscripts follow one another',
    '"@a.b[1][0]"',
    2,
    'definitions: {a: {b: [1, [2, 3]]}}',
  ),
  value('2', 'a subscript counts from the end', '"@a[-1]"', 3, 'definitions: {a: [1, 2, 3]}'),
  value('2', 'a slice may be open', '"@a[:2]"', [1, 2], 'definitions: {a: [1, 2, 3]}'),
  value(
    '2',
    'null in a text is nothing, true is a word',
    '"[@n] [@t]"',
    '[] [true]',
    'definitions: {n: null, t: true}',
  ),
  value(
    '2',
    'an address, a doubled sign and a bracket',
    '"me@a.com (@a) @a@a @@a"',
    'me@a.com (5) 5@a @a',
    'definitions: {a: 5}',
  ),
  value(
    '2',
    'a reference that a template completes',
    '"@types.{{ kind }}.path"',
    'found',
    'definitions: {types: {b: {path: found}}, kind: b}',
  ),
  value(
    '2',
    'what such a reference leads to is rendered in its place',
    '["@types.{{ kind }}", "@types.{{ \'many\' }}", "@types.{{ \'many\' }}[-1]", "@types.{{ \'many\' }}[0:1]"]',
    ['Hi ann', ['ann', 1], 1, ['ann']],
    'definitions: {who: ann, kind: b, types: {b: "Hi {{ who }}", many: ["{{ who }}", 1]}}',
  ),
  value(
    '2',
    'such a reference may stand within a text',
    '"To @types.{{ kind }}.to, (@types.{{ kind }}.n). @reference(types.{{ kind }}.n)! x@types.{{ kind }} @@types @other.{{ kind }}"',
    'To Mr ann, (5). 5! x@types.b @types @other.b',
    'definitions: {who: ann, kind: b, types: {b: {to: "Mr {{ who }}", n: 5}}}',
  ),
  value(
    '2',
    'text that looks like a reference when it is rendered stays text',
    '"{{ kind }} @{{ kind }}"',
    '@secret @@secret',
    'definitions: {secret: 1, kind: "@@secret"}',
  ),
  value(
    '2',
    'a definition that is a template counts with its value',
    '"{{ a * 2 }}"',
    6,
    'definitions: {a: "{{ 1 + 2 }}"}',
  ),
  value(
    '5',
    'a list inside a value is resolved, none stays none',
    '{x: "{{ 1 }}", y: ["{{ none }}", "t{{ 1 }}"]}',
    { x: 1, y: [null, 't1'] },
  ),
  value(
    '5',
    'run, inputs and visits are readable',
    '"{{ visits.x }} {{ run.recipe }} {{ inputs.q }}"',
    '1 recipes/main 4',
    'user_inputs: [{id: q, type: int, default: 4}]',
  ),
  {
    rule: '5',
    name: 'names, subscripts and paths of visible variables are values',
    text: `name: r\nnodes: [${give('a', '[1, 2]')}, ${give('b', 'a')}, ${give('c', '"a[0]"')}, ${give('d', '"a.nope.x"')}, ${give('e', '"nodes.a"')}, ${give('f', '"a "')}]\nedges: [a to b, b to c, c to d, d to e, e to f]\n`,
    expect: { outputs: { a: [1, 2], b: [1, 2], c: 1, d: null, e: [1, 2], f: 'a ' } },
  },
  map('an item is spread for a function without input', '[{n: 1}]', 'test.double', '', [
    { n: 1, item: { n: 1 }, index: 0, status: 'ok', result: 2 },
  ]),
  map(
    'a bare key of the item gives values',
    '[{n: 1}, {n: 2}]',
    'test.double, input: {n: n}',
    '',
    [2, 4],
  ),
  map('a constant beside it gives records', '[{n: 1}]', 'test.double, input: {n: n, k: 5}', '', [
    { n: 1, k: 5, item: { n: 1 }, index: 0, status: 'ok', result: 2 },
  ]),
  map(
    'a map is gone over in order, with keys',
    '{x: 1, y: 2}',
    'test.value, input: {value: "{{ key }}={{ item }}@{{ index }}"}',
    ', collect: values',
    ['x=1@0', 'y=2@1'],
  ),
  map(
    'loop knows first, last, index and length',
    '"{{ range(2) }}"',
    'test.value, input: {value: "{{ loop.first }} {{ loop.last }} {{ loop.index }} {{ loop.length }}"}',
    ', collect: values',
    ['true false 1 2', 'false true 2 2'],
  ),
  map(
    'skip keeps the place',
    '[1, 2, 3]',
    'test.check, input: {fail: "{{ item == 2 }}", v: item}',
    ', on_error: skip, collect: values',
    [
      { v: 1 },
      { status: 'failed', error: { code: 'plugin_error', message: 'as asked' } },
      { v: 3 },
    ],
  ),
  map(
    'drop leaves it out',
    '[1, 2, 3]',
    'test.check, input: {fail: "{{ item == 2 }}", v: item}',
    ', on_error: drop, collect: values',
    [{ v: 1 }, { v: 3 }],
  ),
  map(
    'retry tries each item again',
    '[1, 2]',
    'test.flaky, input: {times: 1, key: "k{{ item }}", value: item}',
    ', on_error: retry, collect: values',
    [1, 2],
  ),
  map(
    'fields of an item named like ours do not hide them',
    '[{item: 5, index: 9}]',
    'test.value, input: {value: "{{ index }}"}',
    ', collect: values',
    [0],
  ),
  {
    rule: '6',
    name: 'a map of maps reads the item around it',
    text: 'name: r\nnodes: [{id: m, type: map, over: [[1, 2], [3]], collect: values, task: {type: map, over: item, collect: values, task: {type: function_task, function_identifier: test.value, input: {value: "{{ parent.item|length }}:{{ item }}:{{ parent.index }}"}}}}]\n',
    expect: { outputs: { m: [['2:1:0', '2:2:0'], ['1:3:1']] } },
  },
  {
    rule: '6',
    name: 'a map of folds',
    text: 'name: r\nnodes: [{id: m, type: map, over: [[1, 2], [3]], collect: values, task: {type: reduce, over: item, function_identifier: test.fold_sum}}]\n',
    expect: {
      outputs: {
        m: [
          { sum: 3, steps: 1, count: 2 },
          { sum: 3, steps: 1, count: 1 },
        ],
      },
    },
  },
  {
    rule: '6',
    name: 'a map of recipes',
    text: 'name: r\nnodes: [{id: m, type: map, over: [1, 2], collect: values, task: {type: recipe, recipe_path: sub.yaml, input_mapping: {n: item}, output_mapping: {q: q}}}]\n',
    sources: { 'recipes/sub.yaml': SUB },
    expect: { outputs: { m: [{ q: 2 }, { q: 4 }] } },
  },
  included('without a mapping all outputs are the output', '', { a: { q: 4, w: 'w4' } }),
  included('an input given by value', ', input_mapping: {n: 5}', { a: { q: 10, w: 'w10' } }),
  included('one mapping and an output are that value', ', output_mapping: {res: q}, output: o', {
    o: 4,
  }),
  included('two mappings and an output are a map', ', output_mapping: {res: q, ww: w}, output: o', {
    o: { res: 4, ww: 'w4' },
  }),
  {
    rule: '7',
    name: 'END ends its own branch only',
    text: `name: r\nnodes: [${give('a', '1')}, ${give('b', '2')}, ${give('c', '3')}]\nedges: [START to a, a to END if a == 1, a to b if a == 1, b to c]\n`,
    expect: { outputs: { a: 1, b: 2, c: 3 } },
  },
  {
    rule: '7',
    name: 'a condition that cannot be told counts as false',
    text: `name: r\nnodes: [${give('a', '1')}, ${give('b', '2')}]\nedges: ["a to b if a contains 1"]\n`,
    expect: { outputs: { a: 1 }, warnings: ['condition_error', 'no_branch_taken'] },
  },
  {
    rule: '7',
    name: 'a loop counts its visits',
    text: `name: r\nnodes: [${give('a', '1')}, ${give('b', '"{{ visits.b }}"')}, ${give('c', '3')}]\nedges: [a to b, b to a if visits.b < 3, b to c if visits.b >= 3]\n`,
    expect: { outputs: { a: 1, b: 3, c: 3 } },
  },
  ends(
    'outputs by path and subscript',
    '["a[1].x", b.k.l, "a[7]", b.k.zz]',
    { 'a[1].x': 2, 'b.k.l': 3 },
    ['a[7]', 'b.k.zz'],
  ),
  ends(
    'outputs keep their types',
    '[{id: s, value: "{{ [a|length, b.k.l] }}"}, {id: u, value: {l: [b]}}, {id: w, value: 5}]',
    { s: [2, 3], u: { l: [{ k: { l: 3 } }] }, w: 5 },
  ),
  ends(
    'an output whose condition is false is left out and not missed',
    '[{id: t, value: "{{ a }}", condition: "a|length > 5"}, {id: b, description: d}]',
    { b: { k: { l: 3 } } },
  ),
  ends('no outputs are no outputs', '[]', {}),
];
