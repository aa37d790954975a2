/** What reaches waiting runs from outside: events, and the verdicts of people. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import { isJsonObject, utf8Length } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { isFinal } from '../../core/run/events.ts';
import type { StepRow, Verdict } from '../../core/run/record.ts';
import type { RunState } from '../../core/run/state.ts';
import type { ApprovalView } from '../../core/run/view.ts';
import { MAX_INBOX, verdictFaults } from '../../core/run/waits.ts';
import type { RunId } from '../../runtime/ports.ts';
import { findDriver } from './partition.ts';
import type { Partition } from './partition.ts';
import { listOpenApprovals } from './list-rows.ts';
import { findHead } from './queue-rows.ts';
import { findState } from './reading.ts';

const MAX_LISTED = 100;
/** It becomes part of an output, beside what else the output says, and kept ones lie in one row. */
const MAX_PAYLOAD_BYTES = 128 * 1024;
const MAX_KEPT_BYTES = 512 * 1024;

/** Refused for a run that has ended, and when too many events wait for nobody. */
export function deliverEvent(
  partition: Partition,
  id: RunId,
  { event, payload }: { event: string; payload: JsonValue },
): Result<{ readonly received: boolean }> {
  const head = findHead(partition.sql, id);
  if (head === undefined) return fail('run_not_found', `Cannot find run "${id}"`);
  if (isFinal(head.status)) {
    return fail('run_finished', `Cannot deliver an event to run "${id}": it is ${head.status}`);
  }
  if (utf8Length(JSON.stringify(payload)) > MAX_PAYLOAD_BYTES) {
    return fail(
      'value_too_large',
      `Cannot take the event: it is larger than ${MAX_PAYLOAD_BYTES} bytes`,
    );
  }
  const driver = findDriver(partition, id);
  if (driver === undefined) return fail('run_not_found', `Cannot find run "${id}"`);
  const isAwaited = [...driver.state.active.values()].some(
    ({ waiting }) => waiting?.kind === 'event' && waiting.event === event,
  );
  const { inbox } = driver.state;
  const keptBytes = utf8Length(JSON.stringify(inbox));
  if (!isAwaited && (inbox.length >= MAX_INBOX || keptBytes > MAX_KEPT_BYTES)) {
    return fail(
      'queue_full',
      `Cannot keep another event for run "${id}": ${inbox.length} wait already`,
    );
  }
  driver.post({ type: 'deliver', event, payload });
  return ok({ received: isAwaited });
}

export function listApprovals(partition: Partition): ApprovalView[] {
  return listOpenApprovals(partition.sql, MAX_LISTED).flatMap(
    ({ run, step }) => approvalView(run, step) ?? [],
  );
}

export function findApproval(partition: Partition, run: RunId, key: string): ApprovalView | null {
  const state = findState(partition, run);
  return (state && viewOf(state, key)) ?? null;
}

/** One verdict decides; whoever comes later gets what was decided. */
export function decide(
  partition: Partition,
  { run, key }: { run: RunId; key: string },
  given: Omit<Verdict, 'decidedAt'>,
): Result<ApprovalView> {
  const state = findState(partition, run);
  const view = state && viewOf(state, key);
  if (state === undefined || view === undefined) {
    return fail('approval_not_found', `Cannot find an approval "${key}" of run "${run}"`);
  }
  if (view.status !== 'pending') return ok(view);
  const verdict: Verdict = { ...given, decidedAt: partition.deps.clock.now() };
  const waiting = state.active.get(key)?.waiting;
  const faults = waiting?.kind === 'approval' ? verdictFaults(waiting.request, verdict) : [];
  if (faults.length > 0) {
    return fail('form_invalid', `Cannot take the form: ${faults.join('; ')}`);
  }
  const driver = findDriver(partition, run);
  driver?.post({ type: 'verdict', key, verdict });
  return ok((driver && viewOf(driver.state, key)) ?? view);
}

function viewOf(state: RunState, key: string): ApprovalView | undefined {
  const row = state.rows.get(key);
  if (row === undefined || isDecidedItem(state, row)) return decidedItem(state, key);
  return approvalView(state.identity.id, row);
}

function isDecidedItem(state: RunState, { key, status }: StepRow): boolean {
  return key.endsWith(']') && (status !== 'open' || !state.active.has(key));
}

/** The output of an approval in a map lies in the map's ledger. */
function decidedItem(state: RunState, key: string): ApprovalView | undefined {
  const [, map = '', index = ''] = /^(.*)\[(\d+)\]$/s.exec(key) ?? [];
  const outcome = state.ledgers.get(map)?.outcomes[Number(index)];
  if (outcome?.ok !== true || !isVerdict(outcome.value)) return undefined;
  return { run_id: state.identity.id, key, status: 'decided', decision: outcome.value };
}

function approvalView(run: RunId, row: StepRow): ApprovalView | undefined {
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
    groups,
    ...(waiting.dueAt !== undefined && { due_at: new Date(waiting.dueAt).toISOString() }),
    ...(title !== undefined && { title }),
    ...(instructions !== undefined && { instructions }),
    ...(input !== undefined && { input }),
    ...(form !== undefined && { form }),
  };
}

function isVerdict(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && typeof value['approved'] === 'boolean' && 'decided_at' in value;
}
