/** A parsed document to a plan: definitions, then shape, then nodes, edges, outputs, then what they read. */
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { buildGraph } from './build-graph.ts';
import type { BuiltGraph } from './build-graph.ts';
import { checkFlow } from './check-flow.ts';
import { compact } from './compact.ts';
import type { CompileInput, Located } from './compile-input.ts';
import type { NodeHead } from './context.ts';
import { createFunctions } from './functions.ts';
import type { Functions } from './functions.ts';
import { loadDefinitions } from './imports.ts';
import type { Definitions } from './imports.ts';
import { readInputSpecs } from './input-specs.ts';
import { LIMITS } from './limits.ts';
import { readNodes } from './node-list.ts';
import { checkModel } from './nodes/model.ts';
import { readNode } from './nodes/node.ts';
import { checkRetryCodes } from './nodes/retry-codes.ts';
import { outputSpec, readOutputs } from './outputs.ts';
import type { WrittenOutput } from './outputs.ts';
import type { Path } from './path.ts';
import { PLAN_FORMAT } from './plan.ts';
import type { InputSpec, Plan, PlanNode } from './plan.ts';
import { flowControl, limitsOf } from './policies.ts';
import { createPrompts } from './prompts.ts';
import type { Prompts } from './prompts.ts';
import { createResolver } from './references.ts';
import type { Resolver } from './references.ts';
import type { Report } from './report.ts';
import { recipeSchema } from './schema/recipe.ts';
import { readShape } from './shape.ts';
import type { Source } from './source.ts';
import { planSize } from './sub-recipes.ts';
import type { SubRecipes } from './sub-recipes.ts';
import type { z } from 'zod';

export interface DocumentInput {
  readonly input: CompileInput;
  readonly source: Source;
  readonly document: JsonObject;
  readonly located: Located;
  readonly report: Report;
  readonly subRecipes: SubRecipes;
  /** Paths of the recipes around this one, its own last. */
  readonly chain: readonly string[];
}

/** Keys of a flat document that are not the recipe's. */
const ENVELOPE = new Set(['imports', 'definitions', 'models', '$schema']);

export type RecipeKeys = z.infer<typeof recipeSchema>;

interface Parts {
  readonly functions: Functions;
  readonly prompts: Prompts;
  readonly recipes: Map<string, Plan>;
}

export function compileDocument(given: DocumentInput): Plan | undefined {
  const { input, document, located, report } = given;
  const definitions = loadDefinitions({
    document,
    path: input.path,
    sources: input.sources,
    report,
  });
  const resolver = createResolver(definitions, report);
  const tree = expandDefinitions(definitions, resolver);
  const body = expandBody(given, resolver);
  if (resolver.isExhausted) return undefined;
  const keys = readShape(recipeSchema, {
    value: body,
    path: located.path,
    report,
    what: 'the recipe',
  });
  const at = (key: string): Path => [...located.path, key];
  const inputs = readInputSpecs(ownProperty(body, 'user_inputs'), at('user_inputs'), report);
  const parts = createParts(given);
  const heads = Object.hasOwn(body, 'nodes')
    ? readNodeList(body, { ...given, parts, keys, at })
    : [];
  const edgesPath = Object.hasOwn(located.body, 'edges') ? at('edges') : ['edges'];
  const graph = buildGraph(heads, ownProperty(body, 'edges'), edgesPath, report);
  const outputs = readOutputs(ownProperty(body, 'final_outputs'), at('final_outputs'), report);
  checkModel(keys?.model_config, at('model_config'), { report });
  checkFlow({
    heads,
    graph,
    edgesPath,
    outputs,
    inputs,
    definitions: tree,
    body,
    path: located.path,
    report,
    recipes: parts.recipes,
    functions: parts.functions.pinned,
  });
  if (report.hasErrors || keys === undefined) return undefined;
  return assemble({
    keys,
    given,
    inputs,
    heads,
    graph,
    outputs,
    definitions: withStems(tree, definitions, resolver),
    parts,
  });
}

/** Every root definition, then namespaces whose names are free. */
function expandDefinitions(
  { root, namespaces, origins }: Definitions,
  resolver: Resolver,
): JsonObject {
  const entries = new Map<string, JsonValue>();
  for (const [key, value] of Object.entries(root)) {
    const origin = origins.get(key) ?? [];
    entries.set(key, resolver.expand(value, origin));
  }
  for (const [name, tree] of namespaces) {
    if (!entries.has(name)) entries.set(name, resolver.expand(tree, origins.get(name) ?? []));
  }
  return Object.fromEntries(entries);
}

/** A reference with a template may start with a file stem: then a run needs that file's definitions. */
function withStems(
  tree: JsonObject,
  { stems, origins }: Definitions,
  resolver: Resolver,
): JsonObject {
  const extra = [...resolver.dynamicRoots].flatMap((name) => {
    const first = stems.get(name)?.[0];
    return first === undefined || Object.hasOwn(tree, name)
      ? []
      : [[name, resolver.expand(first, origins.get(name) ?? [])] as const];
  });
  return extra.length === 0 ? tree : { ...tree, ...Object.fromEntries(extra) };
}

function expandBody({ document, located }: DocumentInput, resolver: Resolver): JsonObject {
  const isFlat = located.path.length === 0;
  const own = Object.entries(located.body).filter(([key]) => !isFlat || !ENVELOPE.has(key));
  const expanded = resolver.expand(Object.fromEntries(own), located.path);
  const body = isJsonObject(expanded) ? expanded : {};
  const beside = isFlat ? undefined : ownProperty(document, 'edges');
  if (beside === undefined || Object.hasOwn(body, 'edges')) return body;
  return { ...body, edges: resolver.expand(beside, ['edges']) };
}

function createParts({ input, report }: DocumentInput): Parts {
  return {
    functions: createFunctions(input, report),
    prompts: createPrompts(input.prompts, report),
    recipes: new Map(),
  };
}

interface ListInput extends DocumentInput {
  readonly parts: Parts;
  readonly keys: RecipeKeys | undefined;
  readonly at: (key: string) => Path;
}

function readNodeList(body: JsonObject, list: ListInput): readonly NodeHead[] {
  const { input, report, subRecipes, chain, parts, keys, at } = list;
  const { functions, prompts, recipes } = parts;
  checkRetryCodes(keys?.defaults ?? {}, at('defaults'), report);
  const heads = readNodes(ownProperty(body, 'nodes'), at('nodes'), {
    report,
    defaults: keys?.defaults ?? {},
    isTask: false,
    isRunnable: input.isRunnable ?? (() => true),
    readTask: readNode,
    useFunction: (reference, path) => functions.use(reference, path),
    usePrompt: (name, path) => prompts.use(name, path),
    useRecipe: (reference, path) => {
      if (reference.includes('{{') || reference.startsWith('@') || recipes.has(reference)) return;
      const plan = subRecipes.include(reference, chain, { path, report });
      if (plan === undefined) return;
      recipes.set(reference, plan);
      const total = [...recipes.values()].reduce((sum, part) => sum + planSize(part), 0);
      if (total <= LIMITS.recipes) return;
      report.add({
        code: 'too_many_recipes',
        path,
        detail: `Cannot include "${reference}": more than ${LIMITS.recipes} recipes in all`,
      });
    },
  });
  const nodes = ownProperty(body, 'nodes') ?? null;
  if (mayInclude(nodes)) useIncludes(nodes, at('nodes'), prompts);
  return heads;
}

/** Few recipes do, and to know where costs more than to know whether. */
function mayInclude(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('include');
  if (isJsonArray(value)) return value.some(mayInclude);
  return isJsonObject(value) && Object.values(value).some(mayInclude);
}

function useIncludes(value: JsonValue, path: Path, prompts: Prompts): void {
  if (typeof value === 'string') prompts.useIncludes(value, path);
  else if (isJsonArray(value))
    for (const [index, item] of value.entries()) useIncludes(item, [...path, index], prompts);
  else if (isJsonObject(value))
    for (const [key, item] of Object.entries(value)) useIncludes(item, [...path, key], prompts);
}

interface Assembly {
  readonly keys: RecipeKeys;
  readonly given: DocumentInput;
  readonly inputs: readonly InputSpec[];
  readonly heads: readonly NodeHead[];
  readonly graph: BuiltGraph;
  readonly outputs: readonly WrittenOutput[] | undefined;
  readonly definitions: JsonObject;
  readonly parts: Parts;
}

function assemble({
  keys,
  given,
  inputs,
  heads,
  graph,
  outputs,
  definitions,
  parts,
}: Assembly): Plan {
  const recipes = Object.fromEntries(parts.recipes);
  const nodes = heads.flatMap(({ id, node }) =>
    node === undefined ? [] : [withStart(node, graph.startConditions.get(id))],
  );
  const marked = [...inputs, ...nodes.flatMap(withTask), ...(outputs ?? [])];
  const isSensitive = [...marked, ...Object.values(recipes)].some(
    ({ sensitive }) => sensitive === true,
  );
  const { source, located, report } = given;
  const asTyped = (key: string, value: string | number | boolean | undefined): string | undefined =>
    value === undefined ? undefined : (source.textAt([...located.path, key]) ?? String(value));
  return {
    planFormat: PLAN_FORMAT,
    name: asTyped('name', keys.name) ?? '',
    inputs,
    graph: {
      nodes,
      edges: graph.edges,
      entries: graph.entries,
      ...compact({ outputs: outputs?.map(outputSpec) }),
    },
    definitions,
    limits: limitsOf(keys),
    strict: report.strict,
    recipes,
    prompts: Object.fromEntries(parts.prompts.used),
    functions: Object.fromEntries(parts.functions.pinned),
    ...compact({
      version: asTyped('version', keys.version),
      description: keys.description === undefined ? undefined : String(keys.description),
      sensitive: isSensitive ? (true as const) : undefined,
      modelConfig: keys.model_config,
      onFailure:
        typeof keys.on_failure === 'string'
          ? { recipe: keys.on_failure }
          : keys.on_failure && compact(keys.on_failure),
    }),
    ...flowControl(keys, located.path, report),
  };
}

function withTask(node: PlanNode): readonly PlanNode[] {
  return node.type === 'map' ? [node, ...withTask(node.task)] : [node];
}

function withStart(node: PlanNode, when: string | undefined): PlanNode {
  return when === undefined ? node : { ...node, when };
}
