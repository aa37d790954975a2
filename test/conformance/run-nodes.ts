/**
 * Section 4 when it runs. 4.1 retry, 4.2 on_error, 4.3 timeout, 4.4 when, 4.5 output, 4.6 language_task,
 * 4.7 function_task, 4.8 reduce, 4.9 model.
 */
import type { RunRow } from './run-row.ts';
import { give } from './run-row.ts';

const flaky = (times: number, more = '') =>
  `{id: a, type: function_task, function_identifier: test.flaky, input: {times: ${times}, value: 1}${more}}`;
const fails = (more = '') =>
  `{id: a, type: function_task, function_identifier: test.fail, input: {}${more}}`;
const ask = (more: string) => `{id: a, type: language_task, ${more}}`;
const nodes = (...list: readonly string[]) =>
  `\nname: r\nnodes:\n${list.map((node) => `  - ${node}\n`).join('')}`;

export const RUN_NODES: readonly RunRow[] = [
  {
    rule: '4.1',
    name: 'max_attempts counts the first attempt',
    text: nodes(flaky(1, ', retry: {max_attempts: 2}')),
    expect: { outputs: { a: 1 }, calls: 2 },
  },
  {
    rule: '4.1',
    name: 'too few attempts end in the last failure',
    text: nodes(flaky(2, ', retry: {max_attempts: 2}')),
    expect: { code: 'provider_error', node: 'a', calls: 2 },
  },
  {
    rule: '4.1',
    name: 'max_retries counts the attempts after the first',
    text: nodes(flaky(2, ', max_retries: 2')),
    expect: { outputs: { a: 1 }, calls: 3 },
  },
  {
    rule: '4.1',
    name: 'retry_config is another spelling',
    text: nodes(flaky(2, ', retry_config: {max_retries: 2, backoff_factor: 3, initial_delay: 1}')),
    expect: { outputs: { a: 1 }, calls: 3 },
  },
  {
    rule: '4.1',
    name: 'a pure function is not retried by default',
    text: nodes(flaky(1)),
    expect: { code: 'provider_error', calls: 1 },
  },
  {
    rule: '4.1',
    name: 'a failure that will not pass is not retried',
    text: nodes(fails(', retry: {max_attempts: 5}')),
    expect: { code: 'plugin_error', calls: 1 },
  },
  {
    rule: '4.1',
    name: 'retry_on chooses the codes',
    text: nodes(fails(', retry: {max_attempts: 3, retry_on: [plugin_error]}')),
    expect: { code: 'plugin_error', calls: 3 },
  },
  {
    rule: '4.1',
    name: 'defaults of the recipe reach nodes that say nothing',
    text: `${nodes(flaky(2))}defaults: {retry: {max_attempts: 3}}\n`,
    expect: { outputs: { a: 1 }, calls: 3 },
  },
  {
    rule: '4.1',
    name: 'a node keeps its own policy',
    text: `${nodes(flaky(1, ', retry: {max_attempts: 1}'))}defaults: {retry: {max_attempts: 3}}\n`,
    expect: { code: 'provider_error', calls: 1 },
  },
  {
    rule: '4.2',
    name: 'halt is the default',
    text: nodes(fails(), give('b', '1')),
    expect: { code: 'plugin_error', node: 'a', statuses: { a: 'failed' }, calls: 1 },
  },
  {
    rule: '4.2',
    name: 'continue goes on with the error as output',
    text: nodes(fails(', on_error: continue'), give('b', '"{{ a.success }} {{ a.error.code }}"')),
    expect: {
      outputs: {
        a: { success: false, error: { code: 'plugin_error', message: 'as asked' } },
        b: 'false plugin_error',
      },
    },
  },
  {
    rule: '4.2',
    name: 'skip is another word for continue',
    text: nodes(fails(', on_error: skip'), give('b', '2')),
    expect: { statuses: { a: 'failed', b: 'completed' } },
  },
  {
    rule: '4.2',
    name: 'the defaults of the recipe can go on',
    text: `${nodes(fails(), give('b', '2'))}defaults: {on_error: continue}\n`,
    expect: { statuses: { a: 'failed', b: 'completed' } },
  },
  {
    rule: '4.2',
    name: 'retries come before on_error',
    text: nodes(flaky(9, ', on_error: continue, retry: {max_attempts: 4}'), give('b', '2')),
    expect: { statuses: { a: 'failed', b: 'completed' }, calls: 5 },
  },
  {
    rule: '4.2',
    name: 'a template that fails is a failure of the node',
    text: nodes(
      give('a', '"{{ 1 + [2] }}"', ', on_error: continue'),
      give('b', '"{{ a.error.code }}"'),
    ),
    expect: { statuses: { a: 'failed', b: 'completed' }, calls: 1 },
  },
  {
    rule: '4.3',
    name: 'a node that takes too long fails',
    text: nodes('{id: a, type: function_task, function_identifier: test.gate, timeout: 5s}'),
    expect: { code: 'timeout', node: 'a' },
  },
  {
    rule: '4.3',
    name: 'a timeout can be handled',
    text: nodes(
      '{id: a, type: function_task, function_identifier: test.gate, timeout: 0.5, on_error: continue}',
      give('b', 'a.error.code'),
    ),
    expect: { statuses: { b: 'completed' } },
  },
  {
    rule: '4.3',
    name: 'a run that takes too long fails',
    text: `${nodes('{id: a, type: function_task, function_identifier: test.gate, on_error: continue}')}limits: {timeout: 1m}\n`,
    expect: { code: 'timeout', statuses: { a: 'cancelled' } },
  },
  {
    rule: '4.4',
    name: 'when false passes the node through',
    text: nodes(give('a', '1'), give('b', '2', ', when: a > 1'), give('c', '3')),
    expect: { outputs: { a: 1, c: 3 }, statuses: { b: 'skipped' } },
  },
  {
    rule: '4.4',
    name: 'when true runs it',
    text: nodes(give('a', '1'), give('b', '2', ', when: "{{ a == 1 }}"')),
    expect: { outputs: { a: 1, b: 2 } },
  },
  {
    rule: '4.4',
    name: 'when may be a plain boolean',
    text: nodes(give('a', '1', ', when: false'), give('b', '2', ', when: true')),
    expect: { outputs: { b: 2 } },
  },
  {
    rule: '4.4',
    name: 'when that fails counts as false',
    text: nodes(give('a', '1', ', when: "1 + [2]"')),
    expect: { outputs: {}, warnings: ['condition_error'] },
  },
  {
    rule: '4.5',
    name: 'the output has the name of the node',
    text: nodes(give('a', '1')),
    expect: { outputs: { a: 1 } },
  },
  {
    rule: '4.5',
    name: 'or the name that `output` says',
    text: nodes(give('a', '1', ', output: first'), give('b', '"{{ first + 1 }}"')),
    expect: { outputs: { first: 1, b: 2 } },
  },
  {
    rule: '4.6',
    name: 'the prompt is a template',
    text: nodes(give('n', '3'), ask('prompt: "Count to {{ n }}"')),
    expect: { outputs: { n: 3, a: '[mock] Count to 3' } },
  },
  {
    rule: '4.6',
    name: 'a stored prompt is found by its name',
    text: nodes(give('n', '3'), ask('prompt: count.jinja')),
    prompts: { 'count.jinja': 'Count to {{ n }}' },
    expect: { outputs: { n: 3, a: '[mock] Count to 3' } },
  },
  {
    rule: '4.6',
    name: 'a stored prompt may include another',
    text: nodes(ask('prompt: outer.jinja')),
    prompts: { 'outer.jinja': 'A {% include "inner.jinja" %}', 'inner.jinja': 'B' },
    expect: { outputs: { a: '[mock] A B' } },
  },
  {
    rule: '4.6',
    name: 'an answer under a schema is an object',
    text: nodes(
      ask(
        'prompt: x, response_schema: {type: object, properties: {n: {type: integer, minimum: 3}}}',
      ),
    ),
    expect: { outputs: { a: { n: 3 } } },
  },
  {
    rule: '4.6',
    name: 'an answer that does not fit is a failure',
    text: nodes(
      ask(
        'prompt: x, examples: {n: no}, response_schema: {type: object, properties: {n: {type: integer}}}',
      ),
    ),
    expect: { code: 'invalid_output', node: 'a' },
  },
  {
    rule: '4.7',
    name: 'a function gets its resolved input',
    text: nodes(
      give('n', '3'),
      '{id: a, type: function_task, function_identifier: test.echo, input: {n: n, t: "n is {{ n }}", l: [n, 2]}}',
    ),
    expect: { outputs: { n: 3, a: { n: 3, t: 'n is 3', l: [3, 2] } } },
  },
  {
    rule: '4.7',
    name: 'a function without input gets an empty map',
    text: nodes('{id: a, type: function_task, function_identifier: test.echo}'),
    expect: { outputs: { a: {} } },
  },
  {
    rule: '4.7',
    name: 'the input may be a template that gives the whole',
    text: nodes(
      give('n', '{v: 4}'),
      '{id: a, type: function_task, function_identifier: test.echo, input: "{{ n }}"}',
    ),
    expect: { outputs: { n: { v: 4 }, a: { v: 4 } } },
  },
  {
    rule: '4.7',
    name: 'the function may be chosen by a template',
    text: nodes(
      give('n', '"upper"'),
      '{id: a, type: function_task, function_identifier: "test.{{ n }}", input: {text: hi}}',
    ),
    expect: { outputs: { n: 'upper', a: 'HI' } },
  },
  {
    rule: '4.7',
    name: 'a function that a template names wrongly is not found',
    text: nodes('{id: a, type: function_task, function_identifier: "test.{{ \'none\' }}"}'),
    expect: { code: 'function_not_found', node: 'a' },
  },
  {
    rule: '4.8',
    name: 'reduce hands the whole list to a function',
    text: nodes('{id: a, type: reduce, over: [1, 2, 3], function_identifier: test.sum}'),
    expect: { outputs: { a: 6 } },
  },
  {
    rule: '4.8',
    name: 'reduce gives further input besides',
    text: nodes(
      '{id: a, type: reduce, over: [1, 2], function_identifier: test.sum, input: {start: 10}}',
    ),
    expect: { outputs: { a: 13 } },
  },
  {
    rule: '4.8',
    name: 'reduce over a map has its values, and its keys',
    text: nodes(
      '{id: a, type: reduce, over: {x: 1, y: 2}, function_identifier: test.sum}',
      '{id: b, type: reduce, over: {x: 1, y: 2}, function_identifier: test.keys}',
    ),
    expect: { outputs: { a: 3, b: ['x', 'y'] } },
  },
  {
    rule: '4.8',
    name: 'reduce over nothing is handed nothing',
    text: nodes('{id: a, type: reduce, over: [], function_identifier: test.sum}'),
    expect: { outputs: { a: 0 } },
  },
  {
    rule: '4.8',
    name: 'reduce does not go over text',
    text: nodes('{id: a, type: reduce, over: "{{ \'abc\' }}", function_identifier: test.sum}'),
    expect: { code: 'map_over_invalid', node: 'a' },
  },
  {
    rule: '4.9',
    name: 'a node without a model is answered offline',
    text: nodes(ask('prompt: hello')),
    expect: { outputs: { a: '[mock] hello' } },
  },
  {
    rule: '4.9',
    name: 'a provider that is not set up is a failure',
    text: nodes(ask('prompt: hello, model: nobody/none')),
    expect: { code: 'provider_unknown', node: 'a' },
  },
  {
    rule: '4.9',
    name: 'a function may choose the model',
    text: nodes(give('n', '{model: mock/chosen}'), ask('prompt: hello, model: "{{ n.model }}"')),
    expect: { outputs: { n: { model: 'mock/chosen' }, a: '[mock] hello' } },
  },
  {
    rule: '4.9',
    name: 'a model that is none is a failure',
    text: nodes(ask('prompt: hello, model: "{{ 7 }}"')),
    expect: { code: 'model_missing', node: 'a' },
  },
];
