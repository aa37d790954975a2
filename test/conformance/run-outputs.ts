/** Section 9 when it runs. 9.1 forms of final outputs, 9.2 conditions, 9.3 missing ones, 9.4 none named. */
import type { JsonObject } from '../../src/core/json.ts';
import type { RunExpectation, RunRow } from './run-row.ts';
import { give } from './run-row.ts';

const NODES = [
  give('a', '{n: 1, none: null, list: [5, 6]}'),
  give('b', '2', ', when: false'),
  give('c', '3', ', output: third'),
];

const text = (outputs: string, more = '') => `
name: r
user_inputs: [{id: q, type: string, default: asked}]
nodes:
${NODES.map((node) => `  - ${node}\n`).join('')}${outputs && `final_outputs: ${outputs}\n`}${more}
`;

const row = (rule: string, name: string, outputs: string, expect: RunExpectation): RunRow => ({
  rule,
  name,
  text: text(outputs),
  expect,
});
const gives = (name: string, outputs: string, expected: JsonObject) =>
  row('9.1', name, outputs, { outputs: expected, missing: [] });
const lacks = (
  name: string,
  outputs: string,
  missing: readonly string[],
  more: RunExpectation = {},
) => row('9.3', name, outputs, { outputs: {}, missing, ...more });

export const RUN_OUTPUTS: readonly RunRow[] = [
  gives('a name', '[third]', { third: 3 }),
  gives('a name has its native value', '[a]', { a: { n: 1, none: null, list: [5, 6] } }),
  gives('an input', '[q]', { q: 'asked' }),
  gives('a dotted path', '[a.n]', { 'a.n': 1 }),
  gives('an indexed path', '["a.list[-1]"]', { 'a.list[-1]': 6 }),
  gives('a name in braces', '["{{ third }}"]', { third: 3 }),
  gives('an id with a template', '[{id: x, value: "n is {{ a.n }}"}]', { x: 'n is 1' }),
  gives('an id with one expression has the native value', '[{id: x, value: "{{ a.list }}"}]', {
    x: [5, 6],
  }),
  gives('an id with a path', '[{id: x, value: a.n}]', { x: 1 }),
  gives('an id with a list and a map', '[{id: x, value: [a.n, {t: third}]}]', { x: [1, { t: 3 }] }),
  gives('an id with a plain value', '[{id: x, value: 0}, {id: y, value: done}]', {
    x: 0,
    y: 'done',
  }),
  gives('an id with a description', '[{id: third, description: the third}]', { third: 3 }),
  gives('a path to null is null', '[a.none, {id: x, value: "{{ a.none }}"}]', {
    'a.none': null,
    x: null,
  }),
  gives('a node by its id', '[{id: x, value: nodes.c}]', { x: 3 }),
  gives('several, in the order named', '[third, a.n]', { third: 3, 'a.n': 1 }),
  row('9.2', 'a true condition', '[{id: third, condition: a.n == 1}]', {
    outputs: { third: 3 },
    missing: [],
  }),
  row(
    '9.2',
    'a false condition leaves it out, and it is not missing',
    '[{id: third, condition: a.n == 2}]',
    { outputs: {}, missing: [] },
  ),
  row(
    '9.2',
    'conditions choose among entries of one id',
    '[{id: x, value: one, condition: a.n == 1}, {id: x, value: two, condition: a.n == 2}]',
    { outputs: { x: 'one' } },
  ),
  row('9.2', 'a condition that fails counts as false', '[{id: third, condition: "a.n + [1]"}]', {
    outputs: {},
    missing: [],
    warnings: ['condition_error'],
  }),
  row('9.2', 'a condition on what did not run is false', '[{id: third, condition: b == 2}]', {
    outputs: {},
    missing: [],
  }),
  lacks('a node that did not run', '[b]', ['b']),
  lacks('a path that leads to nothing', '[a.nope, "a.list[9]"]', ['a.nope', 'a.list[9]']),
  lacks('a value that names a node that did not run', '[{id: x, value: b}]', ['x']),
  lacks('an expression that reads nothing else', '[{id: x, value: "{{ b }}"}]', ['x']),
  lacks('a value that cannot be evaluated', '[{id: x, value: "{{ a.n + [1] }}"}]', ['x'], {
    warnings: ['output_error'],
  }),
  row('9.3', 'the others are there all the same', '[b, third]', {
    outputs: { third: 3 },
    missing: ['b'],
  }),
  row('9.3', 'text around nothing is text', '[{id: x, value: "[{{ b }}]"}]', {
    outputs: { x: '[]' },
    missing: [],
  }),
  row('9.4', 'every output of a node is given', '', {
    outputs: { a: { n: 1, none: null, list: [5, 6] }, third: 3 },
    missing: [],
  }),
  row('9.4', 'an empty list gives nothing', '[]', { outputs: {}, missing: [] }),
];
