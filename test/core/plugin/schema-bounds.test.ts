import { describe, expect, it } from 'vitest';
import { findSchemaFault } from '../../../src/core/plugin/schema-bounds.ts';

describe('findSchemaFault()', () => {
  it.each([
    ['true', true],
    ['an object', { type: 'object', properties: { pattern: { type: 'string' } } }],
    ['references', { $defs: { a: { type: 'string' } }, items: { $ref: '#/$defs/a' } }],
    ['one definition used twice', { definitions: { a: {} }, anyOf: ref('a', 'a') }],
    ['bounded unique items', { uniqueItems: true, maxItems: 1_000 }],
    ['lists of names in dependencies', { dependencies: { a: ['b'], c: { required: ['d'] } } }],
    ['data that looks like a schema', { const: { pattern: '(a+)+' }, enum: [{ $ref: 'x' }] }],
  ])('accepts %s', (_name, schema) => {
    expect(findSchemaFault(schema)).toBeUndefined();
  });

  it.each([
    ['a number', 5, 'wrong_type', []],
    ['null', null, 'wrong_type', []],
    ['a list', [], 'wrong_type', []],
    ['a schema that is text', { items: 'x' }, 'wrong_type', ['items']],
    ['infinity', { maximum: Infinity }, 'not_json', ['maximum']],
    ['a date', { const: 5n }, 'not_json', ['const']],
    [
      'a pattern',
      { properties: { a: { pattern: 'a*a*b' } } },
      'schema_keyword',
      ['properties', 'a', 'pattern'],
    ],
    [
      'pattern properties',
      { patternProperties: { a: {} } },
      'schema_keyword',
      ['patternProperties'],
    ],
    ['an id', { $id: 'https://a.b/c' }, 'schema_keyword', ['$id']],
    [
      'unique items without bound',
      { items: [{ uniqueItems: true }] },
      'schema_keyword',
      ['items', 0, 'uniqueItems'],
    ],
    ['a reference elsewhere', { $ref: 'https://a.b/c' }, 'schema_reference', ['$ref']],
    ['a reference to all', { not: { $ref: '#' } }, 'schema_reference', ['not', '$ref']],
    ['a reference to a prototype', { $ref: '#/$defs/__proto__' }, 'schema_reference', ['$ref']],
    ['a reference to nothing', { $ref: '#/$defs/a', $defs: {} }, 'schema_reference', ['$ref']],
    [
      'a reference to itself',
      { $defs: { a: { $ref: '#/$defs/a' } } },
      'schema_reference',
      ['$defs', 'a', '$ref'],
    ],
    [
      'a circle',
      { definitions: { a: { not: ref('b')[0] }, b: { not: ref('a')[0] } } },
      'schema_reference',
      ['definitions', 'a', 'not', '$ref'],
    ],
  ])('refuses %s', (_name, schema, code, path) => {
    const fault = findSchemaFault(schema);
    expect([fault?.code, fault?.path.slice(0, path.length)]).toEqual([code, path]);
  });

  it('refuses a schema that doubles with every definition', () => {
    const levels = Array.from({ length: 40 }, (_, i) => [
      `l${i}`,
      { anyOf: ref(`l${i + 1}`, `l${i + 1}`) },
    ]);
    const schema = { definitions: { ...Object.fromEntries(levels), l40: {} }, ...ref('l0')[0] };
    expect(findSchemaFault(schema)?.code).toBe('schema_too_large');
  });

  it('refuses depth and size, also of values that share their parts', () => {
    let deep: unknown = {};
    for (let i = 0; i < 100; i++) deep = { not: deep };
    expect(findSchemaFault(deep)?.code).toBe('too_deep');
    let shared: unknown = {};
    for (let i = 0; i < 25; i++) shared = { const: [shared, shared] };
    expect(findSchemaFault(shared)?.code).toMatch(/too_deep|schema_too_large/);
    const wide = { enum: Array.from({ length: 10_001 }, (_, i) => i) };
    expect(findSchemaFault(wide)?.code).toBe('schema_too_large');
  });
});

function ref(...names: string[]): { $ref: string }[] {
  return names.map((name) => ({ $ref: `#/definitions/${name}` }));
}
