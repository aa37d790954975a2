/**
 * What of a run is never shown: inputs, outputs of nodes and outputs that are marked `sensitive`, and
 * their texts wherever else they turn up. The run itself works with what they are.
 */
import type { Failure } from '../errors.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { InputSpec, Plan, PlanNode } from '../recipe/plan.ts';
import type { RunEvent, StepKey } from './events.ts';
import type { StepRow } from './record.ts';
import type { Ledger, RunState } from './state.ts';

export const HIDDEN = '***';
/** Shorter texts are in half of all others. */
const LEAST = 4;
/** A line of a text is looked for by itself from this length on. */
const LEAST_LINE = 8;
const MOST_TEXTS = 2_000;

export interface Mask {
  readonly text: (text: string) => string;
  readonly value: (value: JsonValue) => JsonValue;
  readonly inputs: (inputs: JsonObject) => JsonObject;
  readonly outputs: (outputs: JsonObject) => JsonObject;
  readonly output: (key: StepKey, value: JsonValue) => JsonValue;
  readonly textOf: (key: StepKey, text: string) => string;
  readonly failure: <F extends Pick<Failure, 'details'> & { message: string }>(failed: F) => F;
  readonly event: (event: RunEvent) => RunEvent;
}

type Seen = Pick<RunState, 'plan' | 'identity' | 'rows' | 'ledgers'>;

/** Undefined where nothing is to be hidden. */
export function maskOf(seen: Seen): Mask | undefined {
  return seen.plan.sensitive === true ? createMask(seen) : undefined;
}

function createMask(seen: Seen): Mask {
  const { plan } = seen;
  const texts = longestFirst(textsOf(seen));
  const text = (given: string): string =>
    texts.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), given);
  const value = (given: JsonValue): JsonValue => {
    if (typeof given === 'string') return text(given);
    if (typeof given === 'number') return texts.includes(String(given)) ? HIDDEN : given;
    if (isJsonArray(given)) return given.map(value);
    return isJsonObject(given) ? members(given, (_name, each) => value(each)) : given;
  };
  const named = (names: ReadonlySet<string>) => (given: JsonObject) =>
    members(given, (name, each) => (names.has(name) ? HIDDEN : value(each)));
  const failure: Mask['failure'] = (failed) => ({
    ...failed,
    message: text(failed.message),
    ...(failed.details !== undefined && { details: value(failed.details) }),
  });
  return {
    text,
    value,
    failure,
    inputs: named(new Set(plan.inputs.filter(isMarked).map(({ id }) => id))),
    outputs: named(hiddenOutputs(plan)),
    textOf: (key, given) => (isHiddenStep(seen, key) ? HIDDEN : text(given)),
    output: (key, given) => (isHiddenStep(seen, key) ? HIDDEN : value(given)),
    event(event) {
      // It was cut, perhaps in the middle of what is hidden.
      if (event.type === 'node.traced') return { ...event, prompt: HIDDEN, answer: HIDDEN };
      if ('failure' in event) return { ...event, failure: failure(event.failure) };
      return event.type === 'run.warning' ? { ...event, detail: text(event.detail) } : event;
    },
  };
}

/** Without `final_outputs` the outputs are those of the nodes. */
function hiddenOutputs({ graph }: Plan): Set<string> {
  const marked = graph.outputs?.filter(isMarked).map(({ id }) => id) ?? [];
  return new Set([...marked, ...graph.nodes.filter(isHidden).map(({ output }) => output)]);
}

// ---------------------------------------------------------------- what is hidden

function isMarked({ sensitive }: { readonly sensitive?: true }): boolean {
  return sensitive === true;
}

function isHidden(node: PlanNode): boolean {
  return node.sensitive === true || (node.type === 'map' && isHidden(node.task));
}

/** Whether a step's output is, or that of what it lies in. */
function isHiddenStep({ plan, rows }: Pick<Seen, 'plan' | 'rows'>, key: StepKey): boolean {
  let within: Plan | undefined = plan;
  let path = '';
  for (const part of key.split('/')) {
    path += part;
    const [, id = ''] = /^([^@[]+)/.exec(part) ?? [];
    const node: PlanNode | undefined = within?.graph.nodes.find((each) => each.id === id);
    if (node !== undefined && isHidden(node)) return true;
    const recipe: string | undefined = rows.get(path)?.recipe ?? (node && recipeOf(node));
    within = recipe === undefined ? undefined : findRecipe(within ?? plan, plan, recipe);
    path += '/';
  }
  return false;
}

function recipeOf(node: PlanNode): string | undefined {
  if (node.type === 'map') return recipeOf(node.task);
  return node.type === 'recipe' ? node.path : undefined;
}

function findRecipe(within: Plan, root: Plan, path: string): Plan | undefined {
  return within.recipes[path] ?? root.recipes[path];
}

// ---------------------------------------------------------------- its texts

function textsOf(seen: Seen): Set<string> {
  const texts = new Set<string>();
  addInputs(texts, seen.plan.inputs, seen.identity.inputs);
  for (const row of seen.rows.values()) {
    addSubInputs(texts, seen, row);
    if (!isHiddenStep(seen, row.key)) continue;
    if (row.output !== undefined) addTexts(texts, row.output);
    if (row.items !== undefined) addTexts(texts, row.items);
    addOutcomes(texts, seen.ledgers.get(row.key));
  }
  return texts;
}

function addInputs(texts: Set<string>, specs: readonly InputSpec[], inputs: JsonObject): void {
  for (const { id } of specs.filter(isMarked)) {
    const given = inputs[id];
    if (given !== undefined) addTexts(texts, given);
  }
}

function addSubInputs(texts: Set<string>, { plan }: Seen, { recipe, inputs }: StepRow): void {
  if (recipe === undefined || inputs === undefined) return;
  for (const sub of plansUnder(plan, recipe)) addInputs(texts, sub.inputs, inputs);
}

function plansUnder(plan: Plan, path: string): Plan[] {
  return Object.entries(plan.recipes).flatMap(([name, sub]) => [
    ...(name === path ? [sub] : []),
    ...plansUnder(sub, path),
  ]);
}

function addOutcomes(texts: Set<string>, ledger: Ledger | undefined): void {
  for (const outcome of ledger?.outcomes ?? []) {
    if (outcome?.ok === true) addTexts(texts, outcome.value);
  }
}

/** All texts and numbers in a value, and the lines of texts, as they are and as JSON writes them. */
function addTexts(texts: Set<string>, value: JsonValue): void {
  if (isJsonArray(value)) for (const each of value) addTexts(texts, each);
  else if (isJsonObject(value)) for (const each of Object.values(value)) addTexts(texts, each);
  else if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value).trim();
    const lines = text.split(/\r?\n/).filter((line) => line.length >= LEAST_LINE);
    for (const each of [String(value), text, ...lines]) {
      if (texts.size >= MOST_TEXTS) return;
      if (each.length < LEAST) continue;
      texts.add(each);
      texts.add(JSON.stringify(each).slice(1, -1));
    }
  }
}

/** So that no text is broken by a shorter one within it. */
function longestFirst(texts: ReadonlySet<string>): string[] {
  return [...texts].toSorted((a, b) => b.length - a.length);
}

function members(
  object: JsonObject,
  shown: (name: string, value: JsonValue) => JsonValue,
): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, each]) => [name, shown(name, each)]),
  );
}
