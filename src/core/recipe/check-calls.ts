/** What nodes hand to functions and sub-recipes, against what those declare. */
import { isFileOver } from '../chunk/spec.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { staticFaults } from './check-input-schema.ts';
import type { FlowCheck } from './flow-check.ts';
import type { Path } from './path.ts';
import type { PinnedFunction, Plan } from './plan.ts';
import { closest } from './suggest.ts';

export function checkCalls({ heads, report, functions, recipes }: FlowCheck): void {
  for (const { raw, path } of heads) checkCall(raw, path, { report, functions, recipes });
}

type Known = Pick<FlowCheck, 'report' | 'functions' | 'recipes'>;

function checkCall(raw: JsonValue, path: Path, known: Known): void {
  if (!isJsonObject(raw)) return;
  const type = ownProperty(raw, 'type');
  const reference = ownProperty(raw, type === 'recipe' ? 'recipe_path' : 'function_identifier');
  if (type === 'map') checkCall(ownProperty(raw, 'task') ?? null, [...path, 'task'], known);
  if (typeof reference !== 'string') return;
  const fn = known.functions.get(reference.trim());
  if (type === 'function_task' && fn !== undefined)
    checkFunction(fn, ownProperty(raw, 'input'), path, known);
  if (fn !== undefined) checkFold(fn, raw, path, known);
  const plan = known.recipes.get(reference.trim());
  if (type !== 'recipe' || plan === undefined) return;
  checkSubRecipe(plan, ownProperty(raw, 'input_mapping'), path, known);
  checkSubOutputs(plan, ownProperty(raw, 'output_mapping'), path, known);
}

function checkFunction(
  fn: PinnedFunction,
  input: JsonValue | undefined,
  path: Path,
  { report }: Known,
): void {
  const required = isJsonObject(fn.input) ? ownProperty(fn.input, 'required') : undefined;
  checkInput(fn, input, path, report);
  if (!isJsonArray(required) || !isJsonObject(input)) return;
  const missing = required
    .filter((key) => typeof key === 'string')
    .filter((key) => !Object.hasOwn(input, key));
  if (missing.length === 0) return;
  const names = missing.slice(0, 10).map((key) => `"${key}"`);
  const detail = `Function "${fn.plugin}.${fn.function}" needs ${names.join(', ')} in its input`;
  report.add({ code: 'missing_function_input', path: [...path, 'input'], detail });
}

const MAX_FAULTS = 20;

function checkInput(
  fn: PinnedFunction,
  input: JsonValue | undefined,
  path: Path,
  report: FlowCheck['report'],
): void {
  if (fn.input === undefined || input === undefined) return;
  const faults = staticFaults(fn.input, input).filter(
    // What is missing at the top has a finding of its own.
    ({ pointer, keyword }) => pointer !== '' || keyword !== 'required',
  );
  for (const { pointer, detail, keyword } of faults.slice(0, MAX_FAULTS)) {
    const steps = stepsOf(input, pointer);
    const place = steps.length === 0 ? 'its input' : `"${steps.join('.')}"`;
    const isUnknown = keyword === 'false' && steps.length > 0;
    const known = isUnknown && steps.length === 1 ? namesOf(fn.input) : [];
    report.add({
      code: 'function_input_mismatch',
      path: [...path, 'input', ...steps],
      ...(isUnknown && { at: 'key' as const }),
      detail: isUnknown
        ? `Function "${fn.plugin}.${fn.function}" takes no ${place}`
        : `Function "${fn.plugin}.${fn.function}" cannot take ${place}: ${detail}`,
      suggestion: closest(String(steps.at(-1) ?? ''), known),
    });
  }
}

/** A pointer's steps; those into lists are numbers. */
function stepsOf(input: JsonValue, pointer: string): (string | number)[] {
  let at: JsonValue | undefined = input;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = isJsonArray(at) ? Number(key) : key;
      at = isJsonArray(at) ? at[Number(key)] : isJsonObject(at) ? ownProperty(at, key) : undefined;
      return step;
    });
}

function namesOf(schema: JsonValue | undefined): readonly string[] {
  const properties = isJsonObject(schema) ? ownProperty(schema, 'properties') : undefined;
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

function checkFold(fn: PinnedFunction, raw: JsonObject, path: Path, { report }: Known): void {
  const why = foldFault(fn, raw);
  if (why === undefined) return;
  const at = [...path, 'function_identifier'];
  const detail = `Cannot use "${fn.plugin}.${fn.function}" here: ${why}`;
  report.add({ code: 'fold_mismatch', path: at, detail });
}

function foldFault({ fold }: PinnedFunction, raw: JsonObject): string | undefined {
  const isReduce = ownProperty(raw, 'type') === 'reduce';
  const isOfFile = isReduce && isFileOver(ownProperty(raw, 'over') ?? null);
  if (fold !== undefined && !isReduce) return 'it is a fold, for a node of type reduce';
  if (fold === undefined && isOfFile) return 'a reduce over a file needs a fold';
  if (fold === 'chunks' && !isOfFile) return 'it goes over the chunks of a file';
  return fold === 'items' && isOfFile ? 'it does not take chunks of a file' : undefined;
}

const ALIASES = ['inputs', 'nodes', 'run', 'visits', 'current_time'];
const NAME = /^[A-Za-z_][\w-]*(?=$|[.[])/;

/** A name that the sub-recipe does not know would be taken as a text. */
function checkSubOutputs(
  plan: Plan,
  mapping: JsonValue | undefined,
  path: Path,
  { report }: Known,
): void {
  if (!isJsonObject(mapping)) return;
  const { nodes, outputs = [] } = plan.graph;
  const names = new Set([
    ...nodes.map(({ output }) => output),
    ...outputs.map(({ id }) => id),
    ...plan.inputs.map(({ id }) => id),
    ...Object.keys(plan.definitions),
    ...nodes.flatMap((node) =>
      node.type === 'recipe' ? Object.keys(node.outputMapping ?? {}) : [],
    ),
    ...ALIASES,
  ]);
  for (const [key, value] of Object.entries(mapping)) {
    if (typeof value !== 'string') continue;
    const name = NAME.exec(value)?.[0];
    if (name === undefined || names.has(name)) continue;
    report.add({
      code: 'unknown_sub_output',
      path: [...path, 'output_mapping', key],
      detail: `Recipe "${plan.name}" gives no "${name}": it would be the text "${value.slice(0, 100)}"`,
      suggestion: closest(name, names),
    });
  }
}

function checkSubRecipe(
  plan: Plan,
  mapping: JsonValue | undefined,
  path: Path,
  { report }: Known,
): void {
  if (!isJsonObject(mapping)) return;
  const declared = plan.inputs.map(({ id }) => id);
  for (const key of Object.keys(mapping)) {
    if (declared.includes(key)) continue;
    report.add({
      code: 'unknown_sub_input',
      path: [...path, 'input_mapping', key],
      at: 'key',
      detail: `Recipe "${plan.name}" declares no input "${key}"`,
      suggestion: closest(key, declared),
    });
  }
  const isOpen = (id: string): boolean => !Object.hasOwn(mapping, id);
  const missing = plan.inputs.filter(
    (spec) => spec.required && spec.default === undefined && isOpen(spec.id),
  );
  if (missing.length === 0) return;
  const names = missing.slice(0, 10).map(({ id }) => `"${id}"`);
  const detail = `Recipe "${plan.name}" needs ${names.join(', ')}, which the mapping does not give`;
  report.add({ code: 'missing_sub_input', path: [...path, 'input_mapping'], detail });
}
