/** Recipe text to plan: every finding with its place, and the plan when none is an error. */
import { isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { compileDocument } from './compile-document.ts';
import type { Compiled, CompileInput, Located } from './compile-input.ts';
import { pointerOf } from './path.ts';
import { createReport } from './report.ts';
import type { Report } from './report.ts';
import { parseSource } from './source.ts';
import type { Source } from './source.ts';
import { createSubRecipes } from './sub-recipes.ts';
import type { SubRecipes } from './sub-recipes.ts';
import { isFreeKey, typeName } from './shape.ts';
import { closest } from './suggest.ts';
import { envelopeSchema, recipeSchema } from './schema/recipe.ts';

export type { Compiled, CompileInput } from './compile-input.ts';
export { referencesOf } from './references-of.ts';
export type { References } from './references-of.ts';

/** Never throws, whatever the text. */
export function compileRecipe(input: CompileInput): Compiled {
  const subRecipes: SubRecipes = createSubRecipes(input, (path, text, parents) =>
    compileText({ ...input, path, text }, subRecipes, parents),
  );
  return compileText(input, subRecipes, []);
}

function compileText(
  input: CompileInput,
  subRecipes: SubRecipes,
  parents: readonly string[],
): Compiled {
  const source = parseSource(input.text);
  const { value } = source;
  const located = isJsonObject(value) ? locateRecipe(value) : undefined;
  const isStrict =
    input.strict === true ||
    (located !== undefined && ownProperty(located.body, 'strict') === true);
  const report = createReport((path, spot) => source.placeOf(path, spot), { strict: isStrict });
  addSourceFaults(source, report);
  if (report.hasErrors) return { diagnostics: report.list() };
  if (located === undefined || !isJsonObject(value)) {
    reportNoRecipe(value, report);
    return { diagnostics: report.list() };
  }
  checkEnvelope(value, located, report);
  const chain = [...parents, input.path];
  const plan = compileDocument({
    input,
    source,
    document: value,
    located,
    report,
    subRecipes,
    chain,
  });
  return plan === undefined || report.hasErrors
    ? { diagnostics: report.list() }
    : { plan, diagnostics: report.list() };
}

function addSourceFaults(source: Source, report: Report): void {
  for (const { pointer, ...fault } of source.faults) {
    report.addPlaced({ ...fault, pointer: pointerOf(pointer) });
  }
}

/** The recipe in a document: under `recipe`, or the document itself when it has nodes. */
function locateRecipe(document: JsonObject): Located | undefined {
  const recipe = ownProperty(document, 'recipe');
  if (isJsonObject(recipe)) return { body: recipe, path: ['recipe'] };
  if (typeof recipe === 'string' && recipe.startsWith('@'))
    return { body: { '<<': recipe }, path: ['recipe'] };
  if (recipe !== undefined) return undefined;
  return Object.hasOwn(document, 'nodes') || Object.hasOwn(document, 'name')
    ? { body: document, path: [] }
    : undefined;
}

function reportNoRecipe(value: JsonValue | undefined, report: Report): void {
  if (value === undefined) {
    report.add({
      code: 'empty_document',
      path: [],
      detail: 'Cannot read the recipe: the text is empty',
    });
    return;
  }
  const recipe = isJsonObject(value) ? ownProperty(value, 'recipe') : undefined;
  if (recipe !== undefined) {
    report.add({
      code: 'wrong_type',
      path: ['recipe'],
      detail: `Cannot read "recipe": it must be a map, not ${typeName(recipe)}`,
    });
    return;
  }
  const keys = isJsonObject(value) ? Object.keys(value) : [];
  const near = keys
    .map((key) => closest(key, ['recipe', 'nodes']))
    .find((key) => key !== undefined);
  const detail = isJsonObject(value)
    ? 'Cannot read the recipe: the text has neither "recipe" nor "name" and "nodes"'
    : `Cannot read the recipe: the text must be a map, not ${typeName(value)}`;
  report.add({ code: 'not_a_recipe', path: [], detail, suggestion: near });
}

function checkEnvelope(document: JsonObject, { path }: Located, report: Report): void {
  if (path.length === 0) return;
  const known = Object.keys(envelopeSchema.shape);
  for (const key of Object.keys(document)) {
    if (known.includes(key) || isFreeKey(key)) continue;
    const belongs = Object.hasOwn(recipeSchema.shape, key);
    report.add({
      code: 'unknown_key',
      path: [key],
      at: 'key',
      detail: belongs ? `"${key}" belongs in "recipe"` : `Unknown key "${key}" beside "recipe"`,
      suggestion: belongs ? `recipe.${key}` : closest(key, known),
    });
  }
  if (!Object.hasOwn(document, 'edges')) return;
  const detail = '"edges" stands beside "recipe": it belongs in it';
  report.add({
    code: 'misplaced_edges',
    path: ['edges'],
    at: 'key',
    detail,
    suggestion: 'recipe.edges',
  });
}
