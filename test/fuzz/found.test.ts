/** Inputs that broke a promise once. Each was found by the fuzzer. */
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/core/plugin/manifest.ts';
import { codeOf } from '../../src/core/errors.ts';
import type { JsonValue } from '../../src/core/json.ts';
import { compileRecipe } from '../../src/core/recipe/compile.ts';
import { createBudget, evaluateTemplate } from '../../src/core/template/render.ts';
import { parseTemplate } from '../../src/core/template/template.ts';
import { checkManifestText } from './check-manifest.ts';
import { checkPlaces, checkQuickReader } from './check-recipe.ts';

function diagnose(text: string) {
  return compileRecipe({
    path: 'recipes/main.yaml',
    text,
    sources: new Map(),
    prompts: new Map(),
  }).diagnostics;
}

const lastLine = (text: string): number => text.split('\n').length;

describe('places', () => {
  it.each(["[}'\n\n\n\n", '""e\nr\n', "a: [}\nb: '\n\nc\n"])(
    'of faults lie inside the text after a line that cannot be read: %j',
    (text) => {
      for (const { line = 0, end_line = 0, end_column = 0 } of diagnose(text)) {
        expect(line).toBeGreaterThan(0);
        expect(end_line).toBeLessThanOrEqual(lastLine(text));
        const { length } = text.split('\n')[end_line - 1]!;
        expect(end_column).toBeLessThanOrEqual(length + 1);
      }
    },
  );

  it.each(['name: p\n{\n', '{', '{"a": [', 'a: "b', '- a\n b: c', "'"])(
    'of a manifest lie inside its text: %j',
    (text) => {
      const loaded = loadManifest(text);
      expect(loaded.ok).toBe(false);
      checkPlaces(loaded.ok ? [] : loaded.error, text);
    },
  );
});

describe('a text of nothing but faults', () => {
  const FAULTY = {
    values: `{${'a: b c: d '.repeat(10_000)}}`,
    strays: `a: [b]]${' x]'.repeat(50_000)}`,
    quotes: `[${'"a"'.repeat(30_000)}]`,
    keys: `{${'a: 1, '.repeat(20_000)}}`,
    tabs: '\ta: b\n'.repeat(20_000),
    aliases: '- *a b\n'.repeat(15_000),
    indents: 'a:\n   b\n  c\n'.repeat(10_000),
    dashes: '- '.repeat(50_000),
    questions: '? '.repeat(50_000),
    colons: 'a: '.repeat(50_000),
  };

  it.each(Object.entries(FAULTY))('is refused with at most 200 findings: %s', (_, text) => {
    const diagnostics = diagnose(text);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.length).toBeLessThanOrEqual(200);
    checkPlaces(diagnostics, text);
    const loaded = loadManifest(text);
    expect(loaded.ok ? 0 : loaded.error.length).toBeGreaterThan(0);
    checkPlaces(loaded.ok ? [] : loaded.error, text);
  });

  it('leaves the stacks of other errors as they were', () => {
    diagnose(FAULTY.quotes);
    expect(new Error('x').stack).toContain('found.test.ts');
  });
});

describe('what the compiler says of one text', () => {
  const node = (input: string): string =>
    `{"name": "r", "nodes": [{"id": "a", "type": "wait", "for": 1, "input": ${input}}]}`;

  it('stays small when a long key stands above many faults', () => {
    const faults = Array.from({ length: 300 }, () => '"{{"').join(',');
    const diagnostics = diagnose(node(`{"${'k'.repeat(100_000)}": [${faults}]}`));
    expect(diagnostics.map(({ code }) => code)).toContain('yaml_key');
    expect(JSON.stringify(diagnostics).length).toBeLessThan(400_000);
  });

  it('quotes no more than a part of a long text', () => {
    for (const text of [
      `name: r\n${'k'.repeat(1000)}😀: 1\nnodes: []`,
      `a: "${'\\q'.repeat(5000)}"`,
    ]) {
      for (const { detail } of diagnose(text)) expect(detail.length).toBeLessThanOrEqual(1000);
    }
  });
});

const LONG = 'a'.repeat(300_000);
const LIST = Array.from({ length: 10_000 }, (_, index) => index);
const SCOPE: Readonly<Record<string, JsonValue>> = {
  long: LONG,
  list: LIST,
  pairs: LIST.map((index) => [String(index), index]),
  groups: '\\9'.repeat(20_000),
  directives: '%c'.repeat(500),
};

/** What one template gives, or its code, and the steps that it took. */
function spend(source: string) {
  const budget = createBudget();
  const { steps } = budget;
  const parsed = parseTemplate(source);
  if (!parsed.ok) return { result: parsed.error.code, steps: 0 };
  const scope = { get: (name: string) => SCOPE[name] };
  let result: unknown;
  try {
    result = evaluateTemplate(parsed.value, { scope, budget });
  } catch (error) {
    result = codeOf(error) ?? error;
  }
  return { result, steps: steps - budget.steps };
}

describe('templates', () => {
  it.each([
    "{{ list|map('reject', long)|list }}",
    '{{ list|map(long)|list }}',
    '{{ list|select(long)|list }}',
    '{{ {}|attr(long) }}{{ long|format(**{long: 1}) }}',
    "{{ '%' ~ long }}{{ ('{' ~ long ~ '}').format() }}",
    "{{ '{:' ~ long ~ '}'.format(1) }}{{ now()|strftime(long) }}",
    '{{ dict(**{long: 1})|map(long) }}{{ 1|round(**{long: 1}) }}',
    '{{ 1[long](1) }}{{ long(1) }}',
  ])('quote no more than a part of a long text in an error: %s', (source) => {
    const parsed = parseTemplate(source);
    if (!parsed.ok) throw new Error(parsed.error.message);
    const scope = { get: (name: string) => SCOPE[name] };
    let said = '';
    try {
      evaluateTemplate(parsed.value, { scope, budget: createBudget() });
    } catch (error) {
      said = error instanceof Error ? error.message : '';
    }
    expect(said.length).toBeLessThanOrEqual(1200);
  });

  it.each(['1e999', '-1e400', '[{"a": 1e309}]', '9'.repeat(400)])(
    'read no number from JSON that is too large to be one: %s',
    (text) => {
      expect(spend(`{{ '${text}'|fromjson }}`).result).toBe('template_error');
    },
  );

  it('read large numbers that can be held', () => {
    expect(spend("{{ '[1e300, 0.1e-400]'|fromjson }}").result).toEqual([1e300, 0]);
  });

  it('format with more digits than a number has', () => {
    expect(spend("{{ '%.100g' % 0.0001 }}").result).toMatch(/^0\.0001000/);
  });

  it.each([
    "{{ 'x'.strip(long) is defined }}",
    '{{ [1, 2]|sum(attribute=long) is defined }}',
    '{{ list|join(attribute=long) is defined }}',
    "{{ 'x'|replace(long, long) is defined }}",
  ])('pay for a long argument: %s', (source) => {
    expect(spend(source).steps).toBeGreaterThan(LONG.length / 64);
  });

  it.each([
    ['{{ dict(pairs) is defined }}', 5000],
    ['{{ 0|strftime(directives) }}', 500],
    ["{{ 'aaaa'|regex_replace('()()()()()()()()(a)', groups) }}", 4000],
    ['{{ long|slugify is defined }}', 50_000],
    ['{{ long|b64encode is defined }}', 25_000],
    ['{{ list|string is defined }}', 2000],
  ])('pay what an operation takes: %s', (source, least) => {
    expect(spend(source).steps).toBeGreaterThan(least);
  });

  it.each([
    "{{ (long[:10000]|regex_replace('a', 'b'))|length }}",
    "{{ ('%s' * 5000) % list[:5000] is defined }}",
    "{{ ('{}' * 5000).format(*list[:5000])|length }}",
  ])('do not pay again and again for what is written already: %s', (source) => {
    const { result, steps } = spend(source);
    expect(result).not.toBe('template_budget');
    expect(steps).toBeLessThan(100_000);
  });

  it('strip characters outside the basic plane', () => {
    expect(spend("{{ '😀a😀b😀'.strip('😀') }}").result).toBe('a😀b');
    expect(spend("{{ '😀😀'.rstrip('😀') }}").result).toBe('');
    expect(spend("{{ 'ab'.rstrip('😀') }}").result).toBe('ab');
  });

  it('slice with any step as before', () => {
    expect(spend('{{ list[:10:3] }}').result).toEqual([0, 3, 6, 9]);
    expect(spend('{{ list[5::-2] }}').result).toEqual([5, 3, 1]);
    expect(spend('{{ list[:3:-5000] }}').result).toEqual([9999, 4999]);
    expect(spend('{{ list[3:2:2] }}{{ list[2:3:-1] }}').result).toBe('[][]');
  });
});

describe('the quick reader', () => {
  const LONG_KEY = `"${'\\u0014'.repeat(180)}"`;

  it.each([
    ['in a block', `a:\n  ${LONG_KEY}: 1\n`],
    ['in a flow', `a: {${LONG_KEY}: 1}\n`],
    ['at the top', `${LONG_KEY}: 1\n`],
  ])('leaves a key to the library that is long only as it is written: %s', (_, text) => {
    expect(() => checkQuickReader(text)).not.toThrow();
  });
});

describe('a manifest', () => {
  const around = (rest: string) => `name: s\nversion: "1.0.0"\n${rest}\n`;

  it.each(['!!binary ', '!!binary aGk=', '!!set {a}', '!!omap [a: 1]', '!!timestamp 2020-01-01'])(
    'holds JSON and nothing else: %s',
    (value) => {
      const text = around(`functions: [{id: f, input: {x: ${value}}}]`);
      expect(() => checkManifestText(text)).not.toThrow();
    },
  );

  it.each([
    ['an id', around(`functions: [{id: ${'a'.repeat(5000)}, pure: maybe}]`)],
    ['ids', around(`functions: [{id: ${'a'.repeat(5000)}}, {id: ${'a'.repeat(5000)}}]`)],
    [
      'a required key',
      around(`functions: [{id: f, input: {required: [1], $ref: "${'r'.repeat(9000)}"}}]`),
    ],
    ['a type', around(`functions: [{id: f, input: {type: "${'t'.repeat(9000)}"}}]`)],
    ['a keyword', around(`functions: [{id: f, input: {"${'k'.repeat(9000)}": 1}}]`)],
    ['a host', around(`functions: [{id: f}]\ncapabilities: {hosts: ["${'h'.repeat(9000)}!"]}`)],
    ['a pattern', around(`functions: [{id: f, input: {pattern: "(${'p'.repeat(9000)}"}}]`)],
    ['a tag', around(`functions: !${'t'.repeat(9000)} [{id: f}]`)],
  ])('is refused in few words: %s', (_, text) => {
    expect(() => checkManifestText(text)).not.toThrow();
  });
});
