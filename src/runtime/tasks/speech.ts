/** `text_to_speech_task` and `speech_to_text_task`: the models of a chain, until one does it. */
import { fileIdOf } from '../../core/chunk/file-id.ts';
import { fail } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { SpeechNode } from '../../core/recipe/plan.ts';
import { resolve } from '../../core/run/resolve.ts';
import type { CallIdentity } from '../cache/identity.ts';
import { isPassedOn } from '../models/ask.ts';
import { modelsOf, nameOf } from '../models/names.ts';
import type { NamedModel } from '../models/names.ts';
import type { ModelRules } from '../models/rules.ts';
import { speakText } from '../speech/speak-text.ts';
import { transcribeFile } from '../speech/transcribe-file.ts';
import type { SpeechContext } from '../speech/context.ts';
import { createPay } from '../speech/pay.ts';
import { endedBy } from './task.ts';
import type { TaskContext, TaskFailure, TaskOutcome } from './task.ts';

/** Answers offline, so that a recipe speaks before any key is set. */
const DEFAULT_MODEL = 'mock/voice';

export async function runSpeech(
  given: TaskContext<SpeechNode>,
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { node, context, step } = given;
  const rules = await given.modelRules(given.tenant);
  const named = { id: node.id, model: node.model ?? DEFAULT_MODEL };
  const chain = modelsOf({ node: named, step, context }, rules.models);
  if (!chain.ok) return chain;
  const identity = await identityOf(given, chain.value);
  return given.reuse(identity, (signal) => askAll(endedBy(given, signal), rules, chain.value));
}

/** The same words for the same voices, or the same bytes for the same ears. */
async function identityOf(
  given: TaskContext<SpeechNode>,
  models: readonly NamedModel[],
): Promise<CallIdentity> {
  const { node, files, tenant } = given;
  const order = orderOf(given);
  const file = fileIdOf(order['audio_file']);
  const heard = file === undefined ? undefined : await files.find(tenant, file);
  return {
    kind: 'speech',
    target: { type: node.type, models: models.map((model) => ({ ...model })) },
    input: { options: optionsOf(given), order, digest: heard?.digest ?? null },
    tags: models.map((model) => `model:${nameOf(model)}`),
  };
}

async function askAll(
  given: TaskContext<SpeechNode>,
  rules: ModelRules,
  chain: readonly NamedModel[],
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { node, signal, note } = given;
  const { tenant, limiter, clock, modelSlots: slots } = given;
  const pace = { tenant, limiter, slots, settings: rules.models, clock, signal };
  const pay = createPay(given, { pace, prices: rules.voicePrices ?? {} });
  const speech: SpeechContext = { ...given, pay };
  let last: Result<TaskOutcome, TaskFailure> = fail(
    'model_missing',
    `Cannot run node "${node.id}": it names no model`,
  );
  for (const [index, model] of chain.entries()) {
    last = await askOne(speech, rules, model);
    const next = chain[index + 1];
    if (last.ok || next === undefined || signal.aborted || !isPassedOn(last.error, given))
      return last;
    const { code, message, retryable } = last.error;
    const failure = { code, message, retryable };
    const [from, to] = [nameOf(model), nameOf(next)];
    note({ notes: [{ type: 'node.fallback', model: from, next: to, failure }] });
  }
  return last;
}

async function askOne(
  given: SpeechContext,
  { findServer }: ModelRules,
  { provider, model, options }: NamedModel,
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { node } = given;
  const all = { ...options, ...optionsOf(given), ...orderOf(given) };
  const own = await findServer?.(provider);
  if (own?.ok === false) return own;
  const name = { provider, model, ...(own?.value && { server: own.value }) };
  return node.type === 'text_to_speech_task'
    ? speakText(given, name, all)
    : transcribeFile(given, name, all);
}

function optionsOf({ node, context }: TaskContext<SpeechNode>): JsonObject {
  // Never resolved: a variable may well be called `text`.
  const { response_format: format, ...others } = node.options;
  const own = resolve(others, context);
  return {
    ...(isJsonObject(own) && own),
    ...(format !== undefined && { response_format: format }),
  };
}

/** The node's input; without one, the item of the map that it is the task of. */
function orderOf({ node, input, step }: TaskContext<SpeechNode>): JsonObject {
  const given: JsonValue = input ?? step.item?.item ?? {};
  if (isJsonObject(given)) return given;
  return node.type === 'text_to_speech_task' ? { text: given } : { audio_file: given };
}
