/** What rendering gives, beyond the table of conformance. */
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/core/errors.ts';
import {
  createBudget,
  evaluateTemplate,
  renderTemplate,
  type RenderOptions,
} from '../../../src/core/template/render.ts';
import { parseExpression, parseTemplate } from '../../../src/core/template/template.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';

type Extra = Omit<RenderOptions, 'scope'>;

function optionsOf(context: JsonObject, extra: Extra): RenderOptions {
  const get = (name: string) => (Object.hasOwn(context, name) ? context[name] : undefined);
  return { scope: { get }, ...extra };
}

function render(source: string, context: JsonObject = {}, extra: Extra = {}): string {
  const parsed = parseTemplate(source);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return renderTemplate(parsed.value, optionsOf(context, extra));
}

function evaluate(
  source: string,
  context: JsonObject = {},
  extra: Extra = {},
): JsonValue | undefined {
  const parsed = parseExpression(source);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return evaluateTemplate(parsed.value, optionsOf(context, extra));
}

function codeIn(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return codeOf(error);
  }
  return undefined;
}

describe('evaluateTemplate()', () => {
  it('gives the value of the scope itself, not a copy', () => {
    const items = [{ a: 1 }];
    expect(evaluate('items', { items })).toBe(items);
    expect(evaluate('{{ items[0] }}', { items })).toBe(items[0]);
  });

  it('gives text for anything but one expression', () => {
    const parsed = parseTemplate('{{ n }} ');
    expect(parsed.ok && parsed.value.isNative).toBe(false);
    expect(parsed.ok && evaluateTemplate(parsed.value, optionsOf({ n: 1 }, {}))).toBe('1 ');
  });

  it('turns undefined items of a list it made into null', () => {
    expect(evaluate('[missing, 1, {"a": missing}]')).toEqual([null, 1, { a: null }]);
  });

  it('gives undefined for what is not there', () => {
    expect(evaluate('missing.deep[0].path')).toBeUndefined();
  });

  it('gives no function away', () => {
    expect(codeIn(() => evaluate('range'))).toBe('template_error');
    expect(codeIn(() => evaluate('[range]'))).toBe('template_error');
  });
});

describe('undefined variables', () => {
  it('are told by their path, where they are used', () => {
    const seen: string[] = [];
    const onUndefined = (path: string) => void seen.push(path);
    render(
      '{{ a.b }}{% for x in c %}{% endfor %}{{ d|upper }}{% if e %}{% endif %}{{ f|default(1) }}',
      {},
      { onUndefined },
    );
    expect(seen).toEqual(['a.b', 'c', 'd']);
  });

  it('stop a strict template', () => {
    expect(codeIn(() => render('{{ a.b }}', {}, { strict: true }))).toBe('undefined_variable');
    expect(render('{{ a.b|default("x") }}{{ "y" if a else "z" }}', {}, { strict: true })).toBe(
      'xz',
    );
  });

  it('cannot be computed with', () => {
    expect(codeIn(() => render('{{ a + 1 }}'))).toBe('undefined_variable');
    expect(codeIn(() => render('{{ a > 1 }}'))).toBe('undefined_variable');
    expect(codeIn(() => render('{{ a() }}'))).toBe('undefined_variable');
  });
});

describe('a budget', () => {
  it('counts down over several templates', () => {
    const budget = createBudget();
    render('{% for i in range(10) %}{{ i }}{% endfor %}', {}, { budget });
    const { steps, outputChars } = budget;
    expect(steps).toBeLessThan(200_000);
    expect(outputChars).toBe(1024 * 1024 - 10);
    expect(
      codeIn(() => render('{{ 1 }}', {}, { budget: { steps: 3, outputChars: 9 } })),
    ).toBeUndefined();
    expect(codeIn(() => render('{{ 1 }}', {}, { budget: { steps: 2, outputChars: 9 } }))).toBe(
      'template_budget',
    );
    expect(codeIn(() => render('1234567890', {}, { budget: { steps: 9, outputChars: 9 } }))).toBe(
      'template_budget',
    );
  });
});

describe('include', () => {
  const prompts = { 'a.jinja': '[{{ x }}{% set x = 2 %}]', 'b.jinja': "{% include 'b.jinja' %}" };

  it('renders a prompt with the names around it', () => {
    expect(render("{% set x = 1 %}{% include 'a.jinja' %}{{ x }}", {}, { prompts })).toBe('[1]1');
    expect(render("{% include 'a.jinja' without context %}", { x: 1 }, { prompts })).toBe('[]');
  });

  it('fails for a prompt that does not exist, unless told otherwise', () => {
    expect(codeIn(() => render("{% include 'c' %}", {}, { prompts }))).toBe('template_error');
    expect(render("{% include 'c' ignore missing %}", {}, { prompts })).toBe('');
    expect(render("{% include ['c', 'a.jinja'] %}", { x: 3 }, { prompts })).toBe('[3]');
    expect(codeIn(() => render("{% include 'constructor' %}", {}, { prompts }))).toBe(
      'template_error',
    );
  });

  it('ends when a prompt includes itself', () => {
    expect(codeIn(() => render("{% include 'b.jinja' %}", {}, { prompts }))).toBe(
      'template_budget',
    );
  });
});

describe('time and chance', () => {
  it('are arguments', () => {
    const now = Date.UTC(2026, 1, 3, 4, 5, 6);
    expect(render("{{ current_time }} {{ current_time|strftime('%d.%m.%Y') }}", {}, { now })).toBe(
      '2026-02-03T04:05:06.000Z 03.02.2026',
    );
    expect(evaluate('[1, 2, 3]|random', {}, { random: () => 0.5 })).toBe(2);
    expect(evaluate('[1, 2, 3]|random')).toBe(1);
  });
});
