/** Section 9: outputs and diagnostics. */
import type { Row } from './row.ts';
import { yaml } from './row.ts';

/** A flat recipe of two nodes with `final_outputs`. */
function gives(outputs: string): string {
  return `name: r\nuser_inputs: [{id: topic, type: string}]\nnodes: [{id: draft, type: function_task, function_identifier: p.f}, {id: score, type: function_task, function_identifier: p.f, input: {t: draft}}]\nfinal_outputs: ${outputs}\n`;
}

function row(name: string, text: string, expected: Row['expect'], more: Partial<Row> = {}): Row {
  return { rule: '9', name, text, expect: expected, ...more };
}

const LLM = 'id: a, type: language_task';

export const OUTPUTS: readonly Row[] = [
  row('names and dotted paths', gives('[draft, score.value, "score.list[0].x"]'), {
    plan: {
      graph: { outputs: [{ id: 'draft' }, { id: 'score.value' }, { id: 'score.list[0].x' }] },
    },
  }),
  row(
    'values with conditions',
    gives('[{id: text, value: "{{ draft }}", condition: "{{ score > 3 }}"}]'),
    {
      plan: { graph: { outputs: [{ id: 'text', value: '{{ draft }}', condition: 'score > 3' }] } },
    },
  ),
  row('values are native', gives('[{id: n, value: 5}, {id: m, value: {a: [draft]}}]'), {
    plan: {
      graph: {
        outputs: [
          { id: 'n', value: 5 },
          { id: 'm', value: { a: ['draft'] } },
        ],
      },
    },
  }),
  row('descriptions', gives('[{id: draft, description: The text}]'), {
    plan: { graph: { outputs: [{ id: 'draft', description: 'The text' }] } },
  }),
  row('a name in braces is a name', gives('["{{ draft }}"]'), {
    plan: { graph: { outputs: [{ id: 'draft' }] } },
  }),
  row('inputs may be outputs', gives('[topic]'), {
    plan: { graph: { outputs: [{ id: 'topic' }] } },
  }),
  row('none given is every output', gives('null'), { plan: { graph: { entries: ['draft'] } } }),
  row('an unknown name is an error', gives('[⟦drafd⟧]'), {
    diagnostics: ['unknown_variable'],
    suggestions: ['draft'],
  }),
  row('an unknown variable in a value is an error', gives('[{id: x, value: "{{ ⟦drafd⟧ }}"}]'), {
    diagnostics: ['unknown_variable'],
  }),
  row(
    'an unknown variable in a condition is an error',
    gives('[{id: draft, condition: ⟦scor⟧ > 3}]'),
    { diagnostics: ['unknown_variable'] },
  ),
  row('a fault in a value is shown in it', gives('[{id: x, value: "{{ draft | ⟦uper⟧ }}"}]'), {
    diagnostics: ['unknown_filter'],
  }),
  row('what is no name is an error', gives('[⟦a b⟧, {id: ⟦""⟧}, ⟦"{{ a + b }}"⟧]'), {
    diagnostics: ['bad_id', 'out_of_range', 'bad_id'],
  }),
  row('an entry is a name or a map', gives('[⟦5⟧]'), { diagnostics: ['wrong_type'] }),
  row('outputs are a list', gives('{⟦draft⟧: x}'), { diagnostics: ['wrong_type'] }),
  row('an output given twice is a warning', gives('[draft, ⟦draft⟧]'), {
    diagnostics: ['duplicate_output'],
  }),
  row(
    'alternatives with conditions are no repetition',
    gives(
      '[{id: t, value: draft, condition: score > 1}, {id: t, value: score, condition: score < 2}]',
    ),
    {},
  ),
  // lints
  row(
    'a key in a prompt is a warning',
    `name: r\nnodes: [{${LLM}, prompt: "use ⟦sk⟧-abcdefghijklmnopqrstuvwx"}]\n`,
    { diagnostics: ['secret_in_prompt'] },
  ),
  row(
    'a secret in a prompt is a warning',
    `name: r\nnodes: [{${LLM}, prompt: hi, system: "key {{ ⟦secrets.API⟧ | default('') }}"}]\n`,
    {
      diagnostics: ['secret_in_prompt'],
    },
  ),
  row(
    'a secret in the prompt of a task is a warning',
    `name: r\nnodes: [{id: m, type: map, over: [1], task: {type: language_task, messages: [{role: user, content: "⟦AKIAABCDEFGHIJKLMNOP⟧"}]}}]\n`,
    {
      diagnostics: ['secret_in_prompt'],
    },
  ),
  row(
    'a secret in a header is as it should be',
    'name: r\nnodes: [{id: a, type: http_task, url: "https://example.com", headers: {Authorization: "Bearer {{ secrets.KEY | default(\'\') }}"}}]\n',
    {},
  ),
  row(
    'independent nodes in a chain are worth a word',
    yaml`
      name: r
      nodes:
        - {id: a, type: language_task, prompt: one}
        - {id: ⟦b⟧, type: language_task, prompt: two}
        - {id: c, type: language_task, prompt: "{{ a }} {{ b }}"}
    `,
    { diagnostics: ['could_be_parallel'], suggestions: ['edges: auto'] },
  ),
  row(
    'nodes with edges are not',
    yaml`
      name: r
      nodes:
        - {id: a, type: language_task, prompt: one}
        - {id: b, type: language_task, prompt: two}
      edges: [a to b]
    `,
    {},
  ),
  // diagnostics as a whole
  row(
    'every fault is told, in order of place',
    yaml`
      name: r
      ⟦verison⟧: 2
      user_inputs:
        - {id: topic, type: ⟦strin⟧}
      nodes:
        - id: ⟦1a⟧
          type: language_task
          prompt: "{{ topic | ⟦uper⟧ }}"
        - id: b
          type: ⟦languge_task⟧
      edges:
        - b to ⟦c⟧
      final_outputs: [⟦d⟧]
    `,
    {
      diagnostics: [
        'unknown_key',
        'unknown_value',
        'bad_format',
        'unknown_filter',
        'unknown_type',
        'unknown_node',
        'unknown_variable',
      ],
      suggestions: ['version', 'string', undefined, 'upper', 'language_task', undefined, undefined],
    },
  ),
  row(
    'a fault in an anchored part is told once',
    yaml`
      name: r
      x-p: &p "{{ 1 | ⟦uper⟧ }}"
      nodes:
        - {id: a, type: language_task, prompt: *p}
        - {id: b, type: language_task, prompt: *p, input: {a: a}}
    `,
    { diagnostics: ['unknown_filter'] },
  ),
  row(
    'at most 200 are told',
    `name: r\nnodes:\n${Array.from({ length: 300 }, (_, n) => `  - {id: n${n}, type: x}`).join('\n')}\n`,
    {
      diagnostics: Array.from({ length: 200 }, (_, n) => ({
        code: 'unknown_type',
        line: n + 3,
        column: `  - {id: n${n}, type: `.length + 1,
      })),
    },
  ),
];
