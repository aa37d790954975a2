/** What must hold of every recipe text: places inside it, a plan or an error, pure JSON, no change of mind. */
import { isDeepStrictEqual } from 'node:util';
import type { Issue } from '../../src/core/errors.ts';
import { fail, ok } from '../../src/core/errors.ts';
import { canonicalJson } from '../../src/core/json.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { CODES } from '../../src/core/recipe/codes.ts';
import { compileRecipe, referencesOf } from '../../src/core/recipe/compile.ts';
import type { Compiled, CompileInput } from '../../src/core/recipe/compile.ts';
import { checkInputs, inputsSchema } from '../../src/core/recipe/inputs.ts';
import { LIMITS } from '../../src/core/recipe/limits.ts';
import { END } from '../../src/core/recipe/plan.ts';
import type { Graph, Plan, PlanNode } from '../../src/core/recipe/plan.ts';
import { parseWhole } from '../../src/core/recipe/source.ts';
import { readQuickly } from '../../src/core/yaml/quick-read.ts';
import { parseExpression } from '../../src/core/template/template.ts';
import { require, timed } from './failure.ts';
import { notPlain } from './plain.ts';

export interface Around {
  readonly strict: boolean;
  readonly hasFunctions: boolean;
  readonly given: readonly JsonObject[];
}

const PATH = 'recipes/main.yaml';
const SUB =
  'name: sub\nuser_inputs: [{id: n, type: int, default: 1}]\nnodes: [{id: s, type: function_task, function_identifier: p.f, input: {n: "{{ n }}"}}]\n';
const tree = (level: number): string =>
  `name: t\nnodes: [{id: a, type: recipe, recipe_path: tree${level + 1}.yaml}, {id: b, type: recipe, recipe_path: tree${level + 1}.yaml}]\n`;
const SOURCES: ReadonlyMap<string, string> = new Map([
  [
    'recipes/lib.yaml',
    'definitions: {lib: {tone: warm, a: {b: 1}}, tone: "@lib.tone", a: [1, 2], x: "{{ p0 }}"}\n',
  ],
  [
    'recipes/prompts.yaml',
    'imports: [lib.yaml]\nprompts: {a: "Say @tone to {{ p0 }}", b: "@prompts.a"}\n',
  ],
  [
    'recipes/nested/deep.yaml',
    'imports: [{path: ../prompts.yaml, namespace: ns}]\ndefinitions: {ns: {a: {tone: cold}}}\n',
  ],
  [
    'recipes/loop.yaml',
    'imports: [lib.yaml, recipes/loop.yaml, nested/deep.yaml]\na: {b: {c: "@a"}}\n',
  ],
  ['recipes/sub.yaml', SUB],
  ['recipes/tree8.yaml', SUB],
  ...Array.from({ length: 7 }, (_, n): [string, string] => [
    `recipes/tree${n + 1}.yaml`,
    tree(n + 1),
  ]),
]);
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['summary.jinja', 'Sum up {{ p0 }}'],
  ['a.jinja', "{% include 'b.jinja' %}{{ a0 }}"],
  ['b.jinja', "{% include 'a.jinja' %}"],
]);

const findFunction: NonNullable<CompileInput['findFunction']> = (reference) =>
  reference.includes('nosuch') || reference.length > 100
    ? fail('function_not_found', 'there is no such function')
    : ok({
        plugin: 'p',
        version: '1.0.0',
        hash: 'ab',
        function: 'f',
        export: 'f',
        contentType: 'json',
        bundled: false,
        pure: true,
        input: { type: 'object', required: ['text'] },
      });

export function checkRecipe(text: string, around: Around): string {
  const input: CompileInput = {
    path: PATH,
    text,
    sources: SOURCES,
    prompts: TEXTS,
    strict: around.strict,
    ...(around.hasFunctions
      ? { findFunction, functionNames: ['p.f', 'text-tools.word_count'] }
      : {}),
  };
  const references = timed('referencesOf', () => referencesOf(text, PATH));
  require(notPlain(references) === undefined, 'references are plain');
  const compiled = timed('compileRecipe', () => compileRecipe(input));
  checkIssues(compiled.diagnostics, text);
  checkQuickReader(text);
  const hasErrors = compiled.diagnostics.some(({ severity }) => severity === 'error');
  require((compiled.plan === undefined) === hasErrors, 'a plan or an error');
  // by the text alone, so that an input is always checked alike
  if (text.length % 4 === 0)
    require(isDeepStrictEqual(compileRecipe(input), compiled), 'compiles twice the same');
  if (compiled.plan === undefined) return codesOf(compiled);
  checkPlan(compiled.plan);
  for (const given of around.given) checkGiven(compiled.plan, given, around.strict);
  return 'plan';
}

const BOUNDS = { tokens: LIMITS.tokens, depth: LIMITS.depth };

/** What the quick reader gives is what the library gives, and the library has nothing to say about it. */
export function checkQuickReader(text: string): boolean {
  const quick = readQuickly(text, BOUNDS);
  if (quick === undefined) return false;
  const whole = parseWhole(text);
  require(whole.faults.length === 0, 'the quick reader takes no text with faults', () =>
    JSON.stringify(whole.faults[0]));
  require(isDeepStrictEqual(
    quick.value,
    whole.value,
  ), 'the quick reader reads as the library', () => JSON.stringify(quick.value)?.slice(0, 500));
  for (const [path, typed] of quick.texts)
    require(whole.textAt(path.split('\0')) === typed, 'the quick reader keeps numbers as typed');
  return true;
}

function codesOf({ diagnostics }: Compiled): string {
  return diagnostics.find(({ severity }) => severity === 'error')?.code ?? '';
}

const MAX_DETAIL = 4000;

function checkIssues(issues: readonly Issue[], text: string): void {
  require(issues.length <= 200, 'at most 200 diagnostics', () => String(issues.length));
  for (const issue of issues) {
    require(Object.hasOwn(CODES, issue.code), 'known code', () => issue.code);
    require(issue.detail.length <= MAX_DETAIL, 'length of a detail', () =>
      `${issue.code}: ${issue.detail.length}`);
    require((issue.suggestion ?? '').length <= MAX_DETAIL, 'length of a suggestion', () =>
      issue.code);
    require(notPlain(issue) === undefined, 'diagnostic is plain', () => notPlain(issue) ?? '');
  }
  checkPlaces(issues, text);
  const order = issues.map(({ line = 0, column = 0, code }) => [line, column, code] as const);
  for (const [index, [line, column, code]] of order.entries()) {
    const [nextLine, nextColumn, nextCode] = order[index + 1] ?? [Infinity, 0, ''];
    const isOrdered =
      line < nextLine ||
      (line === nextLine && (column < nextColumn || (column === nextColumn && code <= nextCode)));
    require(isOrdered, 'diagnostics are ordered', () => `${line}:${column} ${code}`);
  }
}

/** Places count from 1, lie inside the text, and end no earlier than they start. */
export function checkPlaces(issues: readonly Issue[], text: string): void {
  const lengths = text.split('\n').map(({ length }) => length);
  const isInside = (line: number, column: number): boolean =>
    Number.isInteger(line) &&
    Number.isInteger(column) &&
    line >= 1 &&
    column >= 1 &&
    column <= (lengths[line - 1] ?? -1) + 1;
  for (const { line = 0, column = 0, end_line = line, end_column = column, code } of issues) {
    const shown = (): string =>
      `${code} at ${line}:${column}-${end_line}:${end_column} of ${lengths.length} lines`;
    require(isInside(line, column), 'place inside the text', shown);
    require(isInside(end_line, end_column), 'end inside the text', shown);
    require(end_line > line ||
      (end_line === line && end_column >= column), 'end after start', shown);
  }
}

function checkPlan(plan: Plan): void {
  const why = notPlain(plan);
  require(why === undefined, 'the plan is plain JSON', () => why ?? '');
  // SAFETY: found to be plain JSON just now
  const value = plan as unknown as JsonValue;
  const text = timed('canonicalJson', () => canonicalJson(value));
  // SAFETY: what JSON.parse gives is JSON
  const again = JSON.parse(JSON.stringify(plan)) as JsonValue;
  require(canonicalJson(again) === text, 'the plan survives JSON');
  checkGraph(plan.graph);
  require(notPlain(timed('inputsSchema', () => inputsSchema(plan))) ===
    undefined, 'the inputs schema is plain');
}

function checkGraph({ nodes, edges, entries }: Graph): void {
  const ids = new Set(nodes.map(({ id }) => id));
  require(ids.size === nodes.length, 'ids are unique');
  for (const { from, to, condition } of edges) {
    require(ids.has(from) && (to === END || ids.has(to)), 'edges name nodes', () =>
      `${from} to ${to}`);
    requireExpression(condition);
  }
  require(nodes.length > 0 && entries.length > 0, 'a graph has an entry');
  for (const entry of entries) require(ids.has(entry), 'entries are nodes', () => entry);
  nodes.forEach(checkNode);
}

function checkNode(node: PlanNode): void {
  requireExpression(node.when);
  if (node.type === 'map') checkNode(node.task);
}

/** What the compiler let through must be readable at run time, unless a reference stands in it. */
function requireExpression(source: string | undefined): void {
  if (source === undefined || source.startsWith('@')) return;
  require(parseExpression(source).ok, 'conditions can be parsed', () => source.slice(0, 200));
}

function checkGiven(plan: Plan, given: JsonObject, strict: boolean): void {
  const checked = timed('checkInputs', () => checkInputs(plan, given, { strict }));
  const issues = checked.ok ? checked.value.warnings : checked.error;
  require(notPlain(issues) === undefined, 'input issues are plain', () => notPlain(issues) ?? '');
  require(issues.length <= 1000, 'number of input issues', () => String(issues.length));
  for (const { detail, code } of issues)
    require(detail.length <= MAX_DETAIL, 'length of an input detail', () =>
      `${code}: ${detail.length}`);
  if (!checked.ok) {
    require(issues.some(({ severity }) => severity === 'error'), 'refused inputs have an error');
    return;
  }
  const { values } = checked.value;
  require(notPlain(values) === undefined, 'input values are plain', () => notPlain(values) ?? '');
  const again = checkInputs(plan, values, { strict });
  require(again.ok &&
    isDeepStrictEqual(again.value.values, values), 'accepted inputs are accepted again');
}
