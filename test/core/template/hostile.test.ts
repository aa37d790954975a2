/** Templates written to escape or to exhaust: each ends in a code, or reaches nothing. */
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/core/errors.ts';
import { evaluateTemplate, renderTemplate } from '../../../src/core/template/render.ts';
import { parseExpression, parseTemplate } from '../../../src/core/template/template.ts';
import { variablesRead } from '../../../src/core/template/variables.ts';
import type { JsonObject } from '../../../src/core/json.ts';

const LONG = 'ab '.repeat(300_000);
const MANY = Array.from({ length: 100_000 }, (_, index) => ({ index, name: `n${index}` }));
const WIDE = Object.fromEntries(MANY.map(({ name, index }) => [name, index]));
const context: JsonObject = { long: LONG, many: MANY, wide: WIDE, name: 'ada' };
const scope = { get: (name: string) => (Object.hasOwn(context, name) ? context[name] : undefined) };

/** The code of the fault or error, or the text in brackets. */
function outcomeOf(source: string): string {
  const parsed = parseTemplate(source);
  if (!parsed.ok) return parsed.error.code;
  variablesRead(parsed.value);
  try {
    return `[${renderTemplate(parsed.value, { scope })}]`;
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
}

const loop = (body: string) => `{% for i in range(50000) %}{% set x = ${body} %}{% endfor %}`;
const nest = (open: string, close: string) => `{{ ${open.repeat(5000)}1${close.repeat(5000)} }}`;
const doubling = (use: string) =>
  `{% set ns = namespace(l=[1], k=[1]) %}{% for i in range(100) %}` +
  `{% set ns.l = [ns.l, ns.l] %}{% set ns.k = [ns.k, ns.k] %}{% endfor %}{{ ${use} }}`;

describe('reaching for what is not data', () => {
  it.each([
    '{{ name.constructor }}',
    '{{ name.__proto__ }}{{ name["__proto__"] }}',
    '{{ {}.constructor }}{{ {}.__proto__ }}{{ {}.toString }}',
    '{{ [].constructor }}{{ [].length }}{{ [].at }}{{ 5 .constructor }}',
    '{{ name.__class__ }}{{ cycler.__init__ }}{{ joiner.__globals__ }}',
    '{{ lipsum }}{{ self }}{{ config }}{{ request }}{{ globalThis }}{{ process }}',
    '{{ constructor }}{{ toString }}{{ __proto__ }}{{ hasOwnProperty }}',
    '{% macro m() %}{% endmacro %}{{ m.constructor }}{{ m.call }}{{ m.prototype }}',
    '{% for x in [1] %}{{ loop.constructor }}{{ loop.__proto__ }}{% endfor %}',
    '{% set ns = namespace() %}{{ ns.constructor }}{{ ns.get }}{{ ns.set }}',
    "{{ name|attr('constructor') }}{{ [[]]|map(attribute='constructor')|join }}",
    '{{ range.call }}{{ range.apply }}{{ range.constructor }}',
  ])('%s gives nothing', (source) => {
    expect(outcomeOf(source)).toBe('[]');
  });

  it.each<[string, string]>([
    ["{{ name.constructor.constructor('return 1')() }}", 'undefined_variable'],
    ["{{ range.constructor('return 1')() }}", 'undefined_variable'],
    ['{{ name.toLocaleUpperCase() }}', 'undefined_variable'],
    ['{{ [].map(1) }}', 'undefined_variable'],
    ["{{ '{0.__class__}'.format(1) }}", 'template_error'],
    ["{{ ['a']|map('constructor') }}", 'unknown_filter'],
    ["{% set f = 'constructor' %}{{ ['a']|map(f) }}", 'template_error'],
    ["{% set f = '__proto__' %}{{ ['a']|select(f) }}", 'template_error'],
    ['{{ name is constructor }}', 'unknown_test'],
    ['{{ range }}', 'template_error'],
  ])('%s ends in %s', (source, code) => {
    expect(outcomeOf(source)).toBe(code);
  });

  it('keeps a key named __proto__ a key', () => {
    expect(outcomeOf("{{ {'__proto__': {'x': 1}}.x }}")).toBe('[]');
    expect(outcomeOf("{{ {'__proto__': {'x': 1}}.__proto__.x }}")).toBe('[1]');
    expect(outcomeOf("{% set d = {} %}{% do d.update({'__proto__': 1}) %}{{ d.__proto__ }}")).toBe(
      '[1]',
    );
    const parsed = parseExpression("{'__proto__': {'polluted': 1}}");
    const value = parsed.ok ? evaluateTemplate(parsed.value, { scope }) : undefined;
    expect(Object.keys(value ?? {})).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('taking too much', () => {
  it.each([
    '{% for i in range(99999) %}{% for j in range(99999) %}{{ i * j }}{% endfor %}{% endfor %}',
    '{{ range(10**9) }}',
    '{{ range(100001) }}',
    "{{ 'a' * 10**9 }}",
    "{{ ['a'] * 10**9 }}",
    '{{ [[]] * 100000 * 100000 }}',
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s]|join %}{% endfor %}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s|replace('a', 'aa') %}{% endfor %}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = '%s%s' % [ns.s, ns.s] %}{% endfor %}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = '{0}{0}'.format(ns.s) %}{% endfor %}",
    "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set t %}{{ ns.s }}{{ ns.s }}{% endset %}{% set ns.s = t %}{% endfor %}",
    '{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = ns.l + ns.l %}{% endfor %}',
    '{% set l = [1] %}{% for x in l %}{% do l.append(x) %}{% endfor %}',
    '{% set l = [1] %}{% for x in range(99) %}{% do l.extend(l) %}{% endfor %}',
    "{{ 'a'|center(10**9) }}",
    "{{ 'a'.zfill(10**9) }}",
    '{{ [1]|batch(10**9, 1) }}',
    '{{ [1]|slice(10**9) }}',
    "{{ long|replace('', long) }}",
    "{{ ['', '']|join(long)|replace('a', long) }}",
    '{{ long }}{{ long }}',
    doubling('ns.l'),
    doubling('ns.l|tojson'),
    doubling('ns.l == ns.k'),
    doubling('[ns.l]|unique|length'),
    '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
    '{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}',
    '{% macro m(n) %}{{ [[[[[[[[[[[[m(n)]]]]]]]]]]]] }}{% endmacro %}{{ m(1) }}',
    '{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}',
    '{% macro m() %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m() %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}',
    "{{ long|regex_replace('(a+)+$', '') }}",
    "{{ long|regex_replace('(a|ab|b| )*c', '') }}",
    "{{ long|regex_replace('.*.*.*z', '') }}",
    "{{ long|regex_replace('a.*c|a', 'aa') }}",
    "{{ long|regex_replace('', 'abc') }}",
    loop('long|length'),
    loop('long|upper'),
    loop('long|int'),
    loop('long is lower'),
    loop("'zz' in long"),
    loop("long == long ~ 'a'"),
    loop('long[5]'),
    loop('long[::2]'),
    loop("long.split('q')"),
    loop("long.count('q')"),
    loop('long.isdigit()'),
    loop('wide|tojson|length'),
    loop("'zz' in many"),
    loop('many == many|list'),
    loop('many|length + many|sum(attribute="index")'),
    loop('wide|length'),
    loop('wide.items()'),
    loop('dict(**wide)'),
    loop("[long ~ 'a', long ~ 'b']|sort"),
  ])(
    '%s ends in template_budget',
    (source) => {
      expect(outcomeOf(source)).toBe('template_budget');
    },
    5000,
  );

  it.each([
    nest('(', ')'),
    nest('[', ']'),
    nest('{1: ', '}'),
    nest('f(', ')'),
    nest('a[', ']'),
    nest('not ', ''),
    nest('-', ''),
    nest('1 + ', ''),
    nest('1 if 1 else ', ''),
    nest('', ' if 1'),
    nest('', '|upper'),
    nest('', '.a'),
    nest('', '()'),
    nest('', '[0]'),
    '{% if 1 %}'.repeat(5000),
    '{% for x in y %}'.repeat(5000),
    `{% for ${'('.repeat(5000)}x in y %}{% endfor %}`,
    '{{'.repeat(300_000),
    '{#'.repeat(300_000),
    '{% raw %}'.repeat(100_000),
    `{{ '${'\\'.repeat(500_000)} }}`,
    `{{ ${'1'.repeat(500_000)} }}`,
    'x'.repeat(1024 * 1024 + 1),
  ])(
    'a source nested or grown beyond reason is a fault',
    (source) => {
      expect(['template_syntax', 'template_too_deep']).toContain(outcomeOf(source));
    },
    5000,
  );

  it('takes long but flat sources', () => {
    expect(outcomeOf(`{{ 1${' or 1'.repeat(5000)} }}`)).toBe('[1]');
    expect(outcomeOf(`{{ ''${" ~ ''".repeat(5000)} }}`)).toBe('[]');
    expect(outcomeOf(`{% if 0 %}${'{% elif 0 %}'.repeat(5000)}{% endif %}`)).toBe('[]');
    expect(outcomeOf('{{ name }} '.repeat(5000)).length).toBe(5000 * 4 + 2);
  });

  it('cannot render or compare a value that nests too deeply', () => {
    const deep = (use: string) =>
      `{% set ns = namespace(l=[]) %}{% for i in range(300) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ${use} }}`;
    expect(outcomeOf(deep('ns.l'))).toBe('template_error');
    expect(outcomeOf(deep('ns.l|tojson'))).toBe('template_error');
    expect(outcomeOf(deep('[ns.l]|sort|unique|join'))).toBe('template_error');
    expect(outcomeOf('{% set l = [] %}{% do l.append(l) %}{{ l }}')).toBe('template_error');
  });
});

describe('data of the scope', () => {
  it('is not changed by methods that change a list or map in place', () => {
    const before = JSON.stringify(MANY.slice(0, 3));
    expect(outcomeOf('{% do many.append(1) %}')).toBe('template_error');
    expect(outcomeOf("{% do many[0].update({'index': 9}) %}")).toBe('template_error');
    expect(outcomeOf('{% do many[1:3].append(1) %}{{ many|length }}')).toMatch(
      /^template_error$|^\[100000\]$/,
    );
    expect(
      outcomeOf('{% set l = many|list %}{% do l.pop() %}{{ l|length }} {{ many|length }}'),
    ).toBe('[99999 100000]');
    expect(JSON.stringify(MANY.slice(0, 3))).toBe(before);
    expect(MANY).toHaveLength(100_000);
  });
});
