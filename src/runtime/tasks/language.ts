/** `language_task`: an answer of a language model, as text or as the object a schema describes. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import type { LanguageNode } from '../../core/recipe/plan.ts';
import type { StepStats } from '../../core/run/events.ts';
import type { Note, Notes } from '../../core/run/notes.ts';
import { NOTHING_SPENT } from '../../core/run/spend.ts';
import type { CallIdentity } from '../cache/identity.ts';
import { askChain } from '../models/ask.ts';
import type { Answered, AskDeps, Chain, Request } from '../models/ask.ts';
import { modelsOf, nameOf } from '../models/names.ts';
import type { ModelRules } from '../models/rules.ts';
import { createPurse } from '../models/purse.ts';
import type { Purse } from '../models/purse.ts';
import { faultsOf, invalidOutput, repairTurn } from '../models/schema-answer.ts';
import type { ModelMessage, ToolAnswer, ToolCall } from '../ports/models.ts';
import { languageRequest } from './language-request.ts';
import { endedBy } from './task.ts';
import type { TaskContext, TaskFailure, TaskOutcome } from './task.ts';
import { traceOf } from './trace.ts';
import { callTool, findTools } from './tools.ts';
import type { Tool } from './tools.ts';

/** Turns in which the model calls tools, and calls in all: what goes on for ever ends here. */
const MAX_ROUNDS = 16;
const MAX_TOOL_CALLS = 128;

/** A conversation as it stands: what a restart needs to go on without asking or calling again. */
interface Talk {
  readonly messages: readonly ModelMessage[];
  /** The model of the chain that talks. */
  readonly at: number;
  readonly rounds: number;
  readonly toolCalls: number;
  readonly isRepaired: boolean;
  /** Calls of the last turn that are not answered yet, and the answers to the others. */
  readonly pending: readonly ToolCall[];
  readonly answers: readonly ToolAnswer[];
}

interface Work {
  readonly given: TaskContext<LanguageNode>;
  readonly request: Request;
  readonly models: Chain['models'];
  readonly tools: readonly Tool[];
  readonly purse: Purse;
  readonly findServer: ModelRules['findServer'];
  /** Tells what happened, with all that was spent until then. */
  readonly note: (notes: readonly Note[], talk?: Talk) => void;
}

export async function runLanguage(
  given: TaskContext<LanguageNode>,
): Promise<Result<TaskOutcome, TaskFailure>> {
  const { node, step, context } = given;
  const rules = await given.modelRules(given.tenant);
  const models = modelsOf({ node, step, context, runModel: given.runModel }, rules.models);
  if (!models.ok) return models;
  const tools = await findTools(given);
  if (!tools.ok) return tools;
  const request = languageRequest(
    node,
    context,
    tools.value.map(({ offered }) => offered),
  );
  const fixed = { request, models: models.value, tools: tools.value };
  const work = workOf(given, rules, fixed);
  // What an earlier life of this step has begun is finished; anything else may be known already.
  const begun = startOf(given, request);
  const outcome = await given.reuse(identityOf(work), (signal) => {
    const own = endedBy(given, signal);
    return talkOn(own === given ? work : workOf(own, rules, fixed), begun);
  });
  const spent = work.purse.take();
  if (outcome.ok) {
    const { notes = {}, ...rest } = outcome.value;
    return ok({ ...rest, notes: { ...notes, ...(spent && { spent }) } });
  }
  return spent === undefined ? outcome : { ok: false, error: { ...outcome.error, spent } };
}

function workOf(
  given: TaskContext<LanguageNode>,
  rules: ModelRules,
  fixed: Pick<Work, 'request' | 'models' | 'tools'>,
): Work {
  const { context, budgets, signal, tenant, limiter, clock, modelSlots: slots } = given;
  const { prices, findServer } = rules;
  const allowUnpriced = context.plan.limits.allowUnpriced ?? false;
  const pace = { tenant, limiter, slots, settings: rules.models, clock, signal };
  const purse = createPurse({ prices, budgets, allowUnpriced, pace });
  const note: Work['note'] = (notes, talk) => {
    const spent = purse.take();
    // SAFETY: a conversation is JSON.
    const checkpoint = talk as unknown as JsonValue;
    given.note({ notes, ...(spent && { spent }), ...(talk && { checkpoint }) });
  };
  return { given, ...fixed, purse, findServer, note };
}

/** The same models with the same options and tools, asked the same. */
function identityOf({ given, models, request }: Work): CallIdentity {
  const { messages, system, examples, ...target } = request;
  const { options = {} } = given.node;
  const json = (value: object): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;
  return {
    kind: 'model',
    // SAFETY: all of it is plain JSON; what is undefined is not in it.
    target: json({ ...target, models, options }),
    input: json([messages, system ?? null, examples ?? null]),
    tags: models.map((model) => `model:${nameOf(model)}`),
  };
}

/** The conversation that an earlier life of this attempt left behind, or a new one. */
function startOf({ step, node }: TaskContext<LanguageNode>, { messages }: Request): Talk {
  // SAFETY: written by `note` as the checkpoint of the same node.
  if (isJsonObject(step.checkpoint) && node.tools !== undefined)
    return step.checkpoint as unknown as Talk;
  return { messages, at: 0, rounds: 0, toolCalls: 0, isRepaired: false, pending: [], answers: [] };
}

async function talkOn(work: Work, begun: Talk): Promise<Result<TaskOutcome, TaskFailure>> {
  const { given, request, models, note } = work;
  let talk = begun.pending.length > 0 ? await answerCalls(work, begun) : begun;
  for (;;) {
    const chain: Chain = { models, at: Math.min(talk.at, models.length - 1) };
    const asked = await askChain(askDeps(work), chain, { ...request, messages: talk.messages });
    if (!asked.ok) return asked;
    const { reply } = asked.value;
    talk = { ...talk, at: chain.at };
    if (reply.toolCalls.length > 0) {
      const toolCalls = talk.toolCalls + reply.toolCalls.length;
      if (talk.rounds >= MAX_ROUNDS || toolCalls > MAX_TOOL_CALLS) {
        return fail(
          'tool_limit',
          `Cannot let node "${given.node.id}" call tools for ever: its model made ${toolCalls} calls`,
        );
      }
      talk = await answerCalls(work, calling(talk, asked.value));
      continue;
    }
    const faults = faultsOf(request.responseSchema, reply.output);
    if (faults.length === 0) return ok(outcomeOf(work, asked.value, talk));
    if (talk.isRepaired) return invalidOutput(given.node.id, request.responseSchema, faults);
    note([{ type: 'node.repairing', model: nameOf(asked.value.model) }]);
    const messages = [...talk.messages, ...repairTurn(reply.output, faults)];
    talk = { ...talk, messages, isRepaired: true };
  }
}

function askDeps({ given, purse, findServer, note }: Work): AskDeps {
  const { node, step, models, signal, stream } = given;
  return {
    node,
    step,
    models,
    signal,
    purse,
    ...(findServer && { findServer }),
    ...(stream && { onText: (text: string) => stream.push(text) }),
    onStart: () => stream?.restart(),
    ...(node.traceContent === true && {
      onAsked: (call, reply) => note([traceOf(call, reply)]),
    }),
    onFallback(from, to, { code, message, retryable }) {
      const failed = { code, message, retryable };
      note([{ type: 'node.fallback', model: nameOf(from), next: nameOf(to), failure: failed }]);
    },
  };
}

/** The model's turn has been heard, and asks for these calls. */
function calling(talk: Talk, { reply }: Answered): Talk {
  const { toolCalls, turn, output } = reply;
  const content = typeof output === 'string' ? output : '';
  const said = {
    role: 'assistant' as const,
    content,
    toolCalls,
    ...(turn !== undefined && { turn }),
  };
  return {
    ...talk,
    messages: [...talk.messages, said],
    rounds: talk.rounds + 1,
    pending: toolCalls,
    answers: [],
  };
}

/** Makes the calls side by side; each is on record as soon as it has ended. */
async function answerCalls(work: Work, begun: Talk): Promise<Talk> {
  const { given, tools, note } = work;
  const asked = callsOf(begun);
  let talk = begun;
  note([], talk);
  await Promise.all(
    begun.pending.map(async (call) => {
      const number = talk.toolCalls + asked.findIndex(({ id }) => id === call.id) + 1;
      const { record, answer } = await callTool(given, tools, { call, number });
      if (given.signal.aborted) return;
      const pending = talk.pending.filter(({ id }) => id !== call.id);
      talk = { ...talk, pending, answers: [...talk.answers, answer] };
      note([{ type: 'tool.called', call: record }], talk);
    }),
  );
  const answers = asked.flatMap(({ id }) => talk.answers.filter((answer) => answer.id === id));
  return {
    ...talk,
    messages: [...talk.messages, { role: 'tool', answers }],
    toolCalls: begun.toolCalls + asked.length,
    pending: [],
    answers: [],
  };
}

/** All calls of the turn that is being answered. */
function callsOf({ messages }: Talk): readonly ToolCall[] {
  const last = messages.at(-1);
  return last?.role === 'assistant' ? (last.toolCalls ?? []) : [];
}

function outcomeOf(
  { given, purse }: Work,
  { model, reply }: Answered,
  { toolCalls }: Talk,
): TaskOutcome {
  const { node, input } = given;
  const { heldTokens: _held, heldUsd: _most, ...spent } = purse.total() ?? NOTHING_SPENT;
  const stats: Omit<StepStats, 'wallMs'> = {
    ...spent,
    provider: model.provider,
    model: model.model,
    ...(toolCalls > 0 && { toolCalls }),
    ...(given.stream && { streamed: true }),
  };
  const warn = (code: string, detail: string): Note => ({ type: 'run.warning', code, detail });
  const ignored = reply.ignored.map((option) =>
    warn('option_ignored', `Model "${nameOf(model)}" does not take option "${option}"`),
  );
  const cut =
    reply.finish === 'length'
      ? [
          warn(
            'answer_cut',
            `The answer of node "${node.id}" ended at the most tokens that it may have`,
          ),
        ]
      : [];
  const untold =
    reply.usage === undefined
      ? [
          warn(
            'usage_unknown',
            `Model "${nameOf(model)}" does not tell what it took: budgets count the most`,
          ),
        ]
      : [];
  const notes: Notes = { notes: [...ignored, ...cut, ...untold] };
  return { output: reply.output, stats, notes, ...(isJsonObject(input) && { inputs: input }) };
}
