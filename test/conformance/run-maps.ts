/**
 * Section 6 when it runs. 6.1 over, 6.2 concurrency and order, 6.3 what the task sees, 6.4 collect,
 * 6.5 on_error, 6.6 retry and timeouts, 6.7 what a task may be.
 */
import type { JsonValue } from '../../src/core/json.ts';
import type { RunExpectation, RunRow } from './run-row.ts';
import { give } from './run-row.ts';

const task = (name: string, input = '', more = '') =>
  `{type: function_task, function_identifier: test.${name}${input && `, input: ${input}`}${more}}`;

const map = (over: string, inner: string, more = '') => `
name: r
nodes:
  - id: m
    type: map
    over: ${over}
    task: ${inner}
    ${more}
`;

const row = (
  rule: string,
  name: string,
  [over, inner, more = '']: readonly string[],
  expect: RunExpectation,
): RunRow => ({
  rule,
  name,
  text: map(over ?? '', inner ?? '', more),
  expect,
});

const gives = (m: JsonValue): RunExpectation => ({ outputs: { m } });
const VALUES = 'collect: values';
const double = task('double', '{n: "{{ item }}"}');
const check = task('check', '{n: "{{ item }}", fail: "{{ item == 2 }}"}');
const failed = { status: 'failed', error: { code: 'plugin_error', message: 'as asked' } };

export const RUN_MAPS: readonly RunRow[] = [
  row('6.1', 'a list is gone over', ['[1, 2]', double, VALUES], gives([2, 4])),
  row('6.1', 'an empty list gives an empty list', ['[]', double], gives([])),
  row('6.1', 'an empty list calls nothing', ['[]', double], { calls: 0 }),
  row('6.1', 'an empty map gives an empty list', ['{}', double], gives([])),
  row(
    '6.1',
    'a map is gone over by its values, in order',
    ['{b: 1, a: 2}', double, VALUES],
    gives([2, 4]),
  ),
  row(
    '6.1',
    'an expression gives the list',
    ['"{{ range(3) | list }}"', double, VALUES],
    gives([0, 2, 4]),
  ),
  row(
    '6.1',
    'items may be null',
    ['[null, 1]', task('value', '{value: "{{ item is none }}"}'), VALUES],
    gives([true, false]),
  ),
  row(
    '6.1',
    'items may be booleans',
    ['[true, false]', task('value', '{value: "{{ item }}"}'), VALUES],
    gives([true, false]),
  ),
  row(
    '6.1',
    'items may be text',
    ['["{{ \'a\' }}", b]', task('value', '{value: "{{ item ~ \'!\' }}"}'), VALUES],
    gives(['a!', 'b!']),
  ),
  row(
    '6.1',
    'items may be lists',
    ['[[1, 2], []]', task('value', '{value: "{{ item | length }}"}'), VALUES],
    gives([2, 0]),
  ),
  row('6.1', 'text is no collection', ['"{{ \'abc\' }}"', double], {
    code: 'map_over_invalid',
    node: 'm',
  }),
  row('6.1', 'a number is no collection', ['"{{ 3 }}"', double], {
    code: 'map_over_invalid',
    node: 'm',
  }),
  row('6.1', 'nothing is no collection', ['"{{ none }}"', double], {
    code: 'map_over_invalid',
    node: 'm',
  }),
  row(
    '6.1',
    'more than 100 000 items are too many',
    ['"{{ range(100000) | list + [1] }}"', double],
    { code: 'map_over_invalid', node: 'm' },
  ),
  {
    rule: '6.1',
    name: 'the name of a node gives its list',
    text: `\nname: r\nnodes:\n  - ${give('a', '[1, 2]')}\n  - {id: m, type: map, over: a, task: ${double}, collect: values}\n`,
    expect: { outputs: { a: [1, 2], m: [2, 4] } },
  },
  row('6.2', 'ten items are in flight by default', ['"{{ range(25) | list }}"', double], {
    atOnce: 10,
    calls: 25,
  }),
  row(
    '6.2',
    'max_concurrency is never exceeded',
    ['"{{ range(9) | list }}"', double, 'max_concurrency: 2'],
    { atOnce: 2 },
  ),
  row(
    '6.2',
    'max_concurrency changes no result',
    ['[1, 2, 3]', double, 'max_concurrency: 1\n    collect: values'],
    gives([2, 4, 6]),
  ),
  row('6.2', 'sequential is one at a time', ['[1, 2, 3]', double, 'execution_mode: sequential'], {
    atOnce: 1,
  }),
  row(
    '6.2',
    'defaults of the recipe set it',
    ['"{{ range(9) | list }}"', double, '\ndefaults: {max_concurrency: 3}'],
    { atOnce: 3 },
  ),
  row(
    '6.2',
    'a batch ends before the next begins',
    ['"{{ range(9) | list }}"', double, 'batch_size: 4'],
    { atOnce: 4 },
  ),
  row(
    '6.2',
    'a retried item keeps its position',
    [
      '[1, 2]',
      task('flaky', '{times: "{{ item % 2 }}", value: "{{ item }}"}'),
      'retry: {max_attempts: 2}\n    collect: values',
    ],
    gives([1, 2]),
  ),
  row(
    '6.3',
    'item, index and loop',
    ['[a, b]', task('value', '{value: "{{ item ~ index ~ loop.index ~ loop.last }}"}'), VALUES],
    gives(['a01false', 'b12true']),
  ),
  row(
    '6.3',
    'key, over a map',
    ['{k: 1}', task('value', '{value: "{{ key }}"}'), VALUES],
    gives(['k']),
  ),
  row(
    '6.3',
    'the fields of the item',
    ['[{a: 1}]', task('value', '{value: "{{ a }}"}'), VALUES],
    gives([1]),
  ),
  row(
    '6.3',
    "the fields of the item stand behind the task's input",
    ['[{a: 1}]', '{type: language_task, input: {a: 2}, prompt: "{{ a }} {{ item.a }}"}', VALUES],
    gives(['[mock] 2 1']),
  ),
  row(
    '6.3',
    'a field called item does not hide the item',
    ['[{item: 5}]', task('value', '{value: "{{ item }}"}'), VALUES],
    gives([{ item: 5 }]),
  ),
  row(
    '6.3',
    "the map's own input",
    [
      '[1, 2]',
      task('value', '{value: "{{ item * factor }}"}'),
      'input: {factor: 10}\n    collect: values',
    ],
    gives([10, 20]),
  ),
  row(
    '6.3',
    'the outer item, as parent',
    [
      '[[a], [b]]',
      `{type: map, over: "{{ item }}", task: ${task('value', '{value: "{{ parent.index ~ item }}"}')}, collect: values}`,
      VALUES,
    ],
    gives([['0a'], ['1b']]),
  ),
  row(
    '6.3',
    'without input a function gets the fields and the item',
    ['[{a: 1}, 2]', task('echo'), VALUES],
    gives([{ a: 1, item: { a: 1 } }, { item: 2 }]),
  ),
  row(
    '6.3',
    'an item is data and no template',
    ["\"{{ ['{' ~ '{ 1 }' ~ '}'] }}\"", task('echo'), VALUES],
    gives([{ item: '{{ 1 }}' }]),
  ),
  row(
    '6.4',
    'records when the task mentions the item',
    ['[5]', double],
    gives([{ n: 5, item: 5, index: 0, status: 'ok', result: 10 }]),
  ),
  row(
    '6.4',
    'records when the task has no input',
    ['[5]', task('value')],
    gives([{ item: 5, index: 0, status: 'ok', result: null }]),
  ),
  row(
    '6.4',
    'records when a value is no bare key',
    ['[{a: 1}]', task('double', '{n: "{{ a }}"}')],
    gives([{ a: 1, n: 1, item: { a: 1 }, index: 0, status: 'ok', result: 2 }]),
  ),
  row(
    '6.4',
    'values when every input is a bare key of the item',
    ['[{a: 1}]', task('double', '{n: a}')],
    gives([2]),
  ),
  row('6.4', 'values when asked for', ['[5]', double, VALUES], gives([10])),
  row(
    '6.4',
    'records when asked for',
    ['[{a: 1}]', task('double', '{n: a}'), 'collect: records'],
    gives([{ a: 1, n: 1, item: { a: 1 }, index: 0, status: 'ok', result: 2 }]),
  ),
  row(
    '6.4',
    "the result is called what the task's output says",
    ['[5]', task('double', '{n: "{{ item }}"}', ', output: twice')],
    gives([{ n: 5, item: 5, index: 0, status: 'ok', twice: 10 }]),
  ),
  row(
    '6.4',
    'a record over a map has its key',
    ['{k: 5}', double],
    gives([{ n: 5, item: 5, index: 0, key: 'k', status: 'ok', result: 10 }]),
  ),
  row('6.5', 'halt is the default: the node fails', ['[1, 2, 3]', check], {
    code: 'map_items_failed',
    node: 'm',
    statuses: { m: 'failed' },
  }),
  row('6.5', 'halt starts no further items', ['[2, 1, 1, 1, 1]', check, 'max_concurrency: 2'], {
    code: 'map_items_failed',
    calls: 2,
  }),
  row(
    '6.5',
    'skip keeps the position',
    ['[1, 2, 3]', check, 'on_error: skip\n    collect: values'],
    gives([{ n: 1 }, failed, { n: 3 }]),
  ),
  row(
    '6.5',
    'skip tells the good from the failed',
    ['[1, 2]', check, 'on_error: skip'],
    gives([
      { n: 1, fail: false, item: 1, index: 0, status: 'ok', result: { n: 1 } },
      { item: 2, index: 1, ...failed },
    ]),
  ),
  row(
    '6.5',
    'drop removes the item',
    ['[1, 2, 3]', check, 'on_error: drop\n    collect: values'],
    gives([{ n: 1 }, { n: 3 }]),
  ),
  row('6.5', 'drop may leave nothing', ['[2, 2]', check, 'on_error: drop'], gives([])),
  row(
    '6.5',
    'continue is about the node',
    ['[1, 2]', check, 'on_error: continue\nfinal_outputs: [{id: code, value: m.error.code}]'],
    { outputs: { code: 'map_items_failed' } },
  ),
  row(
    '6.5',
    'the errors and the finished results are attached',
    [
      '[1, 2]',
      check,
      'on_error: continue\nfinal_outputs: [{id: e, value: "m.error.details.errors[0].index"}, {id: r, value: "m.error.details.results[0].index"}]',
    ],
    { outputs: { e: 1, r: 0 } },
  ),
  row(
    '6.5',
    'a task may go on by itself',
    ['[2]', task('check', '{fail: true}', ', on_error: continue'), VALUES],
    gives([{ success: false, error: { code: 'plugin_error', message: 'as asked' } }]),
  ),
  row(
    '6.6',
    'retry applies to each item before on_error',
    [
      '[1, 2]',
      task('flaky', '{times: "{{ item }}", value: "{{ item }}"}'),
      'retry: {max_attempts: 2}\n    on_error: drop\n    collect: values',
    ],
    gives([1]),
  ),
  row(
    '6.6',
    "the task's own retry comes before the map's",
    [
      '[1]',
      task('flaky', '{times: 2, value: 1}', ', retry: {max_attempts: 3}'),
      'retry: {max_attempts: 1}\n    collect: values',
    ],
    gives([1]),
  ),
  row(
    '6.6',
    'item_timeout bounds an item',
    [
      '[1]',
      task('gate'),
      'item_timeout: 5\n    on_error: skip\n    collect: values\nfinal_outputs: [{id: code, value: "m[0].error.code"}]',
    ],
    { outputs: { code: 'timeout' } },
  ),
  row(
    '6.6',
    'timeout bounds the whole map',
    ['[1, 2]', task('gate'), 'timeout: 5\n    max_concurrency: 1'],
    { code: 'timeout', node: 'm', calls: 1 },
  ),
  row(
    '6.7',
    'a language task',
    ['[a]', '{type: language_task, prompt: "say {{ item }}"}', VALUES],
    gives(['[mock] say a']),
  ),
  row(
    '6.7',
    'a reduce',
    ['[[1, 2], [3]]', '{type: reduce, over: "{{ item }}", function_identifier: test.sum}', VALUES],
    gives([3, 3]),
  ),
  row(
    '6.7',
    'a map in a map',
    ['[[1], [2, 3]]', `{type: map, over: "{{ item }}", task: ${double}, collect: values}`, VALUES],
    gives([[2], [4, 6]]),
  ),
  row(
    '6.7',
    'a map in a map in a map',
    [
      '[[[1]]]',
      `{type: map, over: "{{ item }}", collect: values, task: {type: map, over: "{{ item }}", collect: values, task: ${double}}}`,
      VALUES,
    ],
    gives([[[2]]]),
  ),
  {
    ...row(
      '6.7',
      'a sub-recipe',
      [
        '[1, 2]',
        '{type: recipe, recipe_path: recipes/s.yaml, input_mapping: {n: "{{ item }}"}}',
        VALUES,
      ],
      gives([{ y: 2 }, { y: 3 }]),
    ),
    sources: {
      'recipes/s.yaml': `\nname: s\nuser_inputs: [{id: n, type: int}]\nnodes:\n  - ${give('y', '"{{ n + 1 }}"')}\n`,
    },
  },
  {
    ...row(
      '6.7',
      'a sub-recipe that fails is a failed item',
      [
        '[1, 2]',
        '{type: recipe, recipe_path: recipes/s.yaml, input_mapping: {n: "{{ item }}"}}',
        'on_error: drop\n    collect: values',
      ],
      gives([{ y: 1 }]),
    ),
    sources: {
      'recipes/s.yaml':
        '\nname: s\nuser_inputs: [{id: n, type: int}]\nnodes:\n  - {id: y, type: function_task, function_identifier: test.flaky, input: {times: "{{ n - 1 }}", value: 1}}\n',
    },
  },
  row(
    '6.7',
    'a task with when, passed where it is false',
    ['[1, 2]', task('double', '{n: "{{ item }}"}', ', when: item > 1'), VALUES],
    gives([null, 4]),
  ),
];
