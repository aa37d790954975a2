/** Section 5: values, templates and conditions, as far as the compiler sees them. */
import type { Row } from './row.ts';
import { yaml } from './row.ts';

const TOPIC = 'user_inputs: [{id: topic, type: string}, {id: score, type: int}]\n';

/** A flat recipe with two inputs, one node and its `input`. */
function withInput(input: string, more = ''): string {
  return `name: r\n${TOPIC}${more}nodes: [{id: a, type: function_task, function_identifier: p.f, input: ${input}}]\n`;
}

function withPrompt(prompt: string): string {
  return `name: r\n${TOPIC}nodes:\n  - id: a\n    type: language_task\n    prompt: ${prompt}\n`;
}

function row(name: string, text: string, expected: Row['expect'], more: Partial<Row> = {}): Row {
  return { rule: '5', name, text, expect: expected, ...more };
}

export const VALUES: readonly Row[] = [
  // values stay as they are written
  row(
    'values of every kind are kept',
    withInput('{n: 1, b: true, z: null, l: [1, "{{ topic }}"], m: {k: v}, s: text}'),
    {
      node: { input: { n: 1, b: true, z: null, l: [1, '{{ topic }}'], m: { k: 'v' }, s: 'text' } },
    },
  ),
  row('a name of an input is read', withInput('{t: topic, u: "topic.x[0]"}'), {}),
  row('a text that is no name is text', withInput('{t: hello, u: "two words"}'), {}),
  row('a text like a misspelt name is worth a word', withInput('{t: ⟦topci⟧}'), {
    diagnostics: ['maybe_variable'],
    suggestions: ['topic'],
  }),
  row('a short text is never a misspelt name', withInput('{t: top}'), {}),
  // faults in templates, at their place
  row('an unclosed brace in plain text', withPrompt('Write {{ topic⟦⟧'.replace('⟦⟧', '')), {
    diagnostics: [{ code: 'template_syntax', line: 6, column: 21 }],
  }),
  row('an unknown filter in quotes', withInput('"{{ topic | ⟦uper⟧ }}"'), {
    diagnostics: ['unknown_filter'],
    suggestions: ['upper'],
  }),
  row('an unknown filter in single quotes', withInput("'it''s {{ topic | ⟦uper⟧ }}'"), {
    diagnostics: ['unknown_filter'],
  }),
  row(
    'an unknown filter after escapes',
    withInput('"a\\n\\t\\"\\u00e9\\x41 {{ topic | ⟦uper⟧ }}"'),
    { diagnostics: ['unknown_filter'] },
  ),
  row('an unknown test', withInput('"{{ topic is ⟦strng⟧ }}"'), {
    diagnostics: ['unknown_test'],
    suggestions: ['string'],
  }),
  row(
    'a fault in a literal block',
    withPrompt('|\n      Write\n        about {{ topic }}\n      and {{ topic | ⟦uper⟧ }}.'),
    { diagnostics: ['unknown_filter'] },
  ),
  row(
    'a fault in a folded block',
    withPrompt('>-\n      Write about {{ topic }}\n      and\n\n      then {{ topic | ⟦uper⟧ }}.'),
    { diagnostics: ['unknown_filter'] },
  ),
  row(
    'a fault in plain text over lines',
    withPrompt('Write about\n      all of\n      {{ topic | ⟦uper⟧ }}'),
    { diagnostics: ['unknown_filter'] },
  ),
  row(
    'a fault in text that references changed',
    yaml`
      name: r
      user_inputs: [{id: topic, type: string}]
      definitions: {tone: a very warm tone, x: 1}
      nodes:
        - id: a
          type: language_task
          prompt: |
            In @tone write
            about {{ ⟦topci⟧ }}.
    `,
    { diagnostics: ['unknown_variable'], suggestions: ['topic'] },
  ),
  row(
    'every template of a node is looked at',
    withInput('{a: "{{ x | ⟦uper⟧ }}", b: ["{{ y | ⟦lowr⟧ }}"]}'),
    {
      diagnostics: ['unknown_filter', 'unknown_filter'],
    },
  ),
  row(
    'a template in a description is not read',
    `name: r\nnodes: [{id: a, type: wait, for: 1, description: "{{ not"}]\n`,
    {},
  ),
  row('raw keeps braces as text', withPrompt('"{% raw %}{{ nothing }}{% endraw %}"'), {}),
  // variables
  row('an unknown variable is an error with the nearest name', withInput('"{{ ⟦topci⟧ }}"'), {
    diagnostics: ['unknown_variable'],
    suggestions: ['topic'],
  }),
  row(
    'without declared inputs it is a warning',
    'name: r\nnodes: [{id: a, type: function_task, function_identifier: p.f, input: "{{ ⟦topic⟧ }}"}]\n',
    {
      diagnostics: ['unknown_variable/warning'],
    },
  ),
  row(
    'without declared inputs it is an error in strict mode',
    'name: r\nnodes: [{id: a, type: function_task, function_identifier: p.f, input: "{{ ⟦topic⟧ }}"}]\n',
    {
      diagnostics: ['unknown_variable'],
    },
    { strict: true },
  ),
  row('a variable under default may be unknown', withInput('"{{ nothing | default(\'x\') }}"'), {}),
  row(
    'a variable under is defined may be unknown',
    withInput('"{% if nothing is defined %}{{ nothing }}{% endif %}"'),
    {},
  ),
  row(
    'a variable under an if on itself may be unknown',
    withInput('"{% if nothing %}{{ nothing }}{% endif %}"'),
    {},
  ),
  row('a path of a known variable is not checked', withInput('"{{ topic.a.b[0] }}"'), {}),
  row(
    'names that a template binds are known',
    withInput('"{% set x = 1 %}{% for y in [1] %}{{ x + y + loop.index }}{% endfor %}"'),
    {},
  ),
  row(
    'a name bound in a loop is unknown after it',
    withInput('"{% for y in [1] %}{{ y }}{% endfor %}{{ ⟦y⟧ }}"'),
    { diagnostics: ['unknown_variable'] },
  ),
  row(
    'functions of the template language are known',
    withInput('"{{ range(3) }}{% set n = namespace(a=1) %}{{ n.a }}"'),
    {},
  ),
  row(
    'aliases are known',
    withInput('"{{ inputs.topic }} {{ run.id }} {{ current_time }} {{ visits.a }}"'),
    {},
  ),
  row('nodes.x must be a node', withInput('"{{ ⟦nodes.b⟧ }}"'), {
    diagnostics: ['unknown_variable'],
  }),
  row(
    'the input of a node adds names to its other fields',
    yaml`
      name: r
      user_inputs: [{id: topic, type: string}]
      nodes:
        - {id: a, type: language_task, prompt: "{{ voice }} {{ topic }}", input: {voice: calm}}
    `,
    {},
  ),
  row(
    'the names that input adds are not known in input itself',
    yaml`
      name: r
      user_inputs: [{id: topic, type: string}]
      nodes:
        - {id: a, type: language_task, prompt: hi, input: {voice: calm, x: "{{ ⟦voice⟧ }}"}}
    `,
    { diagnostics: ['unknown_variable'] },
  ),
  row(
    'an input that is computed may add any name',
    yaml`
      name: r
      user_inputs: [{id: topic, type: json}]
      nodes:
        - {id: a, type: language_task, prompt: "{{ voice }}", input: "{{ topic }}"}
    `,
    {},
  ),
  row(
    'the output of an earlier node is known',
    yaml`
      name: r
      nodes:
        - {id: a, type: function_task, function_identifier: p.f, output: text}
        - {id: b, type: function_task, function_identifier: p.f, input: "{{ text }} {{ nodes.a.x }}"}
    `,
    {},
  ),
  row(
    'the id of a node is not a variable when its output has another name',
    yaml`
      name: r
      user_inputs: [{id: topic, type: string}]
      nodes:
        - {id: first, type: function_task, function_identifier: p.f, output: text}
        - {id: b, type: function_task, function_identifier: p.f, input: "{{ ⟦first⟧ }} {{ text }}"}
    `,
    { diagnostics: ['unknown_variable'], suggestions: ['nodes.first'] },
  ),
  row(
    'the output of a later node is not there yet',
    yaml`
      name: r
      nodes:
        - {id: a, type: function_task, function_identifier: p.f, input: "{{ ⟦b⟧ }}"}
        - {id: b, type: function_task, function_identifier: p.f}
    `,
    { diagnostics: ['reads_later'] },
  ),
  row(
    'the output of a node in another branch is not there',
    yaml`
      name: r
      nodes:
        - {id: a, type: function_task, function_identifier: p.f}
        - {id: b, type: function_task, function_identifier: p.f, input: "{{ a }}"}
        - {id: c, type: function_task, function_identifier: p.f, input: "{{ ⟦b⟧ }}"}
      edges: [a to b, a to c]
    `,
    { diagnostics: ['reads_later'] },
  ),
  row(
    'in a loop what comes later may have come before',
    yaml`
      name: r
      nodes:
        - {id: a, type: function_task, function_identifier: p.f, input: "{{ b }}"}
        - {id: b, type: function_task, function_identifier: p.f, input: "{{ a }}"}
      edges: [START to a, a to b, b to a if b < 3]
    `,
    {},
  ),
  row(
    'a bare name of a later node is a warning',
    yaml`
      name: r
      nodes:
        - {id: a, type: function_task, function_identifier: p.f, input: {t: ⟦summary⟧}}
        - {id: summary, type: function_task, function_identifier: p.f, input: {t: a}}
    `,
    { diagnostics: ['reads_later/warning'] },
  ),
  row(
    'a template nested deeper than the parser takes is a fault',
    withPrompt(`"{{ ${'('.repeat(400)}1${')'.repeat(400)} }}"`),
    {
      diagnostics: [{ code: 'template_error', line: 6, column: 118 }],
    },
  ),
  row('braces in JSON text are text', withInput('\'{"a": {"b": 1}}\''), {}),
  // conditions
  row(
    'a condition is kept without its braces',
    `name: r\n${TOPIC}nodes: [{id: a, type: wait, for: 1, when: "{{- score > 3 and topic contains 'x' -}}"}]\n`,
    {
      node: { when: "score > 3 and topic contains 'x'" },
    },
  ),
  row(
    'a condition of two templates is a fault',
    `name: r\n${TOPIC}nodes: [{id: a, type: wait, for: 1, when: "{{ score }} > {{ 3 }}"}]\n`,
    {
      diagnostics: [{ code: 'template_syntax', line: 3, column: 55 }],
    },
  ),
  row(
    'a variable in a condition is checked at its place',
    `name: r\n${TOPIC}nodes: [{id: a, type: wait, for: 1, when: "{{ ⟦scor⟧ > 3 }}"}]\n`,
    {
      diagnostics: ['unknown_variable'],
      suggestions: ['score'],
    },
  ),
];
