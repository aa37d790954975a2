/** Rows against the grain, of all sections: what an author gets wrong, or writes as nobody expects. */
import type { Row } from './row.ts';

function input(name: string, item: string, expected: Row['expect']): Row {
  const text = `name: r\nuser_inputs:\n  - ${item}\nnodes: [{id: x, type: wait, for: 1}]\n`;
  return { rule: '3', name, text, expect: expected };
}

const schema = (written: string): string => `{id: a, type: json, schema: ${written}}`;
const give = (id: string, value: string): string =>
  `{id: ${id}, type: function_task, function_identifier: test.value, input: {value: ${value}}}`;
const one = (rule: string, name: string, nodes: string, expected: Row['expect']): Row => ({
  rule,
  name,
  text: `name: r\nnodes: [${nodes}]\n`,
  expect: expected,
});

const SCHEMAS: readonly Row[] = [
  input('a schema names a type that there is', schema('{type: ⟦objekt⟧}'), {
    diagnostics: ['bad_schema'],
    suggestions: ['object'],
  }),
  input('a schema may name several types', schema('{type: [string, ⟦nul⟧]}'), {
    diagnostics: ['bad_schema'],
    suggestions: ['null'],
  }),
  input('required is a list of names', schema('{required: ⟦n⟧}'), { diagnostics: ['bad_schema'] }),
  input('each required name is text', schema('{required: ⟦[⟧1]}'), { diagnostics: ['bad_schema'] }),
  input('bounds are numbers', schema('{properties: {n: {minimum: ⟦"x"⟧}}}'), {
    diagnostics: ['bad_schema'],
  }),
  input('lengths are whole and not below 0', schema('{maxLength: ⟦-1⟧}'), {
    diagnostics: ['bad_schema'],
  }),
  input('multipleOf is above 0', schema('{multipleOf: ⟦0⟧}'), { diagnostics: ['bad_schema'] }),
  input('enum lists at least one value', schema('{enum: ⟦[⟧]}'), { diagnostics: ['bad_schema'] }),
  input('anyOf lists at least one schema', schema('{anyOf: ⟦[⟧]}'), {
    diagnostics: ['bad_schema'],
  }),
  input('properties is a map', schema('{properties: ⟦[⟧a]}'), { diagnostics: ['bad_schema'] }),
  input('a property is a schema', schema('{properties: {a: ⟦text⟧}}'), {
    diagnostics: ['bad_schema'],
  }),
  input('items is a schema or a list of them', schema('{items: [{}, ⟦5⟧]}'), {
    diagnostics: ['bad_schema'],
  }),
  input('a keyword that is nearly one', schema('{⟦requird⟧: [a]}'), {
    diagnostics: ['unknown_key'],
    suggestions: ['required'],
  }),
  input('words of an author are no keywords', schema('{x-order: 1, widget: slider}'), {}),
  input('a reference leads to a definition', schema('{$ref: ⟦"#/nowhere"⟧}'), {
    diagnostics: ['bad_schema'],
  }),
  input('a reference stays in the schema', schema('{$ref: ⟦"https://example.com/s.json"⟧}'), {
    diagnostics: ['bad_schema'],
  }),
  input(
    'a reference does not come back to itself',
    schema('{definitions: {a: {items: {$ref: ⟦"#/definitions/a"⟧}}}, $ref: "#/definitions/a"}'),
    { diagnostics: ['bad_schema'] },
  ),
  input(
    'definitions may be used',
    schema('{definitions: {n: {type: integer}}, items: {$ref: "#/definitions/n"}}'),
    { given: { a: [1, 'x'] }, faults: ['input_schema /inputs/a'] },
  ),
  input('a schema may be true', schema('true'), { given: { a: 1 }, values: { a: 1 } }),
  input('a schema of an input is no template', schema('⟦"{{ x }}"⟧'), {
    diagnostics: ['wrong_type'],
  }),
  input('unique items need a bound', schema('{uniqueItems: ⟦true⟧}'), {
    diagnostics: ['bad_schema'],
  }),
  one(
    '4',
    'response_schema is checked',
    '{id: a, type: language_task, prompt: p, response_schema: {type: ⟦strng⟧}}',
    {
      diagnostics: ['bad_schema'],
      suggestions: ['string'],
    },
  ),
  one('8', 'a form is checked', '{id: a, type: hitl, form: {properties: {n: {type: ⟦int⟧}}}}', {
    diagnostics: ['bad_schema'],
  }),
  one(
    '8',
    'a form may hold templates',
    '{id: a, type: hitl, form: {properties: {n: {enum: "{{ [1, 2] }}"}}}}',
    {},
  ),
  one(
    '4',
    'expect.schema of http_task is checked',
    '{id: a, type: http_task, url: "https://example.com", expect: {schema: {minItems: ⟦"1"⟧}}}',
    {
      diagnostics: ['bad_schema'],
    },
  ),
];

const INPUT_TEXTS: readonly Row[] = [
  input('whole numbers come as text too', '{id: a, type: int}', {
    given: { a: ' 5.0 ' },
    values: { a: 5 },
  }),
  input('a whole number has no exponent in text', '{id: a, type: int}', {
    given: { a: '1e3' },
    faults: ['input_type /inputs/a'],
  }),
  input('a whole number is not hexadecimal', '{id: a, type: int}', {
    given: { a: '0x10' },
    faults: ['input_type /inputs/a'],
  }),
  input('a whole number has Latin digits', '{id: a, type: int}', {
    given: { a: '９' },
    faults: ['input_type /inputs/a'],
  }),
  input('digits that would be lost are refused', '{id: a, type: int}', {
    given: { a: '12345678901234567890' },
    faults: ['input_type /inputs/a'],
  }),
  input('true is no number', '{id: a, type: int}', {
    given: { a: true },
    faults: ['input_type /inputs/a'],
  }),
  input('a number has a point and no comma', '{id: a, type: float}', {
    given: { a: '1,5' },
    faults: ['input_type /inputs/a'],
  }),
  input('NaN and Infinity are no numbers', '{id: a, type: float}', {
    given: { a: 'Infinity' },
    faults: ['input_type /inputs/a'],
  }),
  input('empty text is no number, no boolean', '{id: a, type: bool}', {
    given: { a: '' },
    faults: ['input_required /inputs/a'],
  }),
  input('a boolean as people write it', '{id: a, type: bool}', {
    given: { a: 'Off' },
    values: { a: false },
  }),
  input('2 is no boolean', '{id: a, type: bool}', {
    given: { a: 2 },
    faults: ['input_type /inputs/a'],
  }),
  input('length is counted in characters', '{id: a, type: string, min: 2, max: 2}', {
    given: { a: '😀😀' },
    values: { a: '😀😀' },
  }),
  input('a literal comes as text too', '{id: a, type: literal, literal_values: [x, 2, true]}', {
    given: { a: 'true' },
    values: { a: true },
  }),
  input('a literal minds its case', '{id: a, type: literal, literal_values: [x]}', {
    given: { a: 'X' },
    faults: ['input_literal /inputs/a'],
  }),
  input('a literal has values', '⟦{⟧id: a, type: literal}', {
    diagnostics: [{ code: 'missing_key', line: 3, column: 6 }],
  }),
  input('text of JSON stays text', '{id: a, type: json}', {
    given: { a: '{"n": 2}' },
    values: { a: '{"n": 2}' },
  }),
  input('false, 0 and empty are values', '{id: a, type: json}', {
    given: { a: 0 },
    values: { a: 0 },
  }),
];

const READS: readonly Row[] = [
  ...['api_key', 'openai_api_key', 'password', 'user.client_secret'].map((name): Row => ({
    rule: '9',
    name: `a variable named ${name} in a prompt is told`,
    text: `name: r\nuser_inputs: [{id: ${name.split('.')[0]}, type: json}]\nnodes: [{id: a, type: language_task, prompt: "Use {{ ${name.replace(/[^.]+$/, '⟦$&⟧')} }}"}]\n`,
    expect: { diagnostics: ['secret_in_prompt'] },
  })),
  one(
    '9',
    'a word in a prompt is no secret',
    '{id: a, type: language_task, prompt: "Explain what a password is: {{ 1 }} api_key"}',
    {},
  ),
  one(
    '9',
    'inputs.x is an input',
    give('a', '"{{ inputs.⟦zz⟧ }}"')
      .replace('⟦zz⟧', 'zz')
      .replace('{{ inputs.zz', '{{ ⟦inputs.zz⟧'),
    {
      diagnostics: ['unknown_variable/warning'],
    },
  ),
  {
    rule: '9',
    name: 'inputs.x is an error when inputs are declared',
    text: `name: r\nuser_inputs: [{id: topic, type: text}]\nnodes: [${give('a', '"{{ ⟦inputs.tpic⟧ }}"')}]\n`,
    expect: { diagnostics: ['unknown_variable'], suggestions: ['topic'] },
  },
  one('9', 'run has four fields', give('a', '"{{ ⟦run.strated_at⟧ }}"'), {
    diagnostics: ['unknown_variable'],
    suggestions: ['started_at'],
  }),
  one('9', 'visits counts nodes', give('aa', '"{{ ⟦visits.ab⟧ }}"'), {
    diagnostics: ['unknown_variable'],
    suggestions: ['aa'],
  }),
  one(
    '9',
    'a guard lets any of them pass',
    give('a', '"{{ inputs.zz is defined }}{{ run.x|default(1) }}"'),
    {},
  ),
  one('9', 'a bare word to wait until is a variable', '{id: a, type: wait, until: ⟦tomorow⟧}', {
    diagnostics: ['unknown_variable/warning'],
  }),
  {
    rule: '7',
    name: 'when is not how an edge has its condition',
    text: `name: r\nnodes: [${give('a', '1')}, ${give('b', '2')}]\nedges: [{from: a, to: b, ⟦when⟧: a}]\n`,
    expect: { diagnostics: ['unknown_key'], suggestions: ['condition'] },
  },
  {
    rule: '7',
    name: 'a mapping that names nothing of the sub-recipe',
    text: 'name: r\nnodes: [{id: a, type: recipe, recipe_path: sub.yaml, output_mapping: {x: ⟦totl⟧, y: total, z: "{{ total }}"}}]\n',
    sources: {
      'recipes/sub.yaml': `name: s\nnodes: [${give('total', '1')}]\n`,
    },
    expect: { diagnostics: ['unknown_sub_output'], suggestions: ['total'] },
  },
  one(
    '6',
    'on_error: retry tries items three times',
    `{id: m, type: map, over: [1], on_error: retry, task: ${give('t', '1').replace('id: t, ', '')}}`,
    {
      node: { itemErrors: 'halt', task: { retry: { maxAttempts: 3 } } },
    },
  ),
  one(
    '6',
    'on_error: retry keeps a policy that is written',
    `{id: m, type: map, over: [1], on_error: retry, retry: {max_attempts: 5}, task: ${give('t', '1').replace('id: t, ', '')}}`,
    {
      node: { task: { retry: { maxAttempts: 5 } } },
    },
  ),
];

export const PROBES: readonly Row[] = [...SCHEMAS, ...INPUT_TEXTS, ...READS];
