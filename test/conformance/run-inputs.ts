/** Section 3 when it runs: what nodes see of the inputs. 3.1 values, 3.2 what was not given. */
import type { RunRow } from './run-row.ts';
import { valueOf } from './run-row.ts';

const typed = (type: string, more = '') =>
  valueOf('q', `user_inputs: [{id: q, type: ${type}${more}}]`);

export const RUN_INPUTS: readonly RunRow[] = [
  {
    rule: '3.1',
    name: 'text stays text',
    text: typed('string'),
    inputs: { q: '007' },
    expect: { outputs: { x: '007' } },
  },
  {
    rule: '3.1',
    name: 'a whole number from text is a number',
    text: typed('int'),
    inputs: { q: '7' },
    expect: { outputs: { x: 7 } },
  },
  {
    rule: '3.1',
    name: 'a fraction from text is a number',
    text: typed('float'),
    inputs: { q: '7.5' },
    expect: { outputs: { x: 7.5 } },
  },
  {
    rule: '3.1',
    name: 'a boolean from text is a boolean',
    text: typed('bool'),
    inputs: { q: 'yes' },
    expect: { outputs: { x: true } },
  },
  {
    rule: '3.1',
    name: 'one of the literal values is taken',
    text: typed('literal', ', literal_values: [a, 2]'),
    inputs: { q: '2' },
    expect: { outputs: { x: 2 } },
  },
  {
    rule: '3.1',
    name: 'JSON of any shape is passed on',
    text: typed('json'),
    inputs: { q: { a: [1, null] } },
    expect: { outputs: { x: { a: [1, null] } } },
  },
  {
    rule: '3.1',
    name: 'a list of JSON is not read as a template',
    text: typed('json'),
    inputs: { q: ['{{ 1 + 1 }}'] },
    expect: { outputs: { x: ['{{ 1 + 1 }}'] } },
  },
  {
    rule: '3.1',
    name: 'text of an input is never rendered as a template',
    text: typed('string'),
    inputs: { q: '{{ run.id }}' },
    expect: { outputs: { x: '{{ run.id }}' } },
  },
  {
    rule: '3.1',
    name: 'text of an input is no name of a variable',
    text: typed('string'),
    inputs: { q: 'run' },
    expect: { outputs: { x: 'run' } },
  },
  {
    rule: '3.1',
    name: 'text of an input stays text inside a template',
    text: valueOf('"<{{ q }}>"', 'user_inputs: [{id: q, type: string}]'),
    inputs: { q: '{{ 1 }}{% x %}' },
    expect: { outputs: { x: '<{{ 1 }}{% x %}>' } },
  },
  {
    rule: '3.2',
    name: 'an optional input is null',
    text: typed('string', ', required: false'),
    expect: { outputs: { x: null } },
  },
  {
    rule: '3.2',
    name: 'a null input renders as nothing',
    text: valueOf('"[{{ q }}]"', 'user_inputs: [{id: q, type: string, required: false}]'),
    expect: { outputs: { x: '[]' } },
  },
  {
    rule: '3.2',
    name: 'a null input counts as false in a condition',
    text: valueOf(
      '"{{ q is none and not q }}"',
      'user_inputs: [{id: q, type: string, required: false}]',
    ),
    expect: { outputs: { x: true } },
  },
  {
    rule: '3.2',
    name: 'a default is given when there is no value',
    text: typed('int', ', default: 3'),
    expect: { outputs: { x: 3 } },
  },
  {
    rule: '3.2',
    name: 'a value takes the place of a default',
    text: typed('int', ', default: 3'),
    inputs: { q: 0 },
    expect: { outputs: { x: 0 } },
  },
  {
    rule: '3.2',
    name: 'an undeclared input can be read',
    text: valueOf('"{{ more }}"'),
    inputs: { more: 5 },
    expect: { outputs: { x: 5 } },
  },
  {
    rule: '3.2',
    name: 'inputs are read together under `inputs`',
    text: valueOf(
      'inputs',
      'user_inputs: [{id: a, type: int}, {id: b, type: int, required: false}]',
    ),
    inputs: { a: 1 },
    expect: { outputs: { x: { a: 1, b: null } } },
  },
];
