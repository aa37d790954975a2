/**
 * Compares what jinja-random.py wrote with what we render, and sorts the differences by what their templates use:
 * node test/support/jinja-differ.ts FILE [HOW-MANY-OF-A-KIND [KIND]]. With KEEP=FILE a sample of what agrees is kept as a table.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { codeOf } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { renderTemplate } from '../../src/core/template/render.ts';
import { parseTemplate } from '../../src/core/template/template.ts';

type Outcome = string | { error: string; detail?: string };

interface Case {
  readonly template: string;
  readonly expected: Outcome;
}

interface Difference extends Case {
  readonly ours: Outcome;
  readonly kind: string;
}

const [file = '', shown = '4', wanted = ''] = process.argv.slice(2);
const [head = '{}', ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
const { context, prompts } = JSON.parse(head) as {
  context: JsonObject;
  prompts: Record<string, string>;
};

function render(template: string): Outcome {
  const parsed = parseTemplate(template);
  if (!parsed.ok) return { error: parsed.error.code, detail: parsed.error.message };
  const get = (name: string) => (Object.hasOwn(context, name) ? context[name] : undefined);
  try {
    return renderTemplate(parsed.value, { scope: { get }, prompts });
  } catch (error) {
    return { error: codeOf(error) ?? 'crash', detail: String(error) };
  }
}

function kindOf(expected: Outcome, ours: Outcome): string {
  if (typeof ours === 'object' && ours.error === 'crash') return 'crash';
  if (typeof expected === 'string') return typeof ours === 'string' ? 'other text' : 'only we fail';
  return 'only Jinja fails';
}

/** Filters, methods, tests and tags by name. */
function usesOf(template: string): readonly string[] {
  const uses = [
    ...template.matchAll(
      /\|\s*(\w+)|\.(\w+)\(|\bis (?:not )?(\w+)|\{%[-+]?\s*(\w+)|\s(\/\/|\*\*|[-+*/%~]|[<>=!]=?|in)\s/g,
    ),
  ].map(([, filter, method, test, tag, operator]) =>
    filter !== undefined
      ? `|${filter}`
      : method !== undefined
        ? `.${method}()`
        : test !== undefined
          ? `is ${test}`
          : (tag ?? operator ?? ''),
  );
  return uses.length === 0 ? ['plain'] : [...new Set(uses)];
}

/** What agrees, a few rows for each thing that templates use. */
const kept: Case[] = [];
const inSample = new Map<string, number>();
const [MAX_KEPT, MAX_LENGTH, ENOUGH] = [700, 160, 8];

function keep(row: Case, uses: readonly string[]): void {
  const isNews = uses.some((use) => (inSample.get(use) ?? 0) < ENOUGH);
  if (!isNews || kept.length >= MAX_KEPT || row.template.length > MAX_LENGTH) return;
  if (typeof row.expected !== 'string' || kept.some(({ template }) => template === row.template))
    return;
  kept.push(row);
  for (const use of uses) inSample.set(use, (inSample.get(use) ?? 0) + 1);
}

const counts = new Map<string, number>();
const groups = new Map<string, Difference[]>();
for (const line of lines) {
  const { template, expected } = JSON.parse(line) as Case;
  const uses = usesOf(template);
  for (const use of uses) counts.set(use, (counts.get(use) ?? 0) + 1);
  const ours = render(template);
  if (ours === expected) keep({ template, expected }, uses);
  if (
    ours === expected ||
    (typeof ours === 'object' && typeof expected === 'object' && ours.error !== 'crash')
  )
    continue;
  const difference = { template, expected, ours, kind: kindOf(expected, ours) };
  if (!difference.kind.includes(wanted)) continue;
  for (const use of uses) groups.set(use, [...(groups.get(use) ?? []), difference]);
}

const all = new Set([...groups.values()].flat());
process.stdout.write(`${lines.length} templates, ${all.size} differ\n`);
const explained = new Set<Difference>();
const share = (use: string) => (groups.get(use)?.length ?? 0) / (counts.get(use) ?? 1);
for (const use of [...groups.keys()].toSorted((a, b) => share(b) - share(a))) {
  const open = (groups.get(use) ?? []).filter((difference) => !explained.has(difference));
  for (const difference of open) explained.add(difference);
  if (open.length === 0) continue;
  process.stdout.write(`\n## ${use}: ${open.length} of ${counts.get(use)}\n`);
  for (const kind of new Set(open.map((difference) => difference.kind))) {
    const some = open.filter((difference) => difference.kind === kind);
    const shortest = some.toSorted((a, b) => a.template.length - b.template.length);
    for (const { template, expected, ours } of shortest.slice(0, Number(shown)))
      process.stdout.write(
        `${kind} (${some.length})  ${JSON.stringify(template)}\n    jinja ${JSON.stringify(expected)}\n    ours  ${JSON.stringify(ours)}\n`,
      );
  }
}

const table = process.env['KEEP'];
if (table !== undefined) {
  const about =
    'random templates and what Jinja 3 makes of them, taught the deliberate differences';
  writeFileSync(table, `${JSON.stringify({ about, context, prompts, rows: kept })}\n`);
}
