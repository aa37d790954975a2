/** Which variables a template reads, by scope and by guard. */
import { describe, expect, it } from 'vitest';
import { parseExpression, parseTemplate } from '../../../src/core/template/template.ts';
import { variablesRead } from '../../../src/core/template/variables.ts';

/** Paths as text; a `?` after what may be absent. */
function readsOf(source: string, parse = parseTemplate): string[] {
  const parsed = parse(source);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return variablesRead(parsed.value).map(
    ({ path, guarded }) => `${path.join('.')}${guarded ? '?' : ''}`,
  );
}

describe('variablesRead()', () => {
  it.each<[string, string[]]>([
    ['plain', []],
    ['{{ a }} {{ a.b[0]["c"] }}', ['a', 'a.b.0.c']],
    ['{{ a[b].c }}', ['b', 'a']],
    ['{{ a[1:n].c }}', ['a', 'n']],
    ['{{ a.b.strip().c }}', ['a.b']],
    ['{{ f(a)(b) }}', ['f', 'a', 'b']],
    ['{{ range(n) }} {{ range }}', ['n', 'range']],
    ['{{ a|join(b, attribute=c) }}', ['a', 'b', 'c']],
    ['{{ [a, {b: c}] }}', ['a', 'b', 'c']],
    ['{{ a < b < c }} {{ a ~ b }} {{ -a }} {{ a ** b }}', ['a', 'b', 'c', 'a', 'b', 'a', 'a', 'b']],
    ['{{ a is divisibleby b }}', ['a', 'b']],
    ['{{ true }}{{ none }}{{ current_time }}', ['current_time']],
    ['{% include a %}', ['a']],
    ['{% filter replace(a, b) %}{{ c }}{% endfilter %}', ['a', 'b', 'c']],
    ['{% do a.b() %}', ['a']],
  ])('finds the paths of %s', (source, reads) => {
    expect(readsOf(source)).toEqual(reads);
  });

  it.each<[string, string[]]>([
    [
      '{% for x in xs %}{{ x.a }}{{ loop.index }}{% else %}{{ x }}{{ loop }}{% endfor %}{{ x }}',
      ['xs', 'x', 'loop', 'x'],
    ],
    ['{% for x in x %}{{ x }}{% endfor %}', ['x']],
    ['{% for k, (v, w) in a %}{{ k }}{{ v }}{{ w }}{% endfor %}', ['a']],
    ['{% for x in xs if x.ok and y and loop %}{{ x }}{% endfor %}', ['xs', 'y?', 'loop?']],
    ['{{ a }}{% set a = 1 %}{{ a }}', ['a']],
    ['{% set a = a + 1 %}{{ a }}', ['a']],
    ['{% for x in xs %}{% set a = 1 %}{% endfor %}{{ a }}', ['xs', 'a']],
    ['{% set a, b = c %}{{ a }}{{ b }}', ['c']],
    ['{% set a %}{{ b }}{% endset %}{{ a }}', ['b']],
    ['{% set ns = namespace(x=y) %}{% set ns.x = z %}{{ ns.x }}', ['y', 'z']],
    ['{% set free.x = 1 %}', ['free']],
    ['{% with a = b, c = a %}{{ a }}{{ c }}{% endwith %}{{ c }}', ['b', 'a', 'c']],
    [
      '{% macro m(a, b=c) %}{{ a }}{{ b }}{{ d }}{{ m() }}{{ varargs }}{% endmacro %}{{ m(e) }}{{ a }}',
      ['c', 'd', 'e', 'a'],
    ],
    ['{% call(a) m(b) %}{{ a }}{{ c }}{% endcall %}', ['m', 'b', 'c']],
    ['{% if c %}{% set a = 1 %}{% else %}{% set a = 2 %}{% endif %}{{ a }}', ['c?']],
    ['{% if c %}{% set a = 1 %}{% endif %}{{ a }}', ['c?', 'a?']],
  ])('knows what %s binds itself', (source, reads) => {
    expect(readsOf(source)).toEqual(reads);
  });

  it.each<[string, string[]]>([
    ['a is defined', ['a?']],
    ['a.b is not defined', ['a.b?']],
    ['a is string', ['a']],
    ["a.b|default('x')", ['a.b?']],
    ['a|d(b)', ['a?', 'b']],
    ["a|upper|default('x')", ['a']],
    ["(a or b)|default('x')", ['a?', 'b?']],
    ['a or b', ['a?', 'b']],
    ['a and a.b', ['a?', 'a.b?']],
    ['not a or a.b == c', ['a?', 'a.b?', 'c']],
    ['a is defined and a == 1', ['a?', 'a?']],
    ['a is undefined or a == 1', ['a?', 'a?']],
    ['a is defined or a == 1', ['a?', 'a']],
    ['a if a else b', ['a?', 'a?', 'b']],
    ['b if not a else a', ['a?', 'b', 'a?']],
    ['a if b else c', ['b?', 'a', 'c']],
    ['a == 1', ['a']],
    ["a != '' and a is defined", ['a', 'a?']],
  ])('knows what may be absent in %s', (source, reads) => {
    expect(readsOf(source, parseExpression)).toEqual(reads);
  });

  it.each<[string, string[]]>([
    [
      '{% if a %}{{ a }}{{ a.b }}{{ c }}{% else %}{{ a }}{% endif %}{{ a }}',
      ['a?', 'a?', 'a.b?', 'c', 'a', 'a'],
    ],
    ['{% if a.b %}{{ a }}{{ a.b.c }}{{ a.x }}{% endif %}', ['a.b?', 'a?', 'a.b.c?', 'a.x']],
    ['{% if not a %}{{ a }}{% else %}{{ a }}{% endif %}', ['a?', 'a', 'a?']],
    ['{% if a is not defined %}x{% elif a > 1 %}y{% else %}{{ a }}{% endif %}', ['a?', 'a?', 'a?']],
    ['{% if a and b %}{{ a }}{{ b }}{% endif %}', ['a?', 'b?', 'a?', 'b?']],
    ['{% for x in a if b is defined %}{{ b }}{% endfor %}', ['a', 'b?', 'b?']],
  ])('carries what a condition proves into %s', (source, reads) => {
    expect(readsOf(source)).toEqual(reads);
  });

  it('gives the place of the root of each path', () => {
    const parsed = parseTemplate('x {{ a.b }} {% if cd[0] %}{% endif %}');
    expect(parsed.ok && variablesRead(parsed.value).map(({ offset }) => offset)).toEqual([5, 18]);
  });
});
