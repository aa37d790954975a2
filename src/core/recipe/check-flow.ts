/** All checks that need the whole recipe: variables, graph, lints. */
import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import { checkCalls } from './check-calls.ts';
import { checkGraph } from './check-graph.ts';
import { checkNodeReads, checkReads } from './check-variables.ts';
import type { Flow } from './check-variables.ts';
import { outputRoot } from './outputs.ts';
import type { WrittenOutput } from './outputs.ts';
import { providersOf } from './infer-edges.ts';
import type { FlowCheck } from './flow-check.ts';
import { lintRecipe } from './lints.ts';
import { END } from './plan.ts';
import { readsOfCondition, readsOfValue } from './reads.ts';
import type { Reads } from './reads.ts';

const MAX_GUESSES = 1000;

export function checkFlow(check: FlowCheck): void {
  const { heads, graph, edgesPath, outputs, report } = check;
  const flow = flowOf(check);
  for (const head of heads) checkNodeReads(head, flow);
  checkConditions(check, flow);
  checkOutputs(check, flow);
  checkModelConfig(check, flow);
  checkKeys(check, flow);
  const outputRoots = new Set(
    (outputs ?? []).flatMap((output) => outputReads(output).reads.map(({ root }) => root)),
  );
  checkGraph({ heads, graph, edgesPath, outputRoots, report });
  checkCalls(check);
  lintRecipe(check);
}

function flowOf(check: FlowCheck): Flow {
  const { heads, graph, inputs, body, definitions, report } = check;
  const providers = new Map(providersOf(heads));
  for (const { id, raw } of heads) {
    for (const name of publishedNames(raw)) {
      providers.set(name, [...(providers.get(name) ?? []), id]);
    }
  }
  return {
    inputs: new Set([...inputs.map(({ id }) => id), ...writtenIds(body)]),
    definitions: new Set(Object.keys(definitions)),
    providers,
    schemas: schemasOf(check),
    ids: new Set(heads.map(({ id }) => id)),
    before: graph.before,
    isOrdered: graph.isWhole,
    report,
    guesses: MAX_GUESSES,
  };
}

/** What the functions of nodes give, where that is declared and the node passes it on as it is. */
function schemasOf({ heads, functions }: FlowCheck): ReadonlyMap<string, JsonValue> {
  const entries = heads.flatMap(({ id, raw }) => {
    if (!isJsonObject(raw)) return [];
    const type = ownProperty(raw, 'type');
    const reference = ownProperty(raw, 'function_identifier');
    if ((type !== 'function_task' && type !== 'reduce') || typeof reference !== 'string') return [];
    const schema = functions.get(reference.trim())?.output;
    return schema === undefined ? [] : [[id, schema] as const];
  });
  return new Map(entries);
}

/** Inputs with faults are declared all the same. */
function writtenIds(body: JsonObject): readonly string[] {
  const items = ownProperty(body, 'user_inputs');
  return (isJsonArray(items) ? items : []).flatMap((item) => {
    const id = isJsonObject(item) ? ownProperty(item, 'id') : undefined;
    return typeof id === 'string' ? [id] : [];
  });
}

/** Names that a sub-recipe publishes beside its node's output. */
function publishedNames(raw: JsonValue): readonly string[] {
  if (!isJsonObject(raw) || ownProperty(raw, 'type') !== 'recipe') return [];
  const mapping = ownProperty(raw, 'output_mapping');
  return isJsonObject(mapping) ? Object.keys(mapping) : [];
}

/** A condition on an edge reads what its source node, and all before it, have given. */
function checkConditions({ graph, heads }: FlowCheck, flow: Flow): void {
  const ids = new Set(heads.map(({ id }) => id));
  const done = new Set<string>();
  for (const { from, to, written, conditionPath } of graph.written) {
    if (written === undefined) continue;
    const earlier = graph.before.get(from);
    const before = {
      has: (id: string) => (id === from && ids.has(id)) || earlier?.has(id) === true,
    };
    const key = `${conditionPath.join('/')} ${from}`;
    if (done.has(key)) continue;
    done.add(key);
    const { condition, text, offset } = written;
    const who = `The edge from "${from}" to ${to === END ? 'END' : `"${to}"`}`;
    checkReads(
      readsOfCondition(condition, conditionPath, { text, offset }),
      { ...(graph.isWhole ? { before } : {}), who },
      flow,
    );
  }
}

function checkOutputs({ outputs = [] }: FlowCheck, flow: Flow): void {
  for (const output of outputs) {
    const who = `Final output "${output.id}"`;
    checkReads(outputReads(output), { who }, flow);
  }
}

function outputReads({ id, value, condition, path, namePath }: WrittenOutput): Reads {
  const name = {
    root: outputRoot(id),
    way: id.split(/[.[\]]+/),
    path: namePath,
    offset: 0,
    text: id,
  };
  const own: Reads =
    value === undefined
      ? { reads: [{ ...name, isGuarded: false, form: 'condition' }], faults: [] }
      : readsOfValue(value, [...path, 'value']);
  if (condition === undefined) return own;
  const more = readsOfCondition(condition, [...path, 'condition']);
  return { reads: [...own.reads, ...more.reads], faults: [...own.faults, ...more.faults] };
}

function checkModelConfig({ body, path }: FlowCheck, flow: Flow): void {
  const config = ownProperty(body, 'model_config');
  if (config !== undefined)
    checkReads(readsOfValue(config, [...path, 'model_config']), { who: 'The recipe' }, flow);
}

/** Keys of limits are read before the run starts, when there are its inputs and nothing else. */
function checkKeys({ body, path }: FlowCheck, flow: Flow): void {
  for (const policy of ['concurrency', 'rate_limit', 'debounce']) {
    const keys = ownProperty(body, policy);
    const key = keys !== undefined && isJsonObject(keys) ? ownProperty(keys, 'key') : undefined;
    if (key === undefined) continue;
    const who = `The key of "${policy}"`;
    checkReads(readsOfValue(key, [...path, policy, 'key']), { before: new Set(), who }, flow);
  }
}
