/** What fuzzed templates read: frozen, so that any change to it throws, with keys that reach. */
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import type { Scope } from '../../src/core/template/render.ts';
import type { Names } from './expressions.ts';

function frozen(value: JsonValue): JsonValue {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part as JsonValue);
    Object.freeze(value);
  }
  return value;
}

/** From text, because only JSON.parse makes an own key of `__proto__`. */
const HOSTILE = `{
  "name": "ada", "n": 3, "f": 2.5, "neg": -7, "big": 1e308, "zero": 0, "yes": true, "no": false,
  "nothing": null, "empty": "", "digits": "42", "odd": "\\ud800é\\u0000ﷺ\\u202e<&'\\"", "text": "The quick brown fox\\njumps, over  the lazy dog.",
  "time": "2024-02-29T12:30:00Z", "json": "{\\"a\\": [1, {\\"__proto__\\": 2}]}", "huge": "[1e999, -1e999, 1e400]",
  "list": [3, 1, 2], "words": ["b", "a", "C", "a", ""], "mixed": [1, "1", null, true, [1], {"a": 1}, 2.5, ""],
  "nested": [[[[1], 2], [3]], [[], [[]]]], "pairs": [["a", 1], ["b", 2]],
  "people": [{"name": "Ada", "age": 36, "tags": ["x"]}, {"name": "bob", "age": null}, {"age": "7", "name": {"length": 1}}],
  "map": {"a": 1, "b": {"c": [1, 2]}, "items": "mine", "keys": 5, "get": null, "length": -1},
  "hostile": {"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 2}}, "toString": "x", "length": 1e9, "items": [1], "then": 1, "toJSON": 2, "valueOf": null, "hasOwnProperty": 0, "a": 1},
  "deep": ${'{"a":['.repeat(30)}1${']}'.repeat(30)},
  "constructor": "c", "__proto__": {"name": "p"}, "toString": {"a": 1}, "length": 9
}`;

// SAFETY: the text above is JSON of an object
const DATA = frozen(JSON.parse(HOSTILE) as JsonValue) as JsonObject;

export const SCOPE: Scope = {
  get: (name) => (Object.hasOwn(DATA, name) ? DATA[name] : undefined),
};

export const NAMES: Names = {
  variables: [...Object.keys(DATA), 'missing', 'x', 'loop', 'ns', 'item'],
  members: ['a', 'b', 'c', 'name', 'age', 'tags', 'items', 'length', '0', 'missing', ''],
};

export const PROMPTS: Readonly<Record<string, string>> = {
  'a.jinja': "A {{ name }} {% include 'b.jinja' %}",
  'b.jinja': "{{ x }}{% include 'a.jinja' %}",
  'no.jinja': '{{ broken',
};

const LONG = 'ab, c\n'.repeat(100_000);
/** Large values, for what each operation costs on one. */
const HEAVY: Readonly<Record<string, JsonValue>> = {
  long: LONG,
  letters: 'a'.repeat(600_000),
  digits: '1'.repeat(390),
  accents: 'ÀÉﷺ'.repeat(100_000),
  braces: '{}'.repeat(500),
  percents: '%s'.repeat(500),
  directives: '%c'.repeat(500),
  lines: '\n'.repeat(600_000),
  marks: '<&"'.repeat(200_000),
  dots: 'a.'.repeat(100_000),
  commas: ','.repeat(300_000),
  groups: '\\g<0>'.repeat(50_000),
  spaces: ' '.repeat(600_000),
  numbers: Array.from({ length: 50_000 }, (_, index) => (index * 7919) % 50_000),
  texts: Array.from({ length: 20_000 }, (_, index) => `Text ${(index * 7919) % 20_000}`),
  longs: [LONG, LONG, LONG, LONG],
  rows: Array.from({ length: 10_000 }, (_, index) => ({ a: index % 7, b: { c: `n${index}` } })),
  map: Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, index])),
  deep: JSON.parse('['.repeat(100) + ']'.repeat(100)) as JsonValue,
  lists: Array.from({ length: 2000 }, () => [1, 2, 3, 4, 5, 6, 7, 8, 9]),
  json: JSON.stringify(Array.from({ length: 50_000 }, () => ({}))),
  base64: 'QUJD'.repeat(150_000),
  time: '2024-02-29T12:30:00Z',
  small: 'x',
  one: 1,
  float: 1.2345678e-7,
};

for (const value of Object.values(HEAVY)) frozen(value);

export const HEAVY_SCOPE: Scope = {
  get: (name) => (Object.hasOwn(HEAVY, name) ? HEAVY[name] : undefined),
};

export const HEAVY_NAMES: readonly string[] = Object.keys(HEAVY);
