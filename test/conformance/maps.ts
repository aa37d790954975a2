/** Section 6: map. */
import type { Row } from './row.ts';
import { yaml } from './row.ts';

/** A flat recipe of one map over an input. */
function map(inside: string): string {
  return `name: r\nuser_inputs: [{id: list, type: json}, {id: tone, type: string}]\nnodes: [{id: m, type: map, ${inside}}]\n`;
}

const FN = 'type: function_task, function_identifier: p.f';
const OVER = 'over: "{{ list }}"';

function row(name: string, inside: string, expected: Row['expect'], more: Partial<Row> = {}): Row {
  return { rule: '6', name, text: map(inside), expect: expected, ...more };
}

function collects(name: string, task: string, collect: 'values' | 'records'): Row {
  return row(`collects ${collect}: ${name}`, `${OVER}, task: {${task}}`, { node: { collect } });
}

export const MAPS: readonly Row[] = [
  row('names in a list that is written out are texts', `over: [apple, pear], task: {${FN}}`, {
    node: { over: ['apple', 'pear'] },
  }),
  row('names in a map that is written out are texts', `over: {a: apple}, task: {${FN}}`, {
    node: { over: { a: 'apple' } },
  }),
  row('a map has defaults', `${OVER}, task: {${FN}}`, {
    node: {
      type: 'map',
      over: '{{ list }}',
      output: 'm',
      maxConcurrency: 10,
      itemErrors: 'halt',
      onError: 'halt',
      retry: { maxAttempts: 1 },
      task: { id: 'task', type: 'function_task', output: 'result', retry: { maxAttempts: 1 } },
    },
  }),
  row(
    'all keys of a map are known',
    `${OVER}, task: {${FN}, output: o}, output: x, max_concurrency: 3, on_error: drop, collect: values, batch_size: 5, item_timeout: 2s`,
    {
      node: {
        output: 'x',
        maxConcurrency: 3,
        itemErrors: 'drop',
        collect: 'values',
        batchSize: 5,
        itemTimeoutMs: 2000,
        task: { output: 'o' },
      },
    },
  ),
  row('a map needs over', `⟦⟧task: {${FN}}`.replace('⟦⟧', ''), {
    diagnostics: [{ code: 'missing_key', line: 3, column: 10 }],
  }),
  row('a map needs a task', OVER, { diagnostics: [{ code: 'missing_key', line: 3, column: 10 }] }),
  row('a task must be a map', `${OVER}, task: ⟦p.f⟧`, { diagnostics: ['wrong_type'] }),
  row('a task needs a type', `${OVER}, task: {⟦input⟧: {}}`, { diagnostics: ['missing_key'] }),
  row('a fault in the task is shown in it', `${OVER}, task: {${FN}, timeout: ⟦soon⟧}`, {
    diagnostics: ['bad_format'],
  }),
  row('a task needs no id', `${OVER}, task: {⟦id⟧: t, ${FN}}`, {
    diagnostics: ['task_with_id'],
    node: { task: { id: 'task' } },
  }),
  row('over may be a list', `over: [1, 2], task: {${FN}}`, { node: { over: [1, 2] } }),
  row('over may be a map', `over: {a: 1}, task: {${FN}}`, { node: { over: { a: 1 } } }),
  row('over may be a name', `over: list, task: {${FN}}`, { node: { over: 'list' } }),
  row('over may be a path', `over: "list.items[0]", task: {${FN}}`, {
    node: { over: 'list.items[0]' },
  }),
  row('over may not be a number', `over: ⟦5⟧, task: {${FN}}`, {
    diagnostics: ['map_over_invalid'],
  }),
  row('a name in over must be known', `over: ⟦lsit⟧, task: {${FN}}`, {
    diagnostics: ['unknown_variable'],
    suggestions: ['list'],
  }),
  row('max_concurrency of zero is an error', `${OVER}, task: {${FN}}, max_concurrency: ⟦0⟧`, {
    diagnostics: ['out_of_range'],
  }),
  row('max_concurrency below zero is an error', `${OVER}, task: {${FN}}, max_concurrency: ⟦-1⟧`, {
    diagnostics: ['out_of_range'],
  }),
  row(
    'sequential means one at a time',
    `${OVER}, task: {${FN}}, execution_mode: sequential, max_concurrency: 5`,
    { node: { maxConcurrency: 1 } },
  ),
  row('parallel is the usual mode', `${OVER}, task: {${FN}}, execution_mode: parallel`, {
    node: { maxConcurrency: 10 },
  }),
  row('another mode is an error', `${OVER}, task: {${FN}}, execution_mode: ⟦paralel⟧`, {
    diagnostics: ['unknown_value'],
    suggestions: ['parallel'],
  }),
  row('on_error: skip keeps the position', `${OVER}, task: {${FN}}, on_error: skip`, {
    node: { itemErrors: 'skip', onError: 'halt' },
  }),
  row('on_error: continue is about the node', `${OVER}, task: {${FN}}, on_error: continue`, {
    node: { itemErrors: 'halt', onError: 'continue' },
  }),
  row('another on_error is an error', `${OVER}, task: {${FN}}, on_error: ⟦stop⟧`, {
    diagnostics: ['unknown_value'],
  }),
  row('retry of a map is about its items', `${OVER}, task: {${FN}}, retry: {max_attempts: 4}`, {
    node: { retry: { maxAttempts: 1 }, task: { retry: { maxAttempts: 4 } } },
  }),
  row(
    'retry of the task has the last word',
    `${OVER}, task: {${FN}, retry: {max_attempts: 2}}, retry: {max_attempts: 4}`,
    { node: { task: { retry: { maxAttempts: 2 } } } },
  ),
  row(
    'a task bound to the network is tried three times',
    `${OVER}, task: {type: language_task, prompt: "{{ item }}"}`,
    { node: { task: { retry: { maxAttempts: 3 } } } },
  ),
  row(
    'maps may hold maps',
    `${OVER}, task: {type: map, over: "{{ item.parts }}", task: {${FN}, input: {a: "{{ parent.item }}"}}}`,
    {
      node: { task: { type: 'map', id: 'task', task: { id: 'task' } } },
    },
  ),
  row(
    'item, index, key, loop and parent are known in a task',
    `${OVER}, task: {${FN}, input: "{{ item }}{{ index }}{{ key }}{{ loop.first }}{{ parent }}"}`,
    {},
  ),
  row('item is not known outside of one', `over: "{{ ⟦item⟧ }}", task: {${FN}}`, {
    diagnostics: ['unknown_variable'],
  }),
  row('an item may have any field', `${OVER}, task: {${FN}, input: {a: "{{ whatever }}"}}`, {}),
  row(
    'a likely misspelling in a task is a warning',
    `${OVER}, task: {${FN}, input: {a: "{{ ⟦tnoe⟧ }}"}}`,
    { diagnostics: ['unknown_variable/warning'], suggestions: ['tone'] },
  ),
  row(
    'a filter in a task is checked',
    `${OVER}, task: {${FN}, input: {a: "{{ item | ⟦uper⟧ }}"}}`,
    { diagnostics: ['unknown_filter'] },
  ),
  row(
    'the input of a map is known in its task',
    `${OVER}, input: {voice: calm}, task: {type: language_task, prompt: "{{ voice }}"}`,
    {},
  ),
  row(
    'speech in a task may take its text from the item',
    `${OVER}, task: {type: text_to_speech_task}`,
    {},
  ),
  // collect
  collects('the task has no input', FN, 'records'),
  collects('every input is a bare key', `${FN}, input: {text: title, more: author.name}`, 'values'),
  collects('the input is one bare key', `${FN}, input: title`, 'values'),
  collects('the task mentions item', `${FN}, input: {text: "{{ item.title }}"}`, 'records'),
  collects('the task mentions item bare', `${FN}, input: {text: item}`, 'records'),
  collects('the task mentions index', `${FN}, input: {text: title}, when: index > 0`, 'records'),
  collects(
    'the task mentions loop',
    `type: language_task, prompt: "{{ loop.index }}", input: {text: title}`,
    'records',
  ),
  collects('an input is a template', `${FN}, input: {text: "{{ title }}"}`, 'records'),
  collects('an input is a number', `${FN}, input: {text: title, n: 5}`, 'records'),
  row('collect has the last word', `${OVER}, task: {${FN}}, collect: values`, {
    node: { collect: 'values' },
  }),
  {
    rule: '6',
    name: 'the defaults of the recipe reach the task',
    text: yaml`
      name: r
      defaults: {retry: {max_attempts: 7}, timeout: 9, max_concurrency: 2}
      nodes: [{id: m, type: map, over: [1], task: {${FN}}}]
    `,
    expect: {
      node: {
        maxConcurrency: 2,
        retry: { maxAttempts: 1 },
        task: { retry: { maxAttempts: 7 }, timeoutMs: 9000 },
      },
    },
  },
  {
    rule: '6',
    name: 'a reduce follows a map',
    text: yaml`
      name: r
      nodes:
        - {id: m, type: map, over: [1], task: {${FN}}}
        - {id: s, type: reduce, over: m, function_identifier: p.sum}
    `,
    expect: { plan: { graph: { nodes: [{ id: 'm' }, { id: 's', over: 'm' }] } } },
  },
];
