/** Closes what held other steps: a map into its list, a sub-recipe or the run into its outputs. */
import { failure, toFailure } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject, utf8Length } from '../json.ts';
import type { World } from './decide.ts';
import { mapNode, recipeNode } from './open.ts';
import { collectOutputs } from './outputs.ts';
import type { ItemOutcome } from './record.ts';
import { createResolveContext, resolveObject } from './resolve.ts';
import { takeRoom } from './room.ts';
import { isAbsent } from './scope.ts';
import { completeStep, endRun, failRun, failStep } from './settle.ts';
import type { Active, Frame, MapProgress, RunState } from './state.ts';
import { emit, warn } from './write.ts';

/** Size up to which a map's failure has every error and result, and how many errors it has beyond. */
const MAX_DETAIL_BYTES = 128 * 1024;
const MAX_LISTED = 20;

export function closeMap(state: RunState, step: Active, world: World): void {
  const { progress } = step;
  if (progress === undefined) return;
  const { node, ledger } = progress;
  if (node.itemErrors === 'halt' && ledger.failed > 0) {
    return failStep(state, step, haltFailure(step, progress), world);
  }
  const output = ledger.outcomes.flatMap((outcome, index) => itemResult(progress, outcome, index));
  completeStep(state, step, { output, stats: { wallMs: world.now - step.startedAt } }, world);
}

function itemResult(
  { node, items, keys }: MapProgress,
  outcome: ItemOutcome | null,
  index: number,
): JsonValue[] {
  if (outcome === null) return [];
  if (outcome.ok) return [outcome.value];
  if (node.itemErrors === 'drop') return [];
  const { code, message } = outcome.failure;
  const failed = { status: 'failed', error: { code, message } };
  if (node.collect === 'values') return [failed];
  const item = items[index] ?? null;
  const key = keys?.[index];
  const about = { item, index, ...(key !== undefined && { key }) };
  return [{ ...(isJsonObject(item) && item), ...about, ...failed }];
}

function haltFailure(step: Active, { ledger, items }: MapProgress): ReturnType<typeof failure> {
  const failed = ledger.outcomes.flatMap((outcome, index) =>
    outcome !== null && !outcome.ok ? [{ index, ...outcome.failure }] : [],
  );
  const results = ledger.outcomes.flatMap((outcome, index) =>
    outcome?.ok === true ? [{ index, value: outcome.value }] : [],
  );
  const [first] = failed;
  const { id } = mapNode(step);
  const message =
    `Cannot finish node "${id}": ${failed.length} of ${items.length} items failed, ` +
    `the first at index ${first?.index ?? 0}: ${first?.message ?? ''}`;
  const errors = failed.map(({ index, code, message: detail }) => ({
    index,
    code,
    message: detail,
  }));
  // The ledger has them all; a failure is copied into rows and events and has to stay small.
  const details = [
    { errors, results },
    { errors, results: [] },
  ].find((each) => utf8Length(JSON.stringify(each)) <= MAX_DETAIL_BYTES);
  return {
    ...failure('map_items_failed', message),
    details: details ?? { errors: errors.slice(0, MAX_LISTED), results: [] },
  };
}

export function closeFrame(state: RunState, frame: Frame, world: World): void {
  frame.ended = true;
  const { outputs, missing, warnings } = collectOutputs(frame, state, world);
  for (const warning of warnings) warn(state, world, warning);
  if (frame.owner !== undefined) return closeRecipe(state, frame.owner, outputs, world);
  const refused = takeRoom(state, outputs, 'Cannot keep the outputs of the run');
  if (refused !== undefined) return failRun(state, refused, world);
  state.result = { outputs, missing };
  endRun(state, 'completed', world);
  emit(state, world, { type: 'run.completed' });
}

function closeRecipe(state: RunState, step: Active, outputs: JsonObject, world: World): void {
  const node = recipeNode(step);
  const { inside } = step;
  if (inside === undefined) return;
  let mapped = outputs;
  if (node.outputMapping !== undefined) {
    const scope = {
      isAbsent: (name: string) => isAbsent(inside, name),
      get: (name: string) =>
        Object.hasOwn(outputs, name) ? outputs[name] : inside.values.get(name)?.value,
    };
    const context = createResolveContext({ plan: inside.plan, scope, ...world });
    try {
      mapped = resolveObject(node.outputMapping, context);
    } catch (error) {
      return failStep(state, step, toFailure(error), world);
    }
  }
  const names = Object.keys(node.outputMapping ?? {});
  const [only] = names;
  const output =
    names.length === 1 && node.hasOutput && only !== undefined ? (mapped[only] ?? null) : mapped;
  completeStep(state, step, { output, stats: { wallMs: world.now - step.startedAt } }, world);
}
