/**
 * Section 5 when it runs. 5.1 to 5.7 the forms of a value in the order of the table, 5.8 the scope,
 * 5.9 aliases, 5.10 differences from Jinja, 5.11 budgets, 5.12 undefined variables, 5.13 conditions.
 */
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import type { RunRow } from './run-row.ts';
import { give, valueOf } from './run-row.ts';

const INPUTS: JsonObject = {
  n: 3,
  name: 'Ann',
  user: { age: 41, tags: ['x', 'y'], none: null },
  list: [1, [2]],
  flag: true,
  empty: '',
};
const DECLARED = `user_inputs: [${Object.keys(INPUTS)
  .map((id) => `{id: ${id}, type: json}`)
  .join(', ')}]`;

const becomes = (rule: string, name: string, written: string, value: JsonValue): RunRow => ({
  rule,
  name,
  text: valueOf(written, DECLARED),
  inputs: INPUTS,
  expect: { outputs: { x: value } },
});

const fails = (rule: string, name: string, written: string, code: string): RunRow => ({
  rule,
  name,
  text: valueOf(written, DECLARED),
  inputs: INPUTS,
  expect: { code, node: 'x' },
});

const when = (
  name: string,
  condition: string,
  holds: boolean,
  warnings: string[] = [],
): RunRow => ({
  rule: '5.13',
  name: `${name}: ${condition} is ${holds}`,
  text: valueOf('1', `${DECLARED}\nfinal_outputs: [x]`).replace(
    '}}\n',
    `}, when: ${JSON.stringify(condition)}}\n`,
  ),
  inputs: INPUTS,
  expect: holds ? { outputs: { x: 1 }, warnings } : { outputs: {}, missing: ['x'], warnings },
});

const TABLE: readonly RunRow[] = [
  becomes('5.1', 'a number is itself', '7', 7),
  becomes('5.1', 'a fraction is itself', '-1.5', -1.5),
  becomes('5.1', 'a boolean is itself', 'false', false),
  becomes('5.1', 'null is itself', 'null', null),
  becomes('5.2', 'a list is resolved by its elements', '[n, "{{ n }}", 4]', [3, 3, 4]),
  becomes('5.2', 'a map is resolved by its values, not its keys', '{n: n, inner: {name: name}}', {
    n: 3,
    inner: { name: 'Ann' },
  }),
  becomes('5.2', 'an empty list and map stay', '[[], {}]', [[], {}]),
  becomes('5.3', 'one expression has its own number', '"{{ n + 1 }}"', 4),
  becomes('5.3', 'one expression has its own list', '"{{ list }}"', [1, [2]]),
  becomes('5.3', 'one expression has its own map', '"{{ user }}"', {
    age: 41,
    tags: ['x', 'y'],
    none: null,
  }),
  becomes('5.3', 'one expression has its own boolean', '"{{ n > 2 }}"', true),
  becomes('5.3', 'one expression may be a literal', '"{{ {\'a\': [1]} }}"', { a: [1] }),
  becomes('5.3', 'text that looks like JSON stays text', '"{{ \'[1]\' }}"', '[1]'),
  becomes('5.3', 'text that looks like a number stays text', '"{{ \'7\' }}"', '7'),
  becomes('5.3', 'an inline if has the value of its branch', '"{{ list if flag else n }}"', [
    1,
    [2],
  ]),
  becomes('5.4', 'text around an expression makes text', '"n={{ n }}"', 'n=3'),
  becomes('5.4', 'a blank beside an expression makes text', '" {{ n }}"', ' 3'),
  becomes('5.4', 'two expressions make text', '"{{ n }}{{ n }}"', '33'),
  becomes('5.4', 'statements make text', '"{% for t in user.tags %}{{ t }};{% endfor %}"', 'x;y;'),
  becomes('5.4', 'a comment makes text', '"{# no #}yes"', 'yes'),
  becomes('5.5', 'a name is the value of the variable', 'list', [1, [2]]),
  becomes('5.5', 'a quoted name is too', '"user"', { age: 41, tags: ['x', 'y'], none: null }),
  becomes('5.5', 'a name with blanks around it is text', '" n "', ' n '),
  becomes('5.6', 'a dotted path is followed', 'user.age', 41),
  becomes('5.6', 'an index is followed', '"user.tags[1]"', 'y'),
  becomes('5.6', 'an index counts from the end', '"list[-1][0]"', 2),
  becomes('5.6', 'a path to nothing is null', 'user.nope', null),
  becomes('5.6', 'a path past null is null', 'user.none.deeper', null),
  becomes('5.6', 'an index past the end is null', '"list[7]"', null),
  becomes('5.7', 'any other word is text', 'nothing', 'nothing'),
  becomes('5.7', 'a sentence with a name in it is text', 'Ask Ann about n', 'Ask Ann about n'),
  becomes('5.7', 'a path whose root is no variable is text', 'example.com', 'example.com'),
  becomes('5.7', 'text with an address is text', '"me@example.com"', 'me@example.com'),
  becomes('5.7', 'a version is text', '"1.2.3"', '1.2.3'),
  becomes('5.10', 'a list renders as JSON', '"{{ user.tags }}!"', '["x", "y"]!'),
  becomes('5.10', 'booleans render as true and false', '"{{ flag }} {{ not flag }}"', 'true false'),
  becomes('5.10', 'null renders as nothing', '"[{{ user.none }}]"', '[]'),
  becomes('5.10', 'numeric text beside a number computes', '"{{ \'4\' + n }}"', 7),
  becomes('5.10', 'numeric text beside a number compares', '"{{ \'10\' > n }}"', true),
  becomes('5.10', "a map's own key wins over a method", '"{{ {\'items\': 5}.items }}"', 5),
  becomes('5.10', 'contains is `in` the other way round', '"{{ user.tags contains \'x\' }}"', true),
  becomes(
    '5.10',
    'no prototype can be reached',
    '"{{ user.__proto__ is defined or user.constructor is defined or [].constructor is defined }}"',
    false,
  ),
  fails(
    '5.11',
    'a template that takes too many steps',
    '"{% for a in range(1000) %}{% for b in range(1000) %}{{ b }}{% endfor %}{% endfor %}"',
    'template_budget',
  ),
  fails('5.11', 'a template with too much output', '"{{ \'x\' * 2000000 }}"', 'template_budget'),
  fails(
    '5.11',
    'a range that is too long',
    '"{{ range(100001) | list | length }}"',
    'template_budget',
  ),
  fails(
    '5.11',
    'a macro without an end',
    '"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"',
    'template_budget',
  ),
  fails('5.3', 'an expression that fails', '"{{ n + [1] }}"', 'template_error'),
  when('a comparison', 'n >= 3 and n < 4', true),
  when('a comparison', 'n == 4 or not flag', false),
  when('braces around it', '{{ n > 5 }}', false),
  when('the truth of text', 'empty', false),
  when('the truth of a list', 'list', true),
  when('the truth of an empty list', '[]', false),
  when('the truth of zero', 'n - 3', false),
  when('a test', 'user.none is none', true),
  when('membership', '"x" in user.tags', true),
  when('a filter', 'user.tags | length == 2', true),
  when('what is not there', 'user.nope.deeper', false),
  when('an error', 'n + [1]', false, ['condition_error']),
];

/** `a` ran, `b` did not. */
const skipping = (value: string, more = '') => `
name: r
${more}
nodes:
  - ${give('a', '{v: 1}')}
  - ${give('b', '2')}
  - ${give('x', value)}
edges: [a to b if a.v > 5, a to x, b to x]
final_outputs: [x]
`;

export const RUN_VALUES: readonly RunRow[] = [
  ...TABLE,
  {
    rule: '5.6',
    name: 'the name of a node that was skipped is null',
    text: skipping('b'),
    expect: { outputs: { x: null } },
  },
  {
    rule: '5.12',
    name: 'an undefined variable renders as nothing, with a warning',
    text: skipping('"[{{ b }}]"'),
    expect: { outputs: { x: '[]' }, warnings: ['undefined_variable'] },
  },
  {
    rule: '5.12',
    name: 'a field of an undefined value is undefined',
    text: skipping('"[{{ b.c.d }}]"'),
    expect: { outputs: { x: '[]' }, warnings: ['undefined_variable'] },
  },
  {
    rule: '5.12',
    name: 'default takes its place without a warning',
    text: skipping('"{{ b | default(7) }}"'),
    expect: { outputs: { x: 7 } },
  },
  {
    rule: '5.12',
    name: 'is defined asks without a warning',
    text: skipping('"{{ b is defined }}"'),
    expect: { outputs: { x: false } },
  },
  {
    rule: '5.12',
    name: 'a condition on itself asks without a warning',
    text: skipping('"{{ b.c if b else 0 }}"'),
    expect: { outputs: { x: 0 } },
  },
  {
    rule: '5.12',
    name: 'in strict mode it ends the node',
    text: skipping('"[{{ b }}]"', 'strict: true'),
    expect: { code: 'undefined_variable', node: 'x' },
  },
  {
    rule: '5.12',
    name: 'in strict mode default still takes its place',
    text: skipping('"{{ b | default(7) }}"', 'strict: true'),
    expect: { outputs: { x: 7 } },
  },
  {
    rule: '5.8',
    name: 'an output hides an input of its name',
    text: `\nname: r\nuser_inputs: [{id: a, type: int}]\nnodes:\n  - ${give('a', '"{{ a + 1 }}"')}\n  - ${give('x', '[a, inputs.a]')}\n`,
    inputs: { a: 1 },
    expect: { outputs: { a: 2, x: [2, 1] } },
  },
  {
    rule: '5.8',
    name: 'an input hides a definition of its name',
    text: `\ndefinitions: {a: low, b: only}\nrecipe:\n  name: r\n  user_inputs: [{id: a, type: int}]\n  nodes:\n    - ${give('x', '[a, b]')}\n`,
    inputs: { a: 1 },
    expect: { outputs: { x: [1, 'only'] } },
  },
  {
    rule: '5.8',
    name: "a node's own input is seen by its other fields",
    text: '\nname: r\nnodes:\n  - {id: x, type: language_task, input: {tone: calm}, prompt: "be {{ tone }}"}\n',
    expect: { outputs: { x: '[mock] be calm' } },
  },
  {
    rule: '5.8',
    name: "a node's own input does not see itself",
    text: `\nname: r\nuser_inputs: [{id: a, type: int}]\nnodes:\n  - {id: x, type: function_task, function_identifier: test.echo, input: {a: "{{ a + 1 }}", b: "{{ a }}"}}\n`,
    inputs: { a: 1 },
    expect: { outputs: { x: { a: 2, b: 1 } } },
  },
  {
    rule: '5.8',
    name: 'a definition that is a template is evaluated where it is read',
    text: `\ndefinitions: {next: "{{ a + 1 }}", texts: {hello: "{{ 'hi ' ~ a }}"}}\nrecipe:\n  name: r\n  nodes:\n    - ${give('a', '1')}\n    - ${give('x', '["{{ next * 2 }}", "{{ texts.hello }}", next]')}\n`,
    expect: { outputs: { a: 1, x: [4, 'hi 1', 2] } },
  },
  {
    rule: '5.9',
    name: '`nodes` has outputs by the id of the node',
    text: `\nname: r\nnodes:\n  - ${give('a', '{v: 1}', ', output: other')}\n  - ${give('x', '[nodes.a.v, "{{ nodes.a }}"]')}\n`,
    expect: { outputs: { other: { v: 1 }, x: [1, { v: 1 }] } },
  },
  {
    rule: '5.9',
    name: '`run` tells about the run',
    text: valueOf('"{{ [run.id, run.recipe, run.version, run.started_at] }}"'),
    expect: { outputs: { x: ['run_01', 'recipes/main', 3, '2030-01-31T12:00:00.000Z'] } },
  },
  {
    rule: '5.9',
    name: '`current_time` is a time',
    text: valueOf('current_time'),
    expect: { outputs: { x: '2030-01-31T12:00:00.000Z' } },
  },
  {
    rule: '5.9',
    name: '`visits` counts the visits of each node',
    text: `\nname: r\nnodes:\n  - ${give('a', '"{{ visits.a }}"')}\n  - ${give('x', '"{{ [visits.a, visits.x, visits.y] }}"')}\n  - ${give('y', '0')}\nedges: [a to x, a to a if visits.a < 2, x to y]\nfinal_outputs: [x]\n`,
    expect: { outputs: { x: [2, 2, 1] } },
  },
];
