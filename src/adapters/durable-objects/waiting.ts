/** What reaches waiting runs from outside: events, and the verdicts of people. */
import { fail, failure, ok } from '../../core/errors.ts';
import type { Failure, Result } from '../../core/errors.ts';
import { utf8Length } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import { findAsking, mayDecide, showApproval, showApprovalRow } from '../../core/run/approvals.ts';
import { isFinal } from '../../core/run/events.ts';
import type { ApprovalRequest, Verdict } from '../../core/run/record.ts';
import { MAX_ASKED_BYTES, sizeOf } from '../../core/run/room.ts';
import type { RunState } from '../../core/run/state.ts';
import type { ApprovalView } from '../../core/run/view.ts';
import { MAX_INBOX, verdictFaults } from '../../core/run/waits.ts';
import type { RunId } from '../../runtime/ports.ts';
import type { ApprovalPlace, Decision } from '../../runtime/ports/approval-links.ts';
import { findDriver, post } from './partition.ts';
import type { Partition } from './partition-state.ts';
import { listOpenApprovals } from './list-rows.ts';
import { findHead } from './queue-rows.ts';
import { findApproval, findState, hidesAny } from './reading.ts';
import { withValues } from './values.ts';

const MAX_LISTED = 100;
/** It becomes part of an output, beside what else the output says, and kept ones lie in one row. */
const MAX_PAYLOAD_BYTES = 128 * 1024;
const MAX_KEPT_BYTES = 512 * 1024;
/** Decisions on one step. */
const MAX_SAID_BYTES = 1024 * 1024;

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
  post(partition, driver, { type: 'deliver', event, payload });
  return ok({ received: isAwaited });
}

export async function listApprovals(partition: Partition): Promise<ApprovalView[]> {
  const open = listOpenApprovals(partition.sql, MAX_LISTED);
  const views: ApprovalView[] = [];
  for (const { run, step } of open) {
    const view = hidesAny(partition, run)
      ? await withValues(partition, run, () => findApproval(partition, run, step.key))
      : showApprovalRow(run, step);
    if (view !== null && view !== undefined) views.push(view);
  }
  return views;
}

/** One verdict decides; whoever comes later gets what was decided. */
export function decide(
  partition: Partition,
  { run, key }: ApprovalPlace,
  decision: Decision,
): Result<ApprovalView> {
  const state = findState(partition, run);
  const view = state && showApproval(state, key);
  if (view?.status === 'decided') return ok(view);
  if (view?.status === 'closed') {
    const detail = `Cannot decide: nobody is asked any more (${view.reason})`;
    return fail('approval_gone', detail);
  }
  const asked = state && askedBy(state, key);
  const driver = asked && findDriver(partition, run);
  if (state === undefined || asked === undefined || driver === undefined) {
    return fail('approval_not_found', `Cannot find an approval "${key}" of run "${run}"`);
  }
  const { groups, ...given } = decision;
  const verdict: Verdict = { ...given, decidedAt: partition.deps.clock.now() };
  const refused = refuse(asked, verdict, groups) ?? refuseSize(state, key, verdict);
  if (refused !== undefined) return { ok: false, error: refused };
  if (view === undefined) {
    const early = state.early.filter((kept) => kept.key === key).map((kept) => kept.verdict);
    if (isSettled(early, verdict, asked)) return ok({ run_id: run, key, status: 'kept' });
    if (state.early.length >= MAX_INBOX) {
      return fail('queue_full', `Cannot keep another verdict for run "${run}"`);
    }
  }
  post(partition, driver, { type: 'verdict', key, verdict });
  return ok(showApproval(driver.state, key) ?? { run_id: run, key, status: 'kept' });
}

/** Whether another verdict would change nothing about what earlier ones will decide. */
function isSettled(
  early: readonly Verdict[],
  { decidedBy }: Verdict,
  { approvalsRequired }: Asked,
): boolean {
  const isKnown = early.some((kept) => !kept.approved || kept.decidedBy === decidedBy);
  return isKnown || early.length >= approvalsRequired;
}

type Asked = Pick<ApprovalRequest, 'form' | 'groups' | 'approvalsRequired'>;

/** What a step asks for: one that waits, or one that the run has yet to come to. */
function askedBy(state: RunState, key: string): Asked | undefined {
  const waiting = state.active.get(key)?.waiting;
  return waiting?.kind === 'approval' ? waiting.request : findAsking(state.plan, key);
}

/** What people have said of one step lies in its row. */
function refuseSize(state: RunState, key: string, verdict: Verdict): Failure | undefined {
  const waiting = state.active.get(key)?.waiting;
  const before = waiting?.kind === 'approval' ? waiting.verdicts : [];
  const what = 'Cannot take the decision';
  if (sizeOf({ ...verdict }) > MAX_ASKED_BYTES)
    return failure('value_too_large', `${what}: it is larger than ${MAX_ASKED_BYTES} bytes`);
  if (sizeOf([...before, verdict].map((each) => ({ ...each }))) > MAX_SAID_BYTES)
    return failure('value_too_large', `${what}: all of them are over ${MAX_SAID_BYTES} bytes`);
  return undefined;
}

function refuse(
  asked: Asked,
  verdict: Verdict,
  groups: readonly string[] | undefined,
): Failure | undefined {
  if (!mayDecide(asked.groups, groups)) {
    const members = asked.groups.join(', ');
    return failure('forbidden', `Cannot decide: the approval asks for a member of ${members}`);
  }
  const faults = verdictFaults(asked, verdict);
  if (faults.length === 0) return undefined;
  const texts = faults.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`);
  const details = faults.map(({ pointer, detail }) => ({ pointer, detail }));
  return { ...failure('form_invalid', `Cannot take the form: ${texts.join('; ')}`), details };
}
