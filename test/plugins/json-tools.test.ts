/** What the json-tools plugin promises, on its built module. */

import { Validator, type Schema } from '@cfworker/json-schema';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import { loadPlugin, type LoadedPlugin } from './call.ts';

let plugin: LoadedPlugin;

beforeAll(async () => {
  plugin = await loadPlugin('json-tools');
}, 60_000);

const refusal = (id: string, input: unknown) => plugin.refusal(id, JSON.stringify(input));

describe('pick', () => {
  const value = { a: { b: [1, { 'c.d': 'é' }], '': 0 }, 'x[0]': 2, __proto__: 3, n: null };
  const pick = (paths: unknown) => plugin.call('pick', { value, paths });

  it('names the parts of a list of paths by their paths', async () => {
    expect(await pick(['a.b[0]', 'a.b[-1]["c.d"]', '["x[0]"]', 'n'])).toEqual({
      'a.b[0]': 1,
      'a.b[-1]["c.d"]': 'é',
      '["x[0]"]': 2,
      n: null,
    });
  });

  it('takes the names from an object of paths', async () => {
    expect(await pick({ first: 'a.b[0]', none: 'a.z' })).toEqual({ first: 1 });
  });

  it('leaves out what is not there', async () => {
    const nowhere = ['z', 'a.b[2]', 'a.b[-3]', 'a.b.c', 'a[0]', 'n.x', 'constructor', 'a.b.length'];
    expect(await pick(nowhere)).toEqual({});
    expect(await pick(['a.b[99999999999999999999]', 'a.b[-99999999999999999999]'])).toEqual({});
  });

  it('reads a list from its root', async () => {
    expect(await plugin.call('pick', { value: [[7]], paths: ['[0][0]'] })).toEqual({ '[0][0]': 7 });
  });

  it('keeps numbers in the form they were written in', async () => {
    const input = '{"value":{"n":1.50e2,"big":12345678901234567890123},"paths":["n","big"]}';
    expect(await plugin.callText('pick', input)).toBe('{"n":1.50e2,"big":12345678901234567890123}');
  });

  it.each([
    '',
    '.',
    '.a',
    'a.',
    'a..b',
    'a.[0]',
    '[',
    '[]',
    '[a]',
    '[1',
    '[-]',
    '["a"',
    '["a]',
    '[0]a',
    '[1.5]',
  ])('refuses the path %j', async (path) => {
    expect(await refusal('pick', { value, paths: [path] })).toMatch(
      /^Cannot read a path in "paths"/,
    );
  });

  it('refuses too many steps and too many paths', async () => {
    expect(await refusal('pick', { value, paths: ['a'.repeat(65).split('').join('.')] })).toContain(
      '64',
    );
    expect(await refusal('pick', { value, paths: Array(1001).fill('a') })).toContain('1000');
    expect(await refusal('pick', { value, paths: 'a' })).toContain('"paths"');
    expect(await refusal('pick', { value, paths: [1] })).toContain('a string is expected');
  });

  it('refuses to write more than its room', async () => {
    const big = { a: 'x'.repeat(3_000_000) };
    expect(await refusal('pick', { value: big, paths: ['a', 'a', 'a', 'a'] })).toContain(
      'Cannot write output',
    );
  });
});

/** The meaning of `merge`, in two lines. */
function mergeTwo(a: JsonValue, b: JsonValue, concat: boolean): JsonValue {
  if (Array.isArray(a) && Array.isArray(b) && concat) return [...a, ...b];
  const areObjects = [a, b].every(
    (each) => typeof each === 'object' && each && !Array.isArray(each),
  );
  if (!areObjects) return b;
  const merged = new Map(Object.entries(a as object));
  for (const [key, value] of Object.entries(b as object)) {
    merged.set(key, merged.has(key) ? mergeTwo(merged.get(key), value, concat) : value);
  }
  return Object.fromEntries(merged);
}

describe('merge', () => {
  it('is what merging two by two gives', async () => {
    const { tree } = fc.letrec((tie) => ({
      leaf: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, 1, 'x', true, [1], [2, 3], []),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'é', '"'), tie('leaf'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
      tree: fc.array(tie('object'), { maxLength: 5 }),
    }));
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom('replace', 'concat'), async (values, lists) => {
        const list = values as JsonValue[];
        const expected = list.reduce<JsonValue>((a, b) => mergeTwo(a, b, lists === 'concat'), {});
        const output = await plugin.call('merge', { values: list, lists });
        // As text, so that the order of names counts too.
        expect(JSON.stringify(output)).toBe(JSON.stringify(expected));
      }),
      { numRuns: 500 },
    );
  });

  it('passes over null among the values and keeps it within them', async () => {
    expect(await plugin.call('merge', { values: [null, { a: 1 }, null, { a: null }] })).toEqual({
      a: null,
    });
    expect(await plugin.call('merge', { values: [] })).toEqual({});
  });

  it('knows a name by its letters, however it was escaped', async () => {
    const input = '{"values":[{"\\u0061":{"x":1}},{"a":{"y":2}}]}';
    expect(JSON.parse(await plugin.callText('merge', input))).toEqual({ a: { x: 1, y: 2 } });
  });

  it('makes plain members of names that reach prototypes elsewhere', async () => {
    const input = '{"values":[{"__proto__":{"x":1}},{"__proto__":{"y":2}}]}';
    expect(await plugin.callText('merge', input)).toBe('{"__proto__":{"x":1,"y":2}}');
  });

  it('merges a hundred thousand names', async () => {
    const half = (from: number) =>
      Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${from + index}`, index]));
    const output = await plugin.call('merge', { values: [half(0), half(25_000)] });
    expect(Object.keys(output)).toHaveLength(75_000);
    expect(output['k25000']).toBe(0);
  });

  it('refuses values that are no objects and a choice it does not know', async () => {
    expect(await refusal('merge', { values: [{}, [1]] })).toContain('"values"');
    expect(await refusal('merge', { values: [{}], lists: 'join' })).toContain('replace, concat');
  });
});

describe('validate', () => {
  const validate = (value: unknown, schema: unknown) => plugin.call('validate', { value, schema });

  it('points to every failure', async () => {
    const output = await validate(
      { a: [1, 'x', { 'b/~': '' }], extra: 1 },
      {
        properties: {
          a: { items: { type: ['integer', 'object'], properties: { 'b/~': { minLength: 1 } } } },
        },
        additionalProperties: false,
        required: ['c'],
      },
    );
    const errors = output['errors'] as { pointer: string }[];
    expect(output['valid']).toBe(false);
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/a/1', '/a/2/b~1~0', '/extra', '']);
  });

  it('stops at a hundred failures', async () => {
    const output = await validate(Array(500).fill(1), { items: { type: 'string' } });
    expect(output['errors']).toHaveLength(100);
    expect(output['valid']).toBe(false);
  });

  it('reports one failure for anyOf, oneOf and not', async () => {
    const output = await validate(1, {
      anyOf: [{ type: 'string' }, { type: 'null' }],
      not: { const: 1.0 },
    });
    expect(output['errors']).toHaveLength(2);
  });

  it('takes numbers by value and objects whatever their order', async () => {
    expect(
      JSON.parse(
        await plugin.callText('validate', '{"value":1.0,"schema":{"type":"integer","enum":[1e0]}}'),
      ),
    ).toEqual({ valid: true, errors: [] });
    expect(await validate({ a: 1, b: [{}] }, { const: { b: [{}], a: 1 } })).toMatchObject({
      valid: true,
    });
    expect(
      await validate(
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        { uniqueItems: true },
      ),
    ).toMatchObject({ valid: false });
  });

  it('passes over annotations and unknown words', async () => {
    const schema = {
      title: 't',
      description: 'd',
      format: 'email',
      examples: [],
      $schema: 'x',
      ours: { type: 1 },
    };
    expect(await validate('no', schema)).toEqual({ valid: true, errors: [] });
  });

  it.each([
    [{ pattern: 'x' }, '"pattern" is not supported'],
    [{ $ref: '#' }, '"$ref" is not supported'],
    [{ properties: { a: { anyOf: [{ items: { if: true } }] } } }, '"if" is not supported'],
    [{ multipleOf: 2 }, '"multipleOf" is not supported'],
    [{ type: 'text' }, '"type"'],
    [{ type: 1 }, '"type"'],
    [{ minLength: -1 }, '"minLength"'],
    [{ maxItems: 1.5 }, '"maxItems"'],
    [{ minimum: '1' }, '"minimum"'],
    [{ required: 'a' }, '"required"'],
    [{ required: [1] }, '"required"'],
    [{ properties: [] }, '"properties"'],
    [{ items: [{}] }, '"items"'],
    [{ anyOf: [] }, '"anyOf"'],
    [{ enum: 1 }, '"enum"'],
    [{ not: 1 }, 'a schema is an object or a boolean'],
    [7, 'a schema is an object or a boolean'],
  ])('refuses the schema %j wherever the value is', async (schema, message) => {
    expect(await refusal('validate', { value: 1, schema })).toContain(message);
  });

  it('gives the verdict of another validator', async () => {
    const leaf = fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      1,
      2.5,
      -1,
      '',
      'a',
      'ab',
      'ééé',
      '😀',
      [],
      {},
    );
    const name = fc.constantFrom('a', 'b', 'c');
    const { value, schema } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(name, tie('value'), { noNullPrototype: true }),
      ),
      type: fc.constantFrom('null', 'boolean', 'number', 'integer', 'string', 'array', 'object'),
      list: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
      schema: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.boolean(),
        fc.record({
          type: fc.oneof(tie('type'), fc.uniqueArray(tie('type'), { minLength: 1, maxLength: 3 })),
        }),
        fc
          .record(
            {
              enum: fc.array(leaf, { minLength: 1, maxLength: 4 }),
              const: leaf,
              required: fc.uniqueArray(name, { maxLength: 2 }),
              properties: fc.dictionary(name, tie('schema'), { noNullPrototype: true }),
              additionalProperties: tie('schema'),
              items: tie('schema'),
              minimum: fc.integer({ min: -1, max: 2 }),
              maximum: fc.integer({ min: 0, max: 3 }),
              exclusiveMinimum: fc.integer({ min: -1, max: 2 }),
              exclusiveMaximum: fc.integer({ min: 0, max: 3 }),
              minLength: fc.nat(3),
              maxLength: fc.nat(3),
              minItems: fc.nat(2),
              maxItems: fc.nat(3),
              uniqueItems: fc.boolean(),
              minProperties: fc.nat(2),
              maxProperties: fc.nat(3),
              anyOf: tie('list'),
              allOf: tie('list'),
              oneOf: tie('list'),
              not: tie('schema'),
            },
            { requiredKeys: [] },
          )
          .chain((all) =>
            fc
              .subarray(Object.keys(all), { maxLength: 3 })
              .map((keys) =>
                Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key))),
              ),
          ),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(value, schema, async (subject, rules) => {
        // SAFETY: the arbitrary makes schemas only.
        const expected = new Validator(rules as Schema, '7', true).validate(subject).valid;
        const { valid, errors } = await validate(subject, rules);
        expect(valid).toBe(expected);
        expect((errors as unknown[]).length > 0).toBe(!expected);
      }),
      { numRuns: 1500 },
    );
  }, 60_000);
});

describe('group', () => {
  it('groups in the order of first appearance', async () => {
    const items = [{ k: 'b', v: 1 }, { k: 'a', v: 2 }, { k: 'b' }, { v: 4 }, { k: null, v: 5 }, 7];
    expect(await plugin.call('group', { items, by: 'k', values: 'v' })).toEqual({
      groups: [
        { key: 'b', count: 2, items: [1, null] },
        { key: 'a', count: 1, items: [2] },
        { key: null, count: 3, items: [4, 5, null] },
      ],
    });
  });

  it('keeps whole items without values, and takes keys of any kind by value', async () => {
    const input =
      '{"items":[{"k":1},{"k":1.0},{"k":"1"},{"k":{"a":1,"b":2}},{"k":{"b":2,"a":1}}],"by":"k"}';
    const { groups } = JSON.parse(await plugin.callText('group', input)) as {
      groups: { count: number }[];
    };
    expect(groups.map(({ count }) => count)).toEqual([2, 1, 2]);
  });

  it('gives no groups for no items and needs a path', async () => {
    expect(await plugin.call('group', { items: [], by: 'k' })).toEqual({ groups: [] });
    expect(await refusal('group', { items: [] })).toContain('"by"');
    expect(await refusal('group', { items: [], by: 'a..b' })).toContain('"by"');
    expect(await refusal('group', { items: [], by: 'a', values: 3 })).toContain('"values"');
  });
});

describe('flatten', () => {
  it('is what the engine’s flat() gives', async () => {
    const { list } = fc.letrec((tie) => ({
      list: fc.array(fc.oneof({ maxDepth: 5 }, fc.constantFrom(1, 'x', null), tie('list')), {
        maxLength: 4,
      }),
    }));
    await fc.assert(
      fc.asyncProperty(list, fc.integer({ min: 1, max: 4 }), async (items, depth) => {
        const expected = (items as unknown[]).flat(depth);
        expect(await plugin.call('flatten', { items, depth })).toEqual({
          items: expected,
          count: expected.length,
        });
      }),
      { numRuns: 200 },
    );
  });

  it('refuses a depth of nothing', async () => {
    for (const depth of [0, -1, 1.5, 129, '1']) {
      expect(await refusal('flatten', { items: [], depth })).toContain('"depth"');
    }
  });
});

describe('unique', () => {
  it('keeps the first of equal items', async () => {
    const items = [1, '1', 1, null, null, [1, 2], [2, 1], [1, 2], { a: [] }, { a: [] }];
    expect(await plugin.call('unique', { items })).toEqual({
      items: [1, '1', null, [1, 2], [2, 1], { a: [] }],
      removed: 4,
    });
  });

  it('keeps the first of items that are equal at a path', async () => {
    const items = [{ id: 1, v: 'a' }, { id: 1, v: 'b' }, { v: 'c' }, { v: 'd' }];
    expect(await plugin.call('unique', { items, by: 'id' })).toEqual({
      items: [items[0], items[2]],
      removed: 2,
    });
  });
});

describe('sum', () => {
  it('adds up what a path leads to', async () => {
    const items = [{ p: { n: 2 } }, { p: { n: -0.5 } }, { p: null }, {}, { p: { n: 1e3 } }];
    expect(await plugin.call('sum', { items, by: 'p.n' })).toEqual({
      sum: 1001.5,
      count: 3,
      average: 1001.5 / 3,
      min: -0.5,
      max: 1000,
    });
  });

  it('loses nothing when a small number meets a big one', async () => {
    expect(await plugin.call('sum', { items: [1e16, 1, -1e16] })).toMatchObject({ sum: 1 });
  });

  it('has no average of nothing', async () => {
    expect(await plugin.call('sum', { items: [null] })).toEqual({
      sum: 0,
      count: 0,
      average: null,
      min: null,
      max: null,
    });
  });

  it('refuses what is no number, and a sum out of range', async () => {
    expect(await refusal('sum', { items: [1, '2'] })).toContain('item 1');
    expect(await refusal('sum', { items: [1.7e308, 1.7e308] })).toContain('out of range');
  });
});
