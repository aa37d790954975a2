/** The one resolver: each form of a value and what it means (§5 of the language, row by row). */
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/core/errors.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import {
  createResolveContext,
  holds,
  listOf,
  resolve,
  resolveSchema,
  resolveToText,
} from '../../../src/core/run/resolve.ts';
import { scopeOf } from '../../../src/core/run/scope.ts';
import { createFrame } from '../../../src/core/run/state.ts';
import { give, recipe } from '../../support/recipe-text.ts';
import { identityOf, planOf } from '../../support/run-recipe.ts';
import { EPOCH } from '../../support/manual-clock.ts';

const VALUES: JsonObject = {
  text: 'abc',
  n: 3,
  none: null,
  list: [1, 'two', [3]],
  user: { name: 'Ann', middle: null, tags: ['x', 'y'], 'first-name': 'A' },
  'with-dash': 'dashed',
  zero: 0,
};

function contextOf(definitions: JsonObject = {}, more: JsonObject = {}) {
  const plan = planOf(recipe({ definitions, nodes: [give('a', 1)], ...more }));
  const frame = createFrame('', plan, VALUES);
  const scope = scopeOf(frame, { run: { identity: identityOf(VALUES) }, now: EPOCH });
  return createResolveContext({ plan, scope, now: EPOCH, random: () => 0 });
}

function resolved(value: JsonValue, definitions: JsonObject = {}): JsonValue {
  return resolve(value, contextOf(definitions));
}

function codeThrown(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

describe('resolve()', () => {
  it.each<[string, JsonValue, JsonValue]>([
    ['a number', 7, 7],
    ['a boolean', false, false],
    ['null', null, null],
    ['a list, by its elements', ['{{ n }}', ['text']], [3, ['abc']]],
    ['a map, by its values', { a: { b: '{{ n }}' }, '{{ n }}': 1 }, { a: { b: 3 }, '{{ n }}': 1 }],
    ['one expression: its own number', '{{ n }}', 3],
    ['one expression: its own list', '{{ list }}', [1, 'two', [3]]],
    ['one expression: its own null', '{{ none }}', null],
    ['one expression: never parsed again', '{{ "[1, 2]" }}', '[1, 2]'],
    ['one expression with white-space control', '{{- n -}}', 3],
    ['two expressions: text', '{{ n }}{{ n }}', '33'],
    ['an expression among text', 'n is {{ n }}', 'n is 3'],
    ['a statement: text', '{% if n %}yes{% endif %}', 'yes'],
    ['a comment: text', 'a{# b #}c', 'ac'],
    ['a list in text: JSON', 'x {{ list }}', 'x [1, "two", [3]]'],
    ['a name', 'n', 3],
    ['a name whose value is null', 'none', null],
    ['a name with a dash', 'with-dash', 'dashed'],
    ['a dotted path', 'user.name', 'Ann'],
    ['an indexed path', 'list[1]', 'two'],
    ['an index from the end', 'list[-1]', [3]],
    ['a number after a dot', 'list.0', 1],
    ['a path through both', 'user.tags[1]', 'y'],
    ['a key with a dash', 'user.first-name', 'A'],
    ['a path that ends early', 'user.none.deeper', null],
    ['an index that is not there', 'list[9]', null],
    ['a path through text', 'text.length', null],
    ['another text', 'no such name', 'no such name'],
    ['a word that is no name', 'unknown', 'unknown'],
    ['a path whose root is no name', 'unknown.field', 'unknown.field'],
    ['a name in spaces', ' n ', ' n '],
    ['an empty text', '', ''],
    ['a number as text', '3', '3'],
    ['a file name', 'list.txt/x', 'list.txt/x'],
    ['a prototype', 'user.__proto__', null],
    ['a constructor', 'user.constructor', null],
    ['the root of all prototypes', 'constructor', 'constructor'],
  ])('%s', (_, value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  it('notes the undefined variables that were read', () => {
    const context = contextOf();
    expect(resolve('{{ nope }} and {{ user.nope }}', context)).toBe(' and ');
    expect([...context.missing]).toEqual(['nope', 'user.nope']);
  });

  it('throws undefined_variable in strict mode', () => {
    const context = contextOf({}, { strict: true });
    expect(codeThrown(() => resolve({ a: ['{{ nope }}'] }, context))).toBe('undefined_variable');
  });

  it('throws template_budget when the fields of one step ask for too much together', () => {
    const context = contextOf();
    const part = '{% for x in range(20000) %}{{ x }}{% endfor %}';
    expect(codeThrown(() => resolve(part, context))).toBeUndefined();
    expect(codeThrown(() => resolve([part, part, part], context))).toBe('template_budget');
  });

  it('throws template_error for a text that is no template', () => {
    expect(codeThrown(() => resolved('{{ n + }}'))).toBe('template_error');
  });
});

describe('definitions', () => {
  const definitions: JsonObject = {
    limit: 5,
    conditions: {
      is_long: '{{ text | length > limit }}',
      broken: '{{ 1 + [2] }}',
      plain: 'as it is',
    },
    greeting: '{{ "hi " ~ user.name }}',
    half: 'hi {{ user.name }}',
    list_of: ['{{ n }}', 4],
    text: 'hidden',
  };

  it('are read behind everything else', () => {
    expect(resolved('limit', definitions)).toBe(5);
    expect(resolved('text', definitions)).toBe('abc');
  });

  it('are evaluated when they are a whole template', () => {
    expect(resolved('{{ greeting | upper }}', definitions)).toBe('HI ANN');
    expect(resolved('greeting', definitions)).toBe('hi Ann');
    expect(resolved('{{ list_of }}', definitions)).toEqual([3, 4]);
  });

  it('are evaluated only where they are read', () => {
    expect(resolved('{{ conditions.is_long }}', definitions)).toBe(false);
    expect(resolved('conditions.plain', definitions)).toBe('as it is');
    expect(codeThrown(() => resolved('{{ conditions.broken }}', definitions))).toBe(
      'template_error',
    );
    expect(codeThrown(() => resolved('{{ conditions }}', definitions))).toBe('template_error');
  });

  it('are text when they only hold a template', () => {
    expect(resolved('{{ half }}', definitions)).toBe('hi {{ user.name }}');
  });

  it('are plain data when they leave an expression', () => {
    const value = resolved('{{ both }}', { both: { a: '{{ n }}', b: { c: '{{ n + 1 }}' } } });
    expect(value).toStrictEqual({ a: 3, b: { c: 4 } });
    expect(Object.getOwnPropertyDescriptor(value, 'a')).toHaveProperty('value', 3);
  });

  it('that read themselves are an error', () => {
    const circle = { one: '{{ two }}', two: '{{ one }}' };
    expect(codeThrown(() => resolved('{{ one }}', circle))).toBe('template_error');
  });

  it('are found by a reference that was rendered', () => {
    const types = { types: { a: { path: 'pa' } }, models: { fast: 'mock/f' } };
    expect(resolved('@types.{{ "a" }}.path', types)).toBe('pa');
    expect(resolved('@{{ "fast" }}', types)).toBe('mock/f');
    expect(codeThrown(() => resolved('@types.{{ "none" }}', types))).toBe('template_error');
  });
});

describe('holds()', () => {
  it.each<[string, boolean]>([
    ['n > 2', true],
    ['{{ n > 5 }}', false],
    ['n', true],
    ['zero', false],
    ['none', false],
    ['nope', false],
    ['not nope', true],
    ['[]', false],
    ['[0]', true],
    ['"false"', true],
    ['user.name == "Ann" and n >= 3', true],
    ['"two" in list', true],
    ['list contains "two"', true],
    ['nope.deeper is defined', false],
    ['text is not none', true],
  ])('%s is %s', (condition, expected) => {
    expect(holds(condition, contextOf())).toBe(expected);
  });
});

describe('resolveToText()', () => {
  it.each<[JsonValue, string]>([
    ['{{ n }}', '3'],
    ['{{ list }}', '[1,"two",[3]]'],
    ['{{ none }}', ''],
    ['text', 'abc'],
  ])('%j is %j', (value, expected) => {
    expect(resolveToText(value, contextOf())).toBe(expected);
  });
});

describe('resolveSchema()', () => {
  it.each<[JsonValue, JsonValue]>([
    ['user', VALUES['user'] ?? null],
    ['{{ user }}', VALUES['user'] ?? null],
    // words of a schema that are names of variables here
    [
      { type: 'text', required: ['n'] },
      { type: 'text', required: ['n'] },
    ],
    [
      { properties: { n: { enum: '{{ list }}' } } },
      { properties: { n: { enum: VALUES['list'] ?? null } } },
    ],
    [{ title: 'For {{ text }}' }, { title: 'For abc' }],
    [true, true],
  ])('%j is %j', (schema, expected) => {
    expect(resolveSchema(schema, contextOf())).toEqual(expected);
  });
});

describe('listOf()', () => {
  it('gives a map as its values with their keys', () => {
    expect(listOf({ b: 1, a: 2 })).toEqual({ items: [1, 2], keys: ['b', 'a'] });
  });

  it.each([[null], [3], ['abc'], [true]])('gives nothing for %j', (value) => {
    expect(listOf(value)).toBeUndefined();
  });
});
