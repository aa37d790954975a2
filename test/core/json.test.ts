/** JSON: its canonical text, its size, and reading it without harm. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  ownProperty,
  parseJson,
  utf8Length,
} from '../../src/core/json.ts';
import type { JsonValue } from '../../src/core/json.ts';

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;

describe('canonicalJson()', () => {
  it('sorts keys by UTF-16 code units, at every level', () => {
    expect(
      canonicalJson({ b: 1, a: { z: [], y: null }, '€': 2, '\u{1F600}': 3, '\uFB33': 4 }),
    ).toBe('{"a":{"y":null,"z":[]},"b":1,"€":2,"\u{1F600}":3,"\uFB33":4}');
  });

  it('is the same text for values that are equal', () => {
    const turned = (value: JsonValue): JsonValue => {
      if (isJsonArray(value)) return value.map(turned);
      if (!isJsonObject(value)) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, member]) => [key, turned(member)]),
      );
    };
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(turned(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('utf8Length()', () => {
  it('is what an encoder writes, lone surrogates included', () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('\ud83d', '\ude00', 'a', '€') }),
        (one, two) => {
          const text = one + two;
          expect(utf8Length(text)).toBe(encoder.encode(text).length);
        },
      ),
    );
  });
});

describe('parseJson()', () => {
  it.each(['', '{', '[1,]', 'undefined', '{"a":1}x', "{'a':1}"])('gives nothing for %j', (text) => {
    expect(parseJson(text)).toBeUndefined();
  });

  it('tells null from nothing', () => {
    expect(parseJson('null')).toEqual({ value: null });
  });

  it('refuses what nests too deep, and not what merely has many brackets', () => {
    expect(parseJson('['.repeat(129) + ']'.repeat(129))).toBeUndefined();
    expect(parseJson('['.repeat(128) + ']'.repeat(128))).toBeDefined();
    expect(parseJson(`[${'[],'.repeat(500)}[]]`)).toBeDefined();
    expect(parseJson(JSON.stringify('['.repeat(1000)))).toBeDefined();
    expect(parseJson('"\\"[[["', 1)).toBeDefined();
    expect(parseJson('[[1]]', 1)).toBeUndefined();
  });

  it('reads whatever JSON writes', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(parseJson(JSON.stringify(value), 1_000)).toEqual({
          value: JSON.parse(JSON.stringify(value)),
        });
      }),
    );
  });

  it('keeps __proto__ a key like any other', () => {
    const parsed = parseJson('{"__proto__": {"polluted": 1}}');
    expect(parsed?.value).not.toHaveProperty('polluted');
    expect(Object.keys(parsed?.value as object)).toEqual(['__proto__']);
  });
});

describe('ownProperty()', () => {
  it('reaches no prototype', () => {
    expect(
      ['constructor', '__proto__', 'toString'].map((key) => ownProperty({ a: 1 }, key)),
    ).toEqual([undefined, undefined, undefined]);
    expect(ownProperty({ a: 1 }, 'a')).toBe(1);
  });
});
