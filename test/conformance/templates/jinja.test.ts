/** Every row of the table: what Jinja 3 renders, or what we render instead and why. */
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../src/core/errors.ts';
import { renderTemplate } from '../../../src/core/template/render.ts';
import { parseTemplate } from '../../../src/core/template/template.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import table from './jinja.json' with { type: 'json' };
import random from './random.json' with { type: 'json' };

/** Text, or what kind of error there is. */
type Outcome = string | { error: string };

interface Row {
  section: string;
  template: string;
  context: JsonObject;
  expected: Outcome;
  difference?: { ours: Outcome; reason: string };
}

const PROMPTS = {
  part: '[{{ name }}]',
  loop: "{% for t in tags %}{{ t }}{% include 'part' %}{% endfor %}",
  sets: '{% set inside = 1 %}{{ inside }}',
};

const rows: readonly Row[] = table.rows;
const sections = [...new Set(rows.map(({ section }) => section))];

function outcomeOf(
  template: string,
  context: JsonObject,
  prompts: Readonly<Record<string, string>> = PROMPTS,
): Outcome {
  const parsed = parseTemplate(template);
  if (!parsed.ok) return { error: parsed.error.code };
  const get = (name: string) => (Object.hasOwn(context, name) ? context[name] : undefined);
  try {
    return renderTemplate(parsed.value, { scope: { get }, prompts });
  } catch (error) {
    return { error: codeOf(error) ?? String(error) };
  }
}

describe.each(sections)('Jinja 3: %s', (section) => {
  it.each(rows.filter((row) => row.section === section))('$template', (row) => {
    expect(outcomeOf(row.template, row.context)).toEqual(row.difference?.ours ?? row.expected);
  });
});

describe('random templates', () => {
  it.each(random.rows)('$template', ({ template, expected }) => {
    expect(outcomeOf(template, random.context, random.prompts)).toBe(expected);
  });
});

describe('the table', () => {
  it('gives a reason for each difference, and a difference for each error', () => {
    for (const { template, expected, difference } of rows) {
      if (difference !== undefined) expect(difference.reason, template).not.toBe('');
      else expect(typeof expected, template).toBe('string');
      if (difference !== undefined) expect(difference.ours, template).not.toEqual(expected);
    }
  });
});
