/** What is found in a template before it is rendered, and where. */
import { describe, expect, it } from 'vitest';
import {
  hasTemplateSyntax,
  parseExpression,
  parseTemplate,
  type TemplateFault,
} from '../../../src/core/template/template.ts';

type Fault = Pick<TemplateFault, 'code' | 'offset' | 'suggestion'>;

function faultOf(parsed: ReturnType<typeof parseTemplate>): Fault | undefined {
  if (parsed.ok) return undefined;
  const { code, offset, suggestion } = parsed.error;
  return suggestion === undefined ? { code, offset } : { code, offset, suggestion };
}

const at = (code: TemplateFault['code'], offset: number, suggestion?: string): Fault =>
  suggestion === undefined ? { code, offset } : { code, offset, suggestion };

describe('parseTemplate()', () => {
  it.each<[string, Fault]>([
    ['a {{ b', at('template_syntax', 2 + 2, '}}')],
    ['{{ }}', at('template_syntax', 3)],
    ['{{ a b }}', at('template_syntax', 5)],
    ['{{ (a }}', at('template_syntax', 6)],
    ['{{ a) }}', at('template_syntax', 4)],
    ["{{ 'a }}", at('template_syntax', 3, "'")],
    ['{{ a && b }}', at('template_syntax', 5, 'and')],
    ['{{ a || b }}', at('template_syntax', 5, 'or')],
    ['{{ !a }}', at('template_syntax', 3, 'not')],
    ['{{ a is odd is even }}', at('template_syntax', 12, 'x is a and x is b')],
    ["{{ '\\xzz' }}", at('template_syntax', 3)],
    ['{# a', at('template_syntax', 0, '#}')],
    ['{% raw %}{{', at('template_syntax', 0, '{% endraw %}')],
    ['x{% if a %}b', at('template_syntax', 11, '{% endif %}')],
    ['{% if a %}{% endfor %}', at('template_syntax', 10, 'endif')],
    ['{% for a on b %}{% endfor %}', at('template_syntax', 9)],
    ['{% for true in b %}{% endfor %}', at('template_syntax', 7)],
    ['{% macro m(a, a) %}{% endmacro %}', at('template_syntax', 14)],
    ['{% macro m(a=1, b) %}{% endmacro %}', at('template_syntax', 16)],
    ['{% break %}', at('template_syntax', 0)],
    ['{% iff a %}', at('unknown_tag', 0, 'if')],
    ['{% import "a" as b %}', at('unknown_tag', 0)],
    ['{% endif %}', at('unknown_tag', 0)],
    ['{{ a|uper }}', at('unknown_filter', 5, 'upper')],
    ['{{ a|constructor }}', at('unknown_filter', 5)],
    ["{{ a|map('uper') }}", at('unknown_filter', 9, 'upper')],
    ["{{ a|selectattr('b', 'defind') }}", at('unknown_test', 21, 'defined')],
    ['{% filter nope %}{% endfilter %}', at('unknown_filter', 10)],
    ['{{ a is strng }}', at('unknown_test', 8, 'string')],
    ['{{ a|join(seperator=1) }}', at('bad_arguments', 5, 'd, attribute')],
    ['{{ a|sort(revers=true) }}', at('bad_arguments', 5, 'reverse')],
    ['{{ a|upper(1) }}', at('bad_arguments', 5)],
    ['{{ a|replace("b") }}', at('bad_arguments', 5)],
    ['{{ f(a=1, 2) }}', at('template_syntax', 10)],
    ['{{ f(a=1, a=2) }}', at('template_syntax', 10)],
  ])('finds the fault of %s', (source, fault) => {
    const found = faultOf(parseTemplate(source));
    expect(found).toMatchObject(fault.suggestion === undefined ? { code: fault.code } : fault);
    expect(found?.offset).toBe(fault.offset);
  });

  it.each<[string, boolean]>([
    ['{{ a }}', true],
    ['{{- a -}}', true],
    ['{{ a }}\n', true],
    ['{{ "}}" }}', true],
    ['{{ a }} ', false],
    [' {{ a }}', false],
    ['{{ a }}{{ b }}', false],
    ['{# c #}{{ a }}', false],
    ['{{ a }}{# c #}', false],
    ['{% if a %}{% endif %}', false],
    ['a', false],
    ['', false],
  ])('knows whether %s is one expression', (source, isNative) => {
    const parsed = parseTemplate(source);
    expect(parsed.ok && parsed.value.isNative).toBe(isNative);
  });

  it('gives the same tree for the same text, however much was parsed between', () => {
    const first = parseTemplate('{{ same }}');
    expect(parseTemplate('{{ same }}')).toBe(first);
    for (let index = 0; index < 1100; index += 1) parseTemplate(`{{ other${index} }}`);
    const later = parseTemplate('{{ same }}');
    expect(later).not.toBe(first);
    expect(later).toEqual(first);
  });

  it('keeps an expression and a template of the same text apart', () => {
    expect(parseTemplate('1 + 1').ok && parseTemplate('1 + 1')).toMatchObject({
      value: { isNative: false },
    });
    expect(parseExpression('1 + 1')).toMatchObject({ value: { isNative: true } });
  });
});

describe('parseExpression()', () => {
  it.each([
    'a',
    ' a == 1 ',
    '{{ a }}',
    ' {{ a }}\n',
    '{{- a and b -}}',
    "{'a': {'b': 1}}",
    '{{ {"a": {}} }}',
  ])('takes %j', (source) => {
    expect(parseExpression(source)).toMatchObject({ ok: true, value: { isNative: true, source } });
  });

  it.each<[string, number]>([
    ['', 0],
    ['a b', 2],
    ['{{ a }} b', 7],
    ['{{ a }}{{ b }}', 7],
    ['a }}', 2],
    ['(a', 2],
    ['a {# c #}', 3],
  ])('finds the fault of %j', (source, offset) => {
    expect(faultOf(parseExpression(source))).toMatchObject({ code: 'template_syntax', offset });
  });
});

describe('hasTemplateSyntax()', () => {
  it('sees each of the three openings', () => {
    expect(['a {{', '{%', '{#', '{ {', 'a}}', ''].map(hasTemplateSyntax)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
