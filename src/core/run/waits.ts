/**
 * Steps that wait for time, an event or people. They hold no attempt and no memory but their row.
 *
 * W1. What comes before its wait is kept for it; an event that several steps wait for reaches all.
 * W2. An approval is decided once: by the first rejection, or by as many people as it asks for.
 */
import { ComposerError, failure } from '../errors.ts';
import { schemaFaults } from '../json-schema.ts';
import type { SchemaFault } from '../json-schema.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { parseDuration } from '../recipe/duration.ts';
import { parseInstant } from '../recipe/instant.ts';
import type { HitlNode, WaitNode } from '../recipe/plan.ts';
import type { World } from './decide.ts';
import { isFinal } from './events.ts';
import { stepContext } from './open.ts';
import { resolve, resolveSchema, resolveToText } from './resolve.ts';
import type { ResolveContext } from './resolve.ts';
import type { ApprovalRequest, KeptVerdict, Verdict, Waiting } from './record.ts';
import { MAX_ASKED_BYTES, sizeOf } from './room.ts';
import { completeStep, failStep } from './settle.ts';
import { isActive, MAX_INLINE_MS, mayWaitUntil } from './state.ts';
import type { Active, RunState } from './state.ts';
import { emit, warn, writeStep } from './write.ts';

/** Events of a run that nobody waits for yet, at most, and as many verdicts. */
export const MAX_INBOX = 100;

/** Throws what its templates throw, and `template_error` for a time that is none. */
export function openWait(state: RunState, step: Active, world: World): void {
  const { context, input } = stepContext(state, step, world);
  const waiting =
    step.node.type === 'hitl'
      ? approvalOf(step.node, { context, input }, world)
      : waitOf(waitNode(step), context, world);
  const { dueAt } = waiting;
  if (dueAt !== undefined && !mayWaitUntil(state, dueAt)) throw tooLong(step);
  step.phase = 'waiting';
  step.waiting = waiting;
  const about = { key: step.key, node: step.node.id, kind: waiting.kind };
  emit(state, world, { type: 'node.waiting', ...about, ...(dueAt !== undefined && { dueAt }) });
  const kept = waiting.kind === 'event' ? takeFromInbox(state, waiting.event) : undefined;
  if (kept !== undefined) return receive(state, step, kept.payload, world);
  const early = waiting.kind === 'approval' ? takeEarly(state, step.key) : [];
  if (early.length > 0) {
    for (const { verdict } of early) decideApproval(state, step, verdict, world);
    return;
  }
  writeStep(state, step, world, { status: 'open', endSeq: state.seq, taken: [] });
}

function waitOf(node: WaitNode, context: ResolveContext, { now }: World): Waiting {
  if (node.event !== undefined) {
    const event = resolveToText(node.event, context);
    const { timeoutMs } = node;
    return { kind: 'event', event, ...(timeoutMs !== undefined && { dueAt: now + timeoutMs }) };
  }
  if (node.for !== undefined) {
    const ms = parseDuration(resolve(node.for, context));
    if (ms === undefined) throw notATime(node, 'for', 'a duration');
    return { kind: 'timer', dueAt: now + ms };
  }
  const dueAt = parseInstant(resolve(node.until ?? null, context));
  if (dueAt === undefined) throw notATime(node, 'until', 'a time');
  return { kind: 'timer', dueAt };
}

function tooLong({ node }: Active): ComposerError {
  return new ComposerError(
    'inline_unsupported',
    `Cannot wait in node "${node.id}": an inline run waits at most ${MAX_INLINE_MS / 1000} seconds, a durable one as long as it takes`,
  );
}

function notATime(node: WaitNode, key: string, expected: string): ComposerError {
  return new ComposerError(
    'template_error',
    `Cannot wait in node "${node.id}": "${key}" does not give ${expected}`,
  );
}

function approvalOf(
  node: HitlNode,
  { context, input }: { context: ResolveContext; input: JsonValue | undefined },
  { now }: World,
): Waiting {
  const { title, instructions, form, approvalsRequired, groups, timeoutMs } = node;
  const request: ApprovalRequest = {
    approvalsRequired,
    groups,
    ...(title !== undefined && { title: resolveToText(title, context) }),
    ...(instructions !== undefined && { instructions: resolveToText(instructions, context) }),
    ...(input !== undefined && { input }),
    ...(form !== undefined && { form: resolveSchema(form, context) }),
  };
  if (sizeOf({ ...request }) > MAX_ASKED_BYTES) {
    const message = `Cannot ask in node "${node.id}": what people are shown is larger than ${MAX_ASKED_BYTES} bytes`;
    throw new ComposerError('value_too_large', message);
  }
  const due = timeoutMs === undefined ? undefined : { dueAt: now + timeoutMs };
  return { kind: 'approval', request, verdicts: [], ...due };
}

/** Nobody came, or the time has come. */
export function lapse(state: RunState, step: Active, world: World): void {
  const { waiting } = step;
  if (waiting === undefined) return;
  switch (waiting.kind) {
    case 'timer':
      return finish(state, step, { waited_until: iso(waiting.dueAt) }, world);
    case 'event':
      return finish(state, step, { received: false, timed_out: true, payload: null }, world);
    case 'approval':
      return lapseApproval(state, step, waiting, world);
  }
}

function lapseApproval(
  state: RunState,
  step: Active,
  waiting: Extract<Waiting, { kind: 'approval' }>,
  world: World,
): void {
  const { defaultAction } = hitlNode(step);
  const { id } = step.node;
  if (defaultAction === 'fail') {
    const late = failure('timeout', `Cannot finish node "${id}": nobody decided in time`);
    return failStep(state, step, late, world);
  }
  if (defaultAction === 'escalate') {
    const { dueAt: _passed, ...open } = waiting;
    step.waiting = open;
    const detail = `Nobody decided on node "${id}" in time: it was escalated and waits on`;
    warn(state, world, { code: 'escalated', detail, node: id });
    return writeStep(state, step, world, { status: 'open', endSeq: state.seq, taken: [] });
  }
  const decision = {
    approved: defaultAction === 'approve',
    decidedBy: 'timeout',
    decidedAt: world.now,
  };
  finish(state, step, { ...approvalOutput([decision]), timed_out: true }, world);
}

/** Gives an event to every step that waits for it, or keeps it. False: too many are kept already. */
export function deliver(
  state: RunState,
  { event, payload }: { event: string; payload: JsonValue },
  world: World,
): boolean {
  const waiting = [...state.active.values()].filter(
    (step) => step.waiting?.kind === 'event' && step.waiting.event === event,
  );
  for (const step of waiting) receive(state, step, payload, world);
  if (waiting.length > 0) return true;
  if (state.inbox.length >= MAX_INBOX) return false;
  state.inbox.push({ event, payload });
  return true;
}

function takeFromInbox(state: RunState, event: string): { payload: JsonValue } | undefined {
  const index = state.inbox.findIndex((kept) => kept.event === event);
  return index < 0 ? undefined : state.inbox.splice(index, 1)[0];
}

function takeEarly(state: RunState, key: string): KeptVerdict[] {
  const found = state.early.filter((kept) => kept.key === key);
  for (const kept of found) state.early.splice(state.early.indexOf(kept), 1);
  return found;
}

function receive(state: RunState, step: Active, payload: JsonValue, world: World): void {
  finish(state, step, { received: true, timed_out: false, payload }, world);
}

/** Faults of a decision's form against the schema that the author wrote. */
export function verdictFaults(
  { form }: Pick<ApprovalRequest, 'form'>,
  decision: Pick<Verdict, 'approved' | 'form'>,
): readonly SchemaFault[] {
  return decision.approved && form !== undefined ? schemaFaults(form, decision.form ?? {}) : [];
}

/** Enters one person's decision; the same person's second changes nothing. */
export function decideApproval(
  state: RunState,
  step: Active,
  decision: Verdict,
  world: World,
): void {
  const { waiting } = step;
  if (waiting?.kind !== 'approval' || !isActive(state, step)) return;
  if (waiting.verdicts.some(({ decidedBy }) => decidedBy === decision.decidedBy)) return;
  const verdicts = [...waiting.verdicts, decision];
  const isDecided = !decision.approved || verdicts.length >= waiting.request.approvalsRequired;
  if (isDecided) return finish(state, step, approvalOutput(verdicts), world);
  step.waiting = { ...waiting, verdicts };
  writeStep(state, step, world, { status: 'open', endSeq: state.seq, taken: [] });
}

function approvalOutput(verdicts: readonly Verdict[]): JsonObject {
  const last = verdicts.at(-1);
  const fields = verdicts.flatMap(({ form }) => Object.entries(form ?? {}));
  return {
    ...Object.fromEntries(fields),
    approved: last?.approved ?? false,
    comments: last?.comments ?? null,
    modifications: last?.modifications ?? null,
    decided_by: last?.decidedBy ?? null,
    decided_at: last === undefined ? null : iso(last.decidedAt),
    timed_out: false,
    ...(verdicts.length > 1 && { decided_by_all: verdicts.map(({ decidedBy }) => decidedBy) }),
  };
}

function finish(state: RunState, step: Active, output: JsonObject, world: World): void {
  completeStep(state, step, { output, stats: { wallMs: world.now - step.startedAt } }, world);
}

/** Whether nothing moves in a run until time, an event or a person comes, or for long. */
export function isWaiting(state: RunState): boolean {
  if (state.status !== 'running') return false;
  // What is being undone is not kept from it.
  if (state.rollback !== undefined) return false;
  const steps = [...state.active.values()];
  const isResting = ({ phase, rests }: Active) => phase === 'waiting' || rests === true;
  return steps.some(isResting) && steps.every((step) => step.phase === 'open' || isResting(step));
}

/** Whether a run can leave memory: nothing of it is in flight, and nothing begins by itself. */
export function isAtRest(state: RunState): boolean {
  if (isFinal(state.status) || isWaiting(state)) return true;
  return (
    state.status !== 'running' &&
    [...state.active.values()].every(({ phase }) => phase !== 'running')
  );
}

function waitNode({ node }: Active): WaitNode {
  if (node.type !== 'wait') throw new Error(`Cannot wait in node "${node.id}"`);
  return node;
}

function hitlNode({ node }: Active): HitlNode {
  if (node.type !== 'hitl') throw new Error(`Cannot ask people in node "${node.id}"`);
  return node;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
