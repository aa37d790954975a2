/** Recipes beside what functions declare: what they take, and what they give. */
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { compileRecipe } from '../../../src/core/recipe/compile.ts';
import type { PinnedFunction } from '../../../src/core/recipe/plan.ts';

const PINNED: PinnedFunction = {
  plugin: 'text',
  version: '1.2.0',
  hash: 'ab',
  function: 'count',
  export: 'count',
  contentType: 'json',
  bundled: false,
  pure: true,
};

const compile = (text: string, declared: Partial<PinnedFunction>, strict = false) =>
  compileRecipe({
    path: 'recipes/main.yaml',
    text,
    strict,
    sources: new Map(),
    prompts: new Map(),
    findFunction: () => ({ ok: true, value: { ...PINNED, ...declared } }),
    functionNames: ['text.count'],
  }).diagnostics;

describe('what a node gives to a function', () => {
  const input: JsonValue = {
    type: 'object',
    required: ['text'],
    additionalProperties: false,
    properties: {
      text: { type: 'string' },
      limit: { type: 'integer', minimum: 1, maximum: 10 },
      mode: { enum: ['a b', 'c d'] },
      tags: { type: 'array', maxItems: 2, uniqueItems: true, items: { type: 'string' } },
      nested: { type: 'object', required: ['x'], properties: { x: { type: 'boolean' } } },
      either: { anyOf: [{ type: 'number' }, { type: 'string', maxLength: 3 }] },
    },
  };
  const given = (written: string) =>
    compile(
      `name: r\nuser_inputs: [{id: n, type: integer}]\nnodes:\n  - {id: a, type: function_task, function_identifier: text.count, input: ${written}}\n`,
      { input },
    )
      .filter(({ code }) => code === 'function_input_mismatch')
      .map(({ pointer, suggestion }) => [pointer.replace('/nodes/0/input', ''), suggestion]);

  it.each([
    ['{text: hi}'],
    ['{text: "{{ n }}", limit: "{{ n }}"}'],
    ['{text: n, limit: n, tags: n, nested: n}'],
    ['{text: hi, limit: 10, mode: a b, tags: [x, y]}'],
    ['{text: hi, mode: mode, nested: {x: n}, either: 5}'],
    ['{text: hi, tags: ["{{ n }}", "{{ n }}"], either: "{{ n }}"}'],
    ['n'],
    ['"{{ n }}"'],
  ])('may be %s', (written) => {
    expect(given(written)).toEqual([]);
  });

  it.each<[string, unknown[]]>([
    ['{text: 5}', [['/text', undefined]]],
    ['{text: hi, limit: 11}', [['/limit', undefined]]],
    ['{text: hi, limit: 1.5}', [['/limit', undefined]]],
    ['{text: hi, limit: [1]}', [['/limit', undefined]]],
    ['{text: hi, mode: x y}', [['/mode', undefined]]],
    ['{text: hi, limits: 5}', [['/limits', 'limit']]],
    ['{text: hi, limits: "{{ n }}"}', [['/limits', 'limit']]],
    ['{text: hi, tags: [x, 5]}', [['/tags/1', undefined]]],
    ['{text: hi, tags: [x, y, "{{ n }}"]}', [['/tags', undefined]]],
    ['{text: hi, nested: {}}', [['/nested', undefined]]],
    ['{text: hi, nested: {x: 1}}', [['/nested/x', undefined]]],
    ['{text: hi, either: longer text}', [['/either', undefined]]],
    ['[1]', [['', undefined]]],
  ])('may not be %s', (written, wanted) => {
    expect(given(written)).toEqual(wanted);
  });

  it('is an error in strict mode, with the place of what does not fit', () => {
    const text =
      'name: r\nnodes:\n  - id: a\n    type: function_task\n    function_identifier: text.count\n    input:\n      text: hi\n      limit: 99\n';
    expect(compile(text, { input }, true)).toMatchObject([
      { code: 'function_input_mismatch', severity: 'error', line: 8, column: 14 },
    ]);
  });
});

describe('what is read of what a function gives', () => {
  const closed = (properties: { [name: string]: JsonValue }): JsonValue => ({
    type: 'object',
    additionalProperties: false,
    properties,
  });
  const output = closed({
    words: { type: 'integer' },
    list: { type: 'array', items: closed({ name: { type: 'string' } }) },
    open: { type: 'object', properties: { a: {} } },
    either: { anyOf: [closed({ a: {} }), closed({ b: {} })] },
  });
  const found = (text: string) =>
    compile(text, { output })
      .filter(({ code }) => code === 'unknown_output_field')
      .map(({ line, suggestion }) => [line, suggestion]);
  const read = (expression: string, more = '') =>
    found(
      `name: r\nnodes:\n  - {id: a, type: function_task, function_identifier: text.count}\n${more}  - {id: z, type: language_task, prompt: "${expression}"}\nedges: [a to z]\n`,
    );

  it.each([
    '{{ a }}',
    '{{ a.words }}',
    '{{ a.list[0].name }}',
    '{{ a.open.b }}',
    '{{ a.either.c }}',
    '{{ a.items() }}',
    '{{ a.wrods | default(1) }}',
    '{% if a.wrods is defined %}x{% endif %}',
    '{% for a in [1] %}{{ a.wrods }}{% endfor %}',
    '{{ a.words.upper() }}',
  ])('may be %s', (expression) => {
    expect(read(expression)).toEqual([]);
  });

  it.each([
    ['{{ a.wrods }}', 'words'],
    ['{{ a.list[0].nmae }}', 'name'],
    ['{{ a.nothing.like.this }}', undefined],
  ])('may not be %s', (expression, suggestion) => {
    expect(read(expression)).toEqual([[4, suggestion]]);
  });

  it('may be anything where another node gives the same name', () => {
    const other = '  - {id: b, type: language_task, prompt: hi, output: a}\n';
    expect(read('{{ a.wrods }}', other)).toEqual([]);
  });

  it('is looked at in conditions and outputs too', () => {
    const text =
      'name: r\nnodes:\n  - {id: a, type: function_task, function_identifier: text.count}\n  - {id: b, type: language_task, prompt: hi}\nedges: ["a to b if a.wrods > 1"]\nfinal_outputs: [{id: o, value: "{{ a.lits }}"}]\n';
    expect(found(text)).toEqual([
      [5, 'words'],
      [6, 'list'],
    ]);
  });
});
