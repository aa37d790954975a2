/** Asks the models of a chain until one answers: the same for every turn of a conversation. */
import { ok } from '../../core/errors.ts';
import type { ErrorCode, Failure, Result } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { LanguageNode } from '../../core/recipe/plan.ts';
import { isRetried } from '../../core/retry.ts';
import { retryPolicyOf } from '../../core/run/settle.ts';
import type { Active } from '../../core/run/state.ts';
import type { ModelCall, ModelMessage, ModelReply, Models } from '../ports/models.ts';
import type { TaskFailure } from '../tasks/task.ts';
import type { NamedModel } from './names.ts';
import type { Purse } from './purse.ts';
import type { ModelRules } from './rules.ts';

export interface Chain {
  readonly models: readonly NamedModel[];
  /** The model whose turn it is: one that has failed is not asked again in the same attempt. */
  at: number;
}

/** Without what the model decides. */
export type Request = Omit<ModelCall, 'provider' | 'model' | 'options'>;

export interface AskDeps {
  readonly node: LanguageNode;
  readonly step: Active;
  readonly signal: AbortSignal;
  readonly models: Models;
  readonly purse: Purse;
  readonly findServer?: ModelRules['findServer'];
  readonly onText?: (text: string) => void;
  /** Called before each model, with nothing of the last one's answer left standing. */
  readonly onStart: () => void;
  /** Called with each question and what came back. */
  readonly onAsked?: (call: ModelCall, reply: Result<ModelReply, Failure>) => void;
  readonly onFallback: (from: NamedModel, to: NamedModel, failure: Failure) => void;
}

export interface Answered {
  readonly model: NamedModel;
  readonly reply: ModelReply;
}

/** Failures of a model that another one need not share. */
const PASSED_ON: ReadonlySet<ErrorCode> = new Set([
  'provider_overloaded',
  'provider_error',
  'provider_network',
  'provider_timeout',
  'provider_content_filter',
  'provider_context_length',
  'model_not_found',
  'timeout',
]);

export async function askChain(
  deps: AskDeps,
  chain: Chain,
  given: Request,
): Promise<Result<Answered, TaskFailure>> {
  let request = given;
  for (;;) {
    const model = chain.models[chain.at];
    if (model === undefined) throw new Error('Cannot ask: the chain has no such model');
    const next = chain.models[chain.at + 1];
    const asked = await ask(deps, model, request);
    if (asked.ok) return ok({ model, reply: asked.value });
    if (next === undefined || deps.signal.aborted || !isPassedOn(asked.error, deps)) return asked;
    deps.onFallback(model, next, asked.error);
    chain.at += 1;
    request = { ...request, messages: withoutTurns(request.messages) };
  }
}

/** Longer than this nobody waits for a model while another may be asked. */
const MAX_PATIENCE_MS = 5 * 60_000;

/** Who only asks for patience is waited for, as long as the step has attempts left. */
export function isPassedOn(failed: TaskFailure, { step }: Pick<AskDeps, 'step'>): boolean {
  if (failed.throttle !== undefined) return false;
  if (failed.code !== 'provider_rate_limited') return PASSED_ON.has(failed.code);
  const { retryAfterMs = 0 } = failed;
  return retryAfterMs > MAX_PATIENCE_MS || !isRetried(retryPolicyOf(step), step.attempt, failed);
}

async function ask(
  { node, models, signal, purse, findServer, onText, onStart, onAsked }: AskDeps,
  model: NamedModel,
  request: Request,
): Promise<Result<ModelReply, TaskFailure>> {
  onStart();
  const { provider } = model;
  // The node's own keys are nearer than those of a model that many nodes share.
  const options: JsonObject = { ...model.options, ...node.options };
  const call: ModelCall = { ...request, provider, model: model.model, options };
  const own = await findServer?.(provider);
  if (own?.ok === false) return own;
  const server = own?.value && { server: own.value };
  const how = { signal, ...(onText && { onText }) };
  return purse.pay(call, async (paid) => {
    const reply = await models.generate({ ...paid, ...server }, how);
    onAsked?.(paid, reply);
    return reply;
  });
}

/** A provider's own words are of no use to another. */
function withoutTurns(messages: readonly ModelMessage[]): readonly ModelMessage[] {
  return messages.map((message) => {
    if (message.role !== 'assistant' || message.turn === undefined) return message;
    const { turn: _turn, ...rest } = message;
    return rest;
  });
}
