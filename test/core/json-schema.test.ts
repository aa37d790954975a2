/** Users' JSON Schemas: each fault once, at its deepest place; a bad schema is a fault, not a crash. */
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import { schemaFaults } from '../../src/core/json-schema.ts';

const pointers = (schema: JsonValue, value: JsonValue) =>
  schemaFaults(schema, value).map(({ pointer }) => pointer);

describe('schemaFaults()', () => {
  const person = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
  };

  it('finds none in what fits', () => {
    expect(schemaFaults(person, { name: 'Ann', tags: ['x'] })).toEqual([]);
    expect(schemaFaults(true, 5)).toEqual([]);
  });

  it('places each fault where it is', () => {
    expect(new Set(pointers(person, { name: 7, tags: ['x', 8] }))).toEqual(
      new Set(['/name', '/tags/1']),
    );
  });

  it('places a missing key at its object', () => {
    expect(new Set(pointers(person, {}))).toEqual(new Set(['']));
  });

  it.each<[JsonValue]>([['text'], [null], [[1]], [false]])(
    'has a fault for the schema %j',
    (schema) => {
      expect(schemaFaults(schema, 1).length).toBeGreaterThan(0);
    },
  );

  it('has a fault for a schema that refers to what is not there', () => {
    expect(schemaFaults({ $ref: '#/definitions/none' }, 1).length).toBeGreaterThan(0);
  });

  it('leaves the schema as it was', () => {
    const schema = { properties: { a: { type: 'string' } } };
    schemaFaults(schema, { a: 1 });
    expect(Object.getOwnPropertyNames(schema)).toEqual(['properties']);
    expect(Object.getOwnPropertyNames(schema.properties.a)).toEqual(['type']);
  });
});
