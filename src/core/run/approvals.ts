/** Approvals of a run as people see them: pending, decided, or closed because nobody is asked any more. */
import { isJsonObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { HitlNode, Plan, PlanNode } from '../recipe/plan.ts';
import { isFinal } from './events.ts';
import { maskOf } from './mask.ts';
import type { Mask } from './mask.ts';
import type { StepRow } from './record.ts';
import type { RunState } from './state.ts';
import type { ApprovalView } from './view.ts';

/** Undefined when the key names no step that asks people, or one that was not reached yet. */
export function showApproval(state: RunState, key: string): ApprovalView | undefined {
  const view = findApproval(state, key);
  const mask = maskOf(state);
  return view === undefined || mask === undefined ? view : masked(view, mask);
}

/** The key, the form's names and who decided are no secrets; what people read and write may be. */
function masked(view: ApprovalView, mask: Mask): ApprovalView {
  if (view.status === 'decided') {
    const decision = mask.output(view.key, view.decision);
    return { ...view, decision: isJsonObject(decision) ? decision : { decision } };
  }
  if (view.status !== 'pending') return view;
  const { title, instructions, input } = view;
  return {
    ...view,
    ...(title !== undefined && { title: mask.text(title) }),
    ...(instructions !== undefined && { instructions: mask.text(instructions) }),
    ...(input !== undefined && { input: mask.value(input) }),
  };
}

function findApproval(state: RunState, key: string): ApprovalView | undefined {
  const row = state.rows.get(key);
  const isOpen = row?.status === 'open' && state.active.has(key);
  const shown = row === undefined || (isItem(key) && !isOpen) ? undefined : approvalOf(state, row);
  return shown ?? decidedItem(state, key) ?? closed(state, key);
}

/** The view of an open or completed row, whatever the rest of its run says. */
export function showApprovalRow(run: string, row: StepRow): ApprovalView | undefined {
  const { key, output, waiting } = row;
  const about = { run_id: run, key };
  if (row.status === 'completed' && output !== undefined && isVerdict(output)) {
    return { ...about, status: 'decided', decision: output };
  }
  if (row.status !== 'open' || waiting?.kind !== 'approval') return undefined;
  const { title, instructions, input, form, approvalsRequired, groups } = waiting.request;
  return {
    ...about,
    status: 'pending',
    created_at: new Date(row.startedAt).toISOString(),
    approvals_required: approvalsRequired,
    approvals: waiting.verdicts.length,
    approved_by: waiting.verdicts.map(({ decidedBy }) => decidedBy),
    groups,
    ...(waiting.dueAt !== undefined && { due_at: new Date(waiting.dueAt).toISOString() }),
    ...(title !== undefined && { title }),
    ...(instructions !== undefined && { instructions }),
    ...(input !== undefined && { input }),
    ...(form !== undefined && { form }),
  };
}

function approvalOf(state: RunState, row: StepRow): ApprovalView | undefined {
  if (row.status === 'open' && !state.active.has(row.key)) return undefined;
  return showApprovalRow(state.identity.id, row);
}

/** The output of an approval in a map lies in the map's ledger. */
function decidedItem(state: RunState, key: string): ApprovalView | undefined {
  const [, map = '', index = ''] = /^(.*)\[(\d+)\]$/s.exec(key) ?? [];
  const outcome = state.ledgers.get(map)?.outcomes[Number(index)];
  if (outcome?.ok !== true || !isVerdict(outcome.value)) return undefined;
  return { run_id: state.identity.id, key, status: 'decided', decision: outcome.value };
}

/** A step that would ask people, of a run or in a branch that has ended without them. */
function closed(state: RunState, key: string): ApprovalView | undefined {
  const row = state.rows.get(key);
  const hasEnded = isFinal(state.status) || (row !== undefined && row.status !== 'open');
  if (!hasEnded || findAsking(state.plan, key) === undefined) return undefined;
  const run = isFinal(state.status) ? state.status : 'cancelled';
  const reason = row?.status === 'skipped' ? 'skipped' : (row?.failure?.code ?? run);
  return { run_id: state.identity.id, key, status: 'closed', reason };
}

function isItem(key: string): boolean {
  return key.endsWith(']');
}

function isVerdict(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && typeof value['approved'] === 'boolean' && 'decided_at' in value;
}

/** The node that a step's key means, when it asks people. Nodes of sub-recipes are looked for in all of them. */
export function findAsking(plan: Plan, key: string): HitlNode | undefined {
  const parts = key.split('/');
  const [, id = '', indexes = ''] = STEP.exec(parts.at(-1) ?? '') ?? [];
  const depth = indexes.split('[').length - 1;
  const plans = parts.length === 1 ? [plan] : within(plan);
  return plans
    .flatMap(({ graph }) => graph.nodes)
    .filter((node) => node.id === id)
    .map((node) => askingAt(node, depth))
    .find((node) => node !== undefined);
}

/** A node's id, its visit, and the items it is in. */
const STEP = /^([^@[\]]+)(?:@\d+)?((?:\[\d+\])*)$/;

function within(plan: Plan): Plan[] {
  return Object.values(plan.recipes).flatMap((inner) => [inner, ...within(inner)]);
}

function askingAt(node: PlanNode, depth: number): HitlNode | undefined {
  if (depth > 0) return node.type === 'map' ? askingAt(node.task, depth - 1) : undefined;
  return node.type === 'hitl' ? node : undefined;
}

/** Whether somebody of these groups may decide. Absent: somebody who speaks for all of them. */
export function mayDecide(
  asked: readonly string[],
  groups: readonly string[] | undefined,
): boolean {
  return groups === undefined || asked.length === 0 || asked.some((one) => groups.includes(one));
}
