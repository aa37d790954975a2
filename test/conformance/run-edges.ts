/**
 * Section 7 when it runs. 7.1 no edges and auto, 7.2 forms, 7.3 entry, 7.4 edges taken, 7.5 joins,
 * 7.6 cycles, 7.7 nodes in no edge, 7.8 writers side by side, 7.9 sub-recipes.
 */
import type { RunExpectation, RunRow } from './run-row.ts';
import { give } from './run-row.ts';

const recipe = (nodes: readonly string[], edges: string, more = '') => `
name: r
nodes:
${nodes.map((node) => `  - ${node}\n`).join('')}${edges && `edges: ${edges}\n`}${more}
`;

const [a, b, c, d] = [give('a', '1'), give('b', '2'), give('c', '3'), give('d', '4')];
const ran = (...ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, 'completed']));
const row = (rule: string, name: string, text: string, expect: RunExpectation): RunRow => ({
  rule,
  name,
  text,
  expect,
});
const SUB = `
name: s
user_inputs: [{id: n, type: int, default: 5}]
nodes:
  - ${give('x', '"{{ n }}"')}
  - ${give('y', '"{{ n * 2 }}"')}
`;
const sub = (
  name: string,
  nodes: readonly string[],
  expect: RunExpectation,
  text = SUB,
): RunRow => ({
  rule: '7.9',
  name,
  text: recipe(nodes, ''),
  sources: { 'recipes/s.yaml': text },
  expect,
});
const include = (more = '') => `{id: r, type: recipe, recipe_path: recipes/s.yaml${more}}`;

export const RUN_EDGES: readonly RunRow[] = [
  row(
    '7.1',
    'without edges nodes run in the order listed',
    recipe([give('a', '1'), give('b', '"{{ a + 1 }}"')], ''),
    { outputs: { a: 1, b: 2 } },
  ),
  row(
    '7.1',
    'an empty list of edges is the same',
    recipe([give('a', '1'), give('b', '"{{ a + 1 }}"')], '[]'),
    { outputs: { a: 1, b: 2 } },
  ),
  row(
    '7.1',
    'auto takes them from what is read, whatever the order',
    recipe([give('b', '"{{ a + 1 }}"'), give('a', '1')], 'auto'),
    { outputs: { a: 1, b: 2 } },
  ),
  row(
    '7.1',
    'auto runs side by side what reads nothing',
    recipe([a, b, give('c', '"{{ a + b }}"')], 'auto'),
    { outputs: { a: 1, b: 2, c: 3 }, atOnce: 2 },
  ),
  row(
    '7.2',
    'text, maps and conditions mix',
    recipe([a, b, c], '["a to b if a == 1", {from: b, to: c, condition: b == 2}]'),
    { statuses: ran('a', 'b', 'c') },
  ),
  row(
    '7.2',
    'ends may be lists',
    recipe([a, b, c, d], '[{from: a, to: [b, c]}, {from: [b, c], to: d}]'),
    { statuses: ran('a', 'b', 'c', 'd'), calls: 4 },
  ),
  row('7.2', 'a condition may stand in braces', recipe([a, b], '["a to b if {{ a > 1 }}"]'), {
    statuses: { b: 'skipped' },
    warnings: ['no_branch_taken'],
  }),
  row(
    '7.2',
    'a condition with “ to ” in it is a condition',
    recipe([a, b], "[\"a to b if ' to ' in 'up to you'\"]"),
    { statuses: ran('a', 'b') },
  ),
  row('7.3', 'the targets of START come first', recipe([a, b], '[START to b, b to a]'), {
    statuses: ran('a', 'b'),
  }),
  row(
    '7.3',
    'several entries run side by side',
    recipe([a, b, c], '[START to a, START to b, a to c, b to c]'),
    { atOnce: 2, calls: 3 },
  ),
  row(
    '7.3',
    'without START the nodes that no edge leads to come first',
    recipe([give('c', '"{{ a + b }}"'), a, b], '[a to c, b to c]'),
    { outputs: { a: 1, b: 2, c: 3 }, atOnce: 2 },
  ),
  row(
    '7.3',
    'a condition on START decides whether the node runs',
    recipe([a, b], '["START to a if false", START to b]'),
    { statuses: { a: 'skipped', b: 'completed' } },
  ),
  row(
    '7.4',
    'every true edge is taken',
    recipe([a, b, c], '["a to b if a == 1", "a to c if a > 0"]'),
    { statuses: ran('a', 'b', 'c'), atOnce: 2 },
  ),
  row('7.4', 'a false edge is not', recipe([a, b, c], '["a to b if a == 1", "a to c if a > 1"]'), {
    statuses: { b: 'completed', c: 'skipped' },
  }),
  row(
    '7.4',
    'no true edge ends the branch with a warning',
    recipe([a, b, c], '["a to b if a == 5", "a to c if a == 6"]'),
    { statuses: { b: 'skipped', c: 'skipped' }, warnings: ['no_branch_taken'] },
  ),
  row(
    '7.4',
    'all behind a dead branch is skipped',
    recipe([a, b, c], '["a to b if false", b to c]'),
    { statuses: { b: 'skipped', c: 'skipped' }, warnings: ['no_branch_taken'] },
  ),
  row(
    '7.4',
    'END ends its branch only',
    recipe([a, b, c], '["a to END if a == 1", "a to b if a > 1", START to a, START to c]'),
    { statuses: { b: 'skipped', c: 'completed' } },
  ),
  row(
    '7.4',
    'END from every branch ends the run',
    recipe([a, b], '[START to a, "a to END if true", "a to b if false"]'),
    { status: 'completed', outputs: { a: 1 } },
  ),
  row(
    '7.4',
    'an error in a condition counts as false',
    recipe([a, b, c], '["a to b if a + [1]", a to c]'),
    { statuses: { b: 'skipped', c: 'completed' }, warnings: ['condition_error'] },
  ),
  row('7.5', 'a join runs once', recipe([a, b, c, d], '[a to b, a to c, b to d, c to d]'), {
    calls: 4,
    statuses: ran('d'),
  }),
  row(
    '7.5',
    'a join does not wait for a dead path',
    recipe([a, b, c, d], '["a to b if false", a to c, b to d, c to d]'),
    { statuses: { b: 'skipped', d: 'completed' } },
  ),
  row(
    '7.5',
    'a join does not wait for a path that dies later',
    recipe([a, b, c, d], '[a to b, "b to c if false", c to d, a to d]'),
    { statuses: { c: 'skipped', d: 'completed' }, warnings: ['no_branch_taken'] },
  ),
  row(
    '7.5',
    'a join whose paths are all dead is dead',
    recipe([a, b, c, d], '["a to b if false", "a to c if false", b to d, c to d]'),
    { statuses: { d: 'skipped' }, warnings: ['no_branch_taken'] },
  ),
  row(
    '7.5',
    'a join behind a node that was passed through runs',
    recipe([a, give('b', '2', ', when: false'), c], '[a to b, b to c]'),
    { statuses: { b: 'skipped', c: 'completed' } },
  ),
  row(
    '7.5',
    'a join behind a failure that is handled runs',
    recipe(
      ['{id: a, type: function_task, function_identifier: test.fail, on_error: continue}', b, c],
      '[START to a, START to b, a to c, b to c]',
    ),
    { statuses: { a: 'failed', c: 'completed' } },
  ),
  row(
    '7.6',
    'a taken back edge visits again',
    recipe([give('a', '"{{ visits.a }}"'), b], '[a to b, "b to a if a < 3"]'),
    { outputs: { a: 3, b: 2 }, calls: 6 },
  ),
  row(
    '7.6',
    'a node may lead back to itself',
    recipe([give('a', '"{{ visits.a }}"')], '[START to a, "a to a if a < 3"]'),
    { outputs: { a: 3 } },
  ),
  row(
    '7.6',
    'the last output is read in the next visit',
    recipe([give('a', '"{{ (a | default(1)) * 2 }}"')], '[START to a, "a to a if a < 20"]'),
    { outputs: { a: 32 } },
  ),
  row(
    '7.6',
    'every visit has a key',
    recipe([give('a', '"{{ visits.a }}"')], '[START to a, "a to a if a < 2"]'),
    { statuses: ran('a', 'a@2') },
  ),
  row(
    '7.6',
    'ten visits are the most by default',
    recipe([a], '[START to a, a to a]', 'x-note: endless'),
    { code: 'loop_limit', node: 'a', calls: 10 },
  ),
  row(
    '7.6',
    'max_visits sets the most',
    recipe([give('a', '1', ', max_visits: 3')], '[START to a, a to a]'),
    { code: 'loop_limit', node: 'a', calls: 3 },
  ),
  row(
    '7.6',
    'defaults set max_visits',
    recipe([a], '[START to a, a to a]', 'defaults: {max_visits: 2}'),
    { code: 'loop_limit', calls: 2 },
  ),
  row(
    '7.6',
    'a node that goes on after the limit is not visited again',
    recipe(
      [give('a', '1', ', max_visits: 3, on_error: continue'), b],
      '[START to a, a to a, a to b]',
    ),
    { statuses: { 'a@4': 'failed', b: 'completed' } },
  ),
  row(
    '7.6',
    'max_steps bounds the run',
    recipe([give('a', '1', ', max_visits: 100')], '[START to a, a to a]', 'limits: {max_steps: 5}'),
    { code: 'step_limit', calls: 5 },
  ),
  row(
    '7.6',
    'what lies behind the target runs again',
    recipe([a, b, c], '[a to b, a to c, "b to a if visits.b < 2"]'),
    { calls: 6, statuses: ran('c@2') },
  ),
  row(
    '7.6',
    'what does not lie behind the target does not',
    recipe([a, b, c], '[START to a, START to c, a to b, "b to a if visits.b < 2"]'),
    { calls: 5 },
  ),
  row(
    '7.6',
    'a loop in a loop',
    recipe([a, b, c], '[a to b, b to c, "b to b if visits.b % 2 == 1", "c to a if visits.a < 2"]'),
    { statuses: ran('a@2', 'b@4', 'c@4') },
  ),
  row('7.7', 'a node in no edge does not run', recipe([a, b, c], '[a to b]'), {
    statuses: { c: 'skipped' },
  }),
  row(
    '7.8',
    'the later listed of two writers wins',
    recipe(
      [give('a', '1', ', output: v'), give('b', '2', ', output: v'), give('c', '"{{ v }}"')],
      '[START to b, START to a, a to c, b to c]',
      'final_outputs: [c]',
    ),
    { outputs: { c: 2 } },
  ),
  row(
    '7.8',
    'a writer behind the other wins',
    recipe(
      [give('b', '2', ', output: v'), give('a', '1', ', output: v'), give('c', '"{{ v }}"')],
      '[a to b, b to c]',
      'final_outputs: [c]',
    ),
    { outputs: { c: 2 } },
  ),
  row(
    '7.8',
    'of two alternatives the one that ran gives the value',
    recipe(
      [a, give('b', '2', ', output: v'), give('c', '3', ', output: v')],
      '["a to b if a == 1", "a to c if a == 2"]',
      'final_outputs: [v]',
    ),
    { outputs: { v: 2 } },
  ),
  sub('its outputs are an object', [include()], { outputs: { r: { x: 5, y: 10 } } }),
  sub('input_mapping gives its inputs', [give('a', '7'), include(', input_mapping: {n: a}')], {
    outputs: { a: 7, r: { x: 7, y: 14 } },
  }),
  sub('its inputs are checked', [include(', input_mapping: {n: many}')], {
    code: 'inputs_invalid',
    node: 'r',
  }),
  sub('without a mapping it has what is called like its inputs', [give('n', '8'), include()], {
    outputs: { n: 8, r: { x: 8, y: 16 } },
  }),
  sub(
    'the mapped outputs are published by name',
    [include(', output_mapping: {first: x, second: "{{ y + 1 }}"}'), give('z', '[first, second]')],
    { outputs: { r: { first: 5, second: 11 }, z: [5, 11] } },
  ),
  sub(
    'one mapping and an output: the value itself',
    [include(', output: v, output_mapping: {first: y}'), give('z', '[v, first]')],
    { outputs: { v: 10, z: [10, 10] } },
  ),
  sub('one mapping without an output: an object', [include(', output_mapping: {first: y}')], {
    outputs: { r: { first: 10 } },
  }),
  sub(
    'a name that is taken is not published',
    [
      give('first', '1'),
      include(', output_mapping: {first: x, second: y}'),
      give('z', '[first, second]'),
    ],
    { outputs: { first: 1, r: { first: 5, second: 10 }, z: [1, 10] }, warnings: ['name_taken'] },
  ),
  sub('its nodes have keys of their own', [include()], { statuses: ran('r', 'r/x', 'r/y') }),
  sub(
    'it sees nothing of the parent',
    [give('secret', '1'), include()],
    { outputs: { secret: 1, r: { x: false } } },
    `\nname: s\nnodes:\n  - ${give('x', '"{{ secret is defined }}"')}\n`,
  ),
  sub(
    'a failure in it is one of the node',
    [include()],
    { code: 'plugin_error', statuses: { r: 'failed', 'r/x': 'failed' } },
    '\nname: s\nnodes:\n  - {id: x, type: function_task, function_identifier: test.fail}\n',
  ),
  sub(
    'a failure in it can be handled by the node',
    [include(', on_error: continue'), give('z', 'r.error.code')],
    { statuses: { r: 'failed', z: 'completed' } },
    '\nname: s\nnodes:\n  - {id: x, type: function_task, function_identifier: test.fail}\n',
  ),
  sub(
    'its final outputs are what the parent gets',
    [include()],
    { outputs: { r: { only: 5 } } },
    `${SUB}final_outputs: [{id: only, value: x}]\n`,
  ),
  {
    rule: '7.9',
    name: 'the path may be a template',
    text: recipe(
      [
        give('a', '"s"'),
        '{id: q, type: recipe, recipe_path: recipes/s.yaml, when: false}',
        '{id: r, type: recipe, recipe_path: "recipes/{{ a }}.yaml"}',
      ],
      '',
    ),
    sources: { 'recipes/s.yaml': SUB },
    expect: { outputs: { a: 's', r: { x: 5, y: 10 } } },
  },
  row(
    '7.9',
    'a path that a template names wrongly is not found',
    recipe(['{id: r, type: recipe, recipe_path: "recipes/{{ \'none\' }}.yaml"}'], ''),
    { code: 'recipe_not_found', node: 'r' },
  ),
];
