/** The reference says what the code says. */
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { CALL_LIMITS } from '../../src/adapters/extism/limits.ts';
import { ERRORS } from '../../src/core/errors.ts';
import { CALL_FUEL, START_FUEL } from '../../src/core/plugin/fuel.ts';
import { MAX_SOURCE_BYTES } from '../../src/core/plugin/javascript/limits.ts';
import { LIMITS as MODULE } from '../../src/core/plugin/limits.ts';
import { CODES } from '../../src/core/recipe/codes.ts';
import { LIMITS } from '../../src/core/recipe/limits.ts';
import type { NodeType } from '../../src/core/recipe/plan.ts';
import { defaultsSchema, retrySchema } from '../../src/core/recipe/schema/common.ts';
import { inputSchema } from '../../src/core/recipe/schema/inputs.ts';
import { NODE_SCHEMAS } from '../../src/core/recipe/schema/nodes.ts';
import { outputSchema } from '../../src/core/recipe/schema/outputs.ts';
import { envelopeSchema, limitsSchema, recipeSchema } from '../../src/core/recipe/schema/recipe.ts';
import { MAX_ITEMS } from '../../src/core/run/open.ts';
import { MAX_ASKED_BYTES, MAX_RUN_VALUE_BYTES, MAX_VALUE_BYTES } from '../../src/core/run/room.ts';
import { FILTERS } from '../../src/core/template/filters.ts';
import { GLOBAL_NAMES } from '../../src/core/template/globals.ts';
import { createBudget } from '../../src/core/template/render.ts';
import { TESTS } from '../../src/core/template/tests.ts';
import { isRunnable } from '../../src/runtime/tasks/index.ts';
import { readPage, readPages } from './pages.ts';

const language = readPage('docs/reference/recipe-language.md').text;
const NODE_TYPES = Object.keys(NODE_SCHEMAS) as NodeType[];

const namesIn = (text: string): string[] =>
  [...text.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);

const between = (text: string, start: string, end: string): string =>
  text.slice(text.indexOf(start), text.indexOf(end, text.indexOf(start)));

describe('the language reference', () => {
  it('lists the diagnostics of the compiler, with severity and meaning', () => {
    const rows = [...language.matchAll(/^\| `(\w+)` \| (\w+)( \*\(strict\)\*)? \| (.+) \|$/gm)];
    const listed = rows.map(([, code, severity, strict, meaning]) => ({
      code,
      severity,
      isStrict: strict !== undefined,
      meaning,
    }));
    const known = Object.entries(CODES).map(([code, row]) => ({
      code,
      severity: row.severity,
      isStrict: 'strict' in row,
      meaning: row.meaning,
    }));
    expect(listed).toEqual(known);
  });

  it.each([
    ['filters', 'tests', Object.keys(FILTERS)],
    ['tests', 'functions', Object.keys(TESTS).filter((name) => /^[a-z]/.test(name))],
    ['functions', 'end', [...GLOBAL_NAMES]],
  ])('lists the %s of templates', (start, end, names) => {
    const listed = namesIn(between(language, `<!-- ${start} -->`, `<!-- ${end} -->`));
    expect(listed).toEqual(names.toSorted());
  });

  it.each<[string, z.ZodObject]>([
    ...Object.entries(NODE_SCHEMAS),
    ['a recipe', recipeSchema],
    ['defaults', defaultsSchema],
    ['limits', limitsSchema],
    ['an input', inputSchema],
    ['a final output', outputSchema],
    ['retry', retrySchema],
  ])('names every key of %s', (_what, schema) => {
    const missing = Object.keys(schema.shape).filter(
      (key) => !new RegExp(`\\b${key}\\b`).test(language),
    );
    expect(missing).toEqual([]);
  });

  it('names every key around a recipe', () => {
    const keys = Object.keys(envelopeSchema.shape);
    expect(keys.filter((key) => !language.includes(key))).toEqual([]);
  });
});

describe('the README', () => {
  it('says that every node type runs', () => {
    expect(readPage('README.md').text).toContain('Every node type runs.');
    expect(NODE_TYPES.filter((type) => !isRunnable(type))).toEqual([]);
  });
});

const grouped = (count: number | bigint): string =>
  count.toString().replaceAll(/\B(?=(?:\d{3})+$)/g, count >= 1_000 ? ' ' : '');
const size = (bytes: number): string =>
  bytes % 1_048_576 === 0 ? `${bytes / 1_048_576} MiB` : `${bytes / 1_024} KiB`;

describe('the limits', () => {
  const { text } = readPage('docs/reference/limits.md');

  it.each([
    ['nodes', grouped(LIMITS.nodes)],
    ['edges', grouped(LIMITS.edges)],
    ['inputs', grouped(LIMITS.inputs)],
    ['imported files', grouped(LIMITS.imports)],
    ['nesting of values', grouped(LIMITS.depth)],
    ['values added by YAML aliases', grouped(LIMITS.aliasValues)],
    ['values once references are replaced', grouped(LIMITS.expandedValues)],
    ['nesting of sub-recipes', grouped(LIMITS.recipeDepth)],
    ['sub-recipes in all', grouped(LIMITS.recipes)],
    ['diagnostics reported', grouped(LIMITS.diagnostics)],
    ['steps of the templates of a node, all fields together', grouped(createBudget().steps)],
    ['characters of output, likewise', grouped(createBudget().outputChars)],
    ['items of a map', grouped(MAX_ITEMS)],
    ['size', size(MODULE.moduleSize)],
    ['functions', grouped(MODULE.functions)],
    ["one function's body", size(MODULE.bodySize)],
    ['blocks of one function', grouped(MODULE.blocks)],
    ['blocks of a module', grouped(MODULE.moduleBlocks)],
    ['loops of one function', grouped(MODULE.loops)],
    ['loops of a module', grouped(MODULE.moduleLoops)],
    [
      'blocks and branch targets, each times the locals of its function',
      grouped(MODULE.moduleMerges),
    ],
    ['locals of one function', grouped(MODULE.locals)],
    ['nesting in a function', grouped(MODULE.nesting)],
    ['imports', grouped(MODULE.imports)],
    ['exports', grouped(MODULE.exports)],
    ['tables', grouped(MODULE.tables)],
    ['elements of a table', grouped(MODULE.tableSize)],
    ['memory', `${grouped(MODULE.memoryPages)} pages of 64 KiB`],
    ['a text in JavaScript', size(MAX_SOURCE_BYTES)],
    ['fuel', `${grouped(CALL_FUEL)} units`],
    ['fuel of the start function', `${grouped(START_FUEL)} units`],
    ['input', size(CALL_LIMITS.input)],
    ['output', size(CALL_LIMITS.output)],
    ['memory in host blocks', size(CALL_LIMITS.hostMemory)],
    ['host blocks alive', grouped(CALL_LIMITS.blocks)],
    ['log lines', grouped(CALL_LIMITS.logLines)],
    ['log text', `${size(CALL_LIMITS.logText)} characters`],
    ['error text', size(CALL_LIMITS.errorBytes)],
    ['variables', grouped(CALL_LIMITS.variables)],
    ['variables, names included', size(CALL_LIMITS.variableBytes)],
    ['a name of a variable or a setting', grouped(CALL_LIMITS.keyBytes)],
  ])('say what the code says of %s', (what, figure) => {
    expect(text).toContain(`| ${what} | ${figure} |`);
  });

  it('say what the code says of a value', () => {
    expect(text).toMatch(new RegExp(`^\\| one value: .* \\| ${size(MAX_VALUE_BYTES)} \\|`, 'm'));
    expect(text).toMatch(
      new RegExp(`^\\| all values .* \\| ${size(MAX_RUN_VALUE_BYTES)} \\|`, 'm'),
    );
    expect(text).toMatch(new RegExp(`^\\| what people .* \\| ${size(MAX_ASKED_BYTES)} \\|`, 'm'));
  });

  it('name codes that exist', () => {
    const codes = new Set([...Object.keys(ERRORS), ...Object.keys(CODES), ...NODE_TYPES]);
    const named = [...text.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, code = '']) => code);
    expect(named.filter((code) => !codes.has(code) && !code.startsWith('max_'))).toEqual([]);
  });
});

describe('the error table', () => {
  it('is a page that the documents lead to', () => {
    const errors = readPage('docs/reference/errors.md').text;
    const missing = Object.keys(ERRORS).filter((code) => !errors.includes(`<a id="${code}"></a>`));
    expect(missing).toEqual([]);
    expect(readPages().some(({ text }) => text.includes('errors.md'))).toBe(true);
  });
});
