/** Section 3: inputs. */
import type { Row } from './row.ts';

/** A flat recipe that asks for `inputs`. */
function asks(...inputs: readonly string[]): string {
  const list = inputs.map((input) => `  - {${input}}\n`).join('');
  return `name: r\nuser_inputs:\n${list}nodes: [{id: a, type: function_task, function_identifier: p.f}]\n`;
}

/** One input and what a value becomes. */
function becomes(
  name: string,
  input: string,
  pairs: readonly (readonly [unknown, unknown])[],
): Row[] {
  return pairs.map(([given, value]) => ({
    rule: '3',
    name: `${name}: ${JSON.stringify(given)} becomes ${JSON.stringify(value)}`,
    text: asks(`id: x, ${input}`),
    expect: { given: { x: given as string }, values: { x: value as string } },
  }));
}

/** One input and values that it refuses. */
function refuses(name: string, input: string, code: string, values: readonly unknown[]): Row[] {
  return values.map((given) => ({
    rule: '3',
    name: `${name}: ${JSON.stringify(given)} is refused as ${code}`,
    text: asks(`id: x, ${input}`),
    expect: { given: { x: given as string }, faults: [`${code} /inputs/x`] },
  }));
}

export const INPUTS: readonly Row[] = [
  // items
  {
    rule: '3',
    name: 'an input has a label made from its id',
    text: asks('id: userName_of-topic, type: string'),
    expect: { plan: { inputs: [{ label: 'User name of topic', required: true }] } },
  },
  {
    rule: '3',
    name: 'all keys of an input are known',
    text: asks(
      'id: x, type: text, label: L, description: D, default: abc, required: false, min: 1, max: 9, pattern: "^a", schema: {type: string}',
    ),
    expect: {
      plan: {
        inputs: [
          {
            id: 'x',
            type: 'text',
            label: 'L',
            description: 'D',
            default: 'abc',
            required: false,
            min: 1,
            max: 9,
            pattern: '^a',
            schema: { type: 'string' },
          },
        ],
      },
    },
  },
  {
    rule: '3',
    name: 'id and type are required',
    text: asks('⟦type⟧: string', '⟦id⟧: x'),
    expect: { diagnostics: ['missing_key', 'missing_key'] },
  },
  {
    rule: '3',
    name: 'an unknown type is an error with a suggestion',
    text: asks('id: x, type: ⟦strng⟧'),
    expect: { diagnostics: ['unknown_value'], suggestions: ['string'] },
  },
  {
    rule: '3',
    name: 'an id must be a name',
    text: asks('id: ⟦"a b"⟧, type: string'),
    expect: { diagnostics: ['bad_format'] },
  },
  {
    rule: '3',
    name: 'two inputs of one id are an error',
    text: asks('id: x, type: string', 'id: ⟦x⟧, type: int'),
    expect: { diagnostics: ['duplicate_input'] },
  },
  {
    rule: '3',
    name: 'user_inputs must be a list',
    text: 'name: r\nuser_inputs: {⟦x⟧: string}\nnodes: [{id: a, type: function_task, function_identifier: p.f}]\n',
    expect: { diagnostics: ['wrong_type'] },
  },
  {
    rule: '3',
    name: 'an entry must be a map',
    text: 'name: r\nuser_inputs: [⟦x⟧]\nnodes: [{id: a, type: function_task, function_identifier: p.f}]\n',
    expect: { diagnostics: ['wrong_type'] },
  },
  {
    rule: '3',
    name: '500 inputs are the most',
    text: `name: r\nuser_inputs:\n  ⟦-⟧ {id: i, type: int}\n${Array.from({ length: 500 }, (_, n) => `  - {id: i${n}, type: int}`).join('\n')}\nnodes: [{id: a, type: wait, for: 1}]\n`,
    expect: { diagnostics: ['too_many_inputs'] },
  },
  {
    rule: '3',
    name: 'a literal needs its values',
    text: asks('⟦id⟧: x, type: literal'),
    expect: { diagnostics: ['missing_key'] },
  },
  {
    rule: '3',
    name: 'min above max is an error',
    text: asks('id: x, type: int, min: ⟦5⟧, max: 3'),
    expect: { diagnostics: ['out_of_range'] },
  },
  {
    rule: '3',
    name: 'settings without effect are warnings',
    text: asks(
      'id: x, type: bool, ⟦min⟧: 1, ⟦pattern⟧: a',
      'id: y, type: string, ⟦literal_values⟧: [a]',
    ),
    expect: { diagnostics: ['unused_setting', 'unused_setting', 'unused_setting'] },
  },
  {
    rule: '3',
    name: 'a pattern that is none is an error',
    text: asks('id: x, type: string, pattern: ⟦"(a"⟧'),
    expect: { diagnostics: ['bad_pattern'] },
  },
  {
    rule: '3',
    name: 'a pattern that could take for ever is an error',
    text: asks('id: x, type: string, pattern: ⟦"(a)\\\\1"⟧'),
    expect: { diagnostics: ['bad_pattern'] },
  },
  {
    rule: '3',
    name: 'a schema must be a map',
    text: asks('id: x, type: json, schema: ⟦[⟧1]'),
    expect: { diagnostics: ['wrong_type'] },
  },
  {
    rule: '3',
    name: 'a name that templates use is a warning',
    text: asks('id: ⟦item⟧, type: string'),
    expect: { diagnostics: ['reserved_name'] },
  },
  // defaults
  {
    rule: '3',
    name: 'a default is coerced to the type',
    text: asks('id: x, type: int, default: "7"'),
    expect: { plan: { inputs: [{ default: 7 }] } },
  },
  {
    rule: '3',
    name: 'a default that does not fit is an error',
    text: asks('id: x, type: int, default: ⟦many⟧', 'id: y, type: int, max: 3, default: ⟦4⟧'),
    expect: { diagnostics: ['bad_default', 'bad_default'] },
  },
  {
    rule: '3',
    name: 'a literal default outside its list is dropped with a warning',
    text: asks('id: x, type: literal, literal_values: [red, green], default: ⟦grene⟧'),
    expect: {
      diagnostics: ['bad_literal_default'],
      suggestions: ['green'],
      given: {},
      faults: ['input_required /inputs/x'],
    },
  },
  {
    rule: '3',
    name: 'a default takes the place of a value',
    text: asks(
      'id: x, type: string, default: d',
      'id: y, type: string, default: d',
      'id: z, type: int, default: 3',
    ),
    expect: { given: { y: null, z: '' }, values: { x: 'd', y: 'd', z: 3 } },
  },
  // required
  {
    rule: '3',
    name: 'a required input without a value is a fault',
    text: asks('id: x, type: string', 'id: y, type: file'),
    expect: { given: { y: '' }, faults: ['input_required /inputs/x', 'input_required /inputs/y'] },
  },
  {
    rule: '3',
    name: 'an optional input without a value is null',
    text: asks('id: x, type: string, required: false', 'id: y, type: int, required: no'),
    expect: { given: { y: '' }, values: { x: null, y: null } },
  },
  {
    rule: '3',
    name: 'empty text is a value of a text input',
    text: asks('id: x, type: string'),
    expect: { given: { x: '' }, values: { x: '' } },
  },
  {
    rule: '3',
    name: 'every fault is told at once',
    text: asks('id: x, type: int', 'id: y, type: bool', 'id: z, type: string'),
    expect: {
      given: { x: 'a', y: 'b' },
      faults: ['input_type /inputs/x', 'input_type /inputs/y', 'input_required /inputs/z'],
    },
  },
  {
    rule: '3',
    name: 'an undeclared input is taken with a warning',
    text: asks('id: x, type: int'),
    expect: {
      given: { x: 1, y: 2 },
      values: { x: 1, y: 2 },
      faults: ['undeclared_input /inputs/y'],
    },
  },
  {
    rule: '3',
    name: 'an undeclared input is a fault in strict mode',
    text: asks('id: x, type: int'),
    strict: true,
    expect: { given: { x: 1, y: 2 }, faults: ['undeclared_input /inputs/y'] },
  },
  // types
  ...becomes('string', 'type: string', [
    ['a', 'a'],
    [5, '5'],
    [1.5, '1.5'],
    [true, 'true'],
    [' a ', ' a '],
  ]),
  ...refuses('string', 'type: string', 'input_type', [['a'], { a: 1 }]),
  ...becomes('text', 'type: text', [
    ['a\nb', 'a\nb'],
    [0, '0'],
  ]),
  ...becomes('int', 'type: int', [
    [5, 5],
    ['5', 5],
    [' -5 ', -5],
    ['+7', 7],
    ['5.0', 5],
    [0, 0],
  ]),
  ...refuses('int', 'type: int', 'input_type', [
    'a',
    '5.5',
    5.5,
    '1e3',
    true,
    [],
    9007199254740994,
    '99999999999999999999',
  ]),
  ...becomes('float', 'type: float', [
    [1.5, 1.5],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['1e3', 1000],
    [' -2 ', -2],
  ]),
  ...refuses('float', 'type: float', 'input_type', [
    'a',
    'Infinity',
    '1e999',
    'NaN',
    '0x10',
    false,
    '1,5',
  ]),
  ...becomes('bool', 'type: bool', [
    [true, true],
    ['true', true],
    ['Yes', true],
    ['on', true],
    [1, true],
    ['0', false],
    ['No', false],
    ['OFF', false],
  ]),
  ...refuses('bool', 'type: bool', 'input_type', ['maybe', 2, [], {}]),
  ...becomes('file', 'type: file', [
    ['f_1', 'f_1'],
    [
      ['f_1', 'f_2'],
      ['f_1', 'f_2'],
    ],
    [{ id: 'f_1' }, { id: 'f_1' }],
  ]),
  ...refuses('file', 'type: file', 'input_type', [5, [''], [5], {}]),
  ...becomes('json', 'type: json', [
    [{ a: [1] }, { a: [1] }],
    ['a', 'a'],
    [false, false],
    [[], []],
    ['', ''],
  ]),
  ...becomes('literal', 'type: literal, literal_values: [red, 3, true]', [
    ['red', 'red'],
    [3, 3],
    ['3', 3],
    ['true', true],
  ]),
  ...refuses('literal', 'type: literal, literal_values: [red, 3]', 'input_literal', [
    'Red',
    4,
    [],
    true,
  ]),
  // bounds
  ...becomes('range of int', 'type: int, min: 1, max: 3', [
    [1, 1],
    ['3', 3],
  ]),
  ...refuses('range of int', 'type: int, min: 1, max: 3', 'input_range', [0, '4']),
  ...refuses('range of float', 'type: float, min: 0.5', 'input_range', [0.4]),
  ...becomes('length of text', 'type: string, min: 2, max: 3', [
    ['ab', 'ab'],
    ['😀😀😀', '😀😀😀'],
  ]),
  ...refuses('length of text', 'type: string, min: 2, max: 3', 'input_range', ['a', 'abcd']),
  ...becomes('number of files', 'type: file, min: 2', [
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
  ]),
  ...refuses('number of files', 'type: file, min: 2, max: 3', 'input_range', [
    'a',
    ['a'],
    ['a', 'b', 'c', 'd'],
  ]),
  ...becomes('pattern', 'type: string, pattern: "^[a-z]+-\\\\d{2}$"', [['ab-12', 'ab-12']]),
  ...refuses('pattern', 'type: string, pattern: "^[a-z]+-\\\\d{2}$"', 'input_pattern', [
    'ab-1',
    'AB-12',
    '',
    'x ab-12',
  ]),
  ...refuses('pattern that backtracks', 'type: string, pattern: "^(a+)+$"', 'input_pattern', [
    `${'a'.repeat(2000)}b`,
  ]),
  ...becomes('pattern anywhere in the text', 'type: text, pattern: "b+"', [['abc', 'abc']]),
  ...becomes(
    'schema',
    'type: json, schema: {type: object, required: [a], properties: {a: {type: integer}}}',
    [[{ a: 1 }, { a: 1 }]],
  ),
  ...refuses(
    'schema',
    'type: json, schema: {type: object, required: [a], properties: {a: {type: integer}}}',
    'input_schema',
    [{}, { a: 'x' }, [], 5],
  ),
  ...refuses(
    'schema of a list of text',
    'type: json, schema: {type: array, items: {type: string}, minItems: 1}',
    'input_schema',
    [[], [1]],
  ),
];
