/** Runs the conformance tables of the recipe language: every rule has a row, every row holds. */
import { describe, expect, it } from 'vitest';
import { CODES } from '../../src/core/recipe/codes.ts';
import { compileRecipe } from '../../src/core/recipe/compile.ts';
import { checkInputs } from '../../src/core/recipe/inputs.ts';
import { DOCUMENTS } from './documents.ts';
import { EDGES } from './edges.ts';
import { HITL } from './hitl.ts';
import { INPUTS } from './inputs.ts';
import { MAPS } from './maps.ts';
import { NODES } from './nodes.ts';
import { OUTPUTS } from './outputs.ts';
import { PROBES } from './probes.ts';
import { REFERENCES } from './references.ts';
import { takeMarks } from './row.ts';
import type { Row } from './row.ts';
import { VALUES } from './values.ts';

const SECTIONS = {
  '1 documents': DOCUMENTS,
  '2 imports, definitions, references': REFERENCES,
  '3 inputs': INPUTS,
  '4 nodes': NODES,
  '5 values, templates, conditions': VALUES,
  '6 map': MAPS,
  '7 edges, joins, cycles, sub-recipes': EDGES,
  '8 hitl': HITL,
  '9 outputs and diagnostics': OUTPUTS,
  'all, against the grain': PROBES,
};

function check({
  text: marked,
  path = 'recipes/main.yaml',
  sources = {},
  prompts = {},
  strict = false,
  expect: expected,
}: Row): void {
  const { text, marks } = takeMarks(marked);
  const { plan, diagnostics } = compileRecipe({
    path,
    text,
    strict,
    sources: new Map(Object.entries(sources)),
    prompts: new Map(Object.entries(prompts)),
  });
  const found = diagnostics.map((issue) => ({
    code: issue.code,
    severity: issue.severity,
    place: `${issue.line}:${issue.column}-${issue.end_line}:${issue.end_column}`,
  }));
  expect(found).toEqual(expectedFindings(expected.diagnostics ?? [], marks, strict));
  if (expected.suggestions !== undefined) {
    expect(diagnostics.map(({ suggestion }) => suggestion)).toEqual(expected.suggestions);
  }
  const hasErrors = diagnostics.some(({ severity }) => severity === 'error');
  expect(plan === undefined).toBe(hasErrors);
  if (expected.plan !== undefined) expect(plan).toMatchObject(expected.plan);
  if (expected.node !== undefined) expect(plan?.graph.nodes[0]).toMatchObject(expected.node);
  if (plan === undefined || expected.given === undefined) return;
  const checked = checkInputs(plan, expected.given, { strict });
  const faults = checked.ok ? checked.value.warnings : checked.error;
  expect(faults.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(expected.faults ?? []);
  if (expected.values !== undefined)
    expect(checked).toMatchObject({ ok: true, value: { values: expected.values } });
}

function expectedFindings(
  expected: NonNullable<Row['expect']['diagnostics']>,
  marks: ReturnType<typeof takeMarks>['marks'],
  strict: boolean,
) {
  let next = 0;
  return expected.map((entry) => {
    const [code = '', given] = (typeof entry === 'string' ? entry : entry.code).split('/');
    const row: { severity: string; strict?: string } = CODES[code as keyof typeof CODES];
    const severity = given ?? (strict ? row.strict : undefined) ?? row.severity;
    const mark = typeof entry === 'string' ? marks[next++] : undefined;
    const place =
      mark === undefined
        ? expect.stringContaining(typeof entry === 'string' ? '' : `${entry.line}:${entry.column}-`)
        : `${mark.line}:${mark.column}-${mark.end_line}:${mark.end_column}`;
    return { code, severity, place };
  });
}

describe.each(Object.entries(SECTIONS))('section %s', (_, rows) => {
  it.each(rows.map((row) => [`${row.rule} ${row.name}`, row] as const))('%s', (_name, row) => {
    check(row);
  });

  it('names no row twice', () => {
    const names = rows.map(({ rule, name }) => `${rule} ${name}`);
    expect(names).toEqual([...new Set(names)]);
  });
});

describe('the tables', () => {
  it('have a row for every numbered rule', () => {
    const rules = [
      '1.1',
      '1.2',
      '1.3',
      '1.4',
      '1.5',
      ...Array.from({ length: 11 }, (_, index) => `2.${index + 1}`),
    ];
    const covered = new Set(
      Object.values(SECTIONS)
        .flat()
        .map(({ rule }) => rule),
    );
    expect(rules.filter((rule) => !covered.has(rule))).toEqual([]);
  });

  it('show every code that a compiled text can have', () => {
    const shown = new Set(
      Object.values(SECTIONS)
        .flat()
        .flatMap(({ expect: { diagnostics = [], faults = [] } }) => [
          ...diagnostics.map(
            (entry) => (typeof entry === 'string' ? entry : entry.code).split('/')[0],
          ),
          ...faults.map((fault) => fault.split(' ')[0]),
        ]),
    );
    const elsewhere = new Set([
      'unknown_function',
      'ambiguous_function',
      'missing_function_input',
      'function_input_mismatch',
      'unknown_output_field',
      'fold_mismatch',
      'unsupported_type',
    ]);
    expect(Object.keys(CODES).filter((code) => !shown.has(code) && !elsewhere.has(code))).toEqual(
      [],
    );
  });
});
