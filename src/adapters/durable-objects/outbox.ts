/**
 * Tells webhooks what becomes of runs. What happened is noted in the transaction in which it happened;
 * who wants to hear of it is asked afterwards, and each of them has a row that is sent until it arrives.
 *
 * N1. Nothing that a webhook wants is lost, and it may come twice: its id tells.
 */
import { isFinal } from '../../core/run/events.ts';
import type { RunStatus } from '../../core/run/events.ts';
import type { TurnRecord } from '../../core/run/record.ts';
import { placeOfRun, withPlace } from '../../core/queue/place.ts';
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { EpochMs, FinishedRun, RunId, Tenant } from '../../runtime/ports.ts';
import type { Delivery, WebhookEvent, WebhookTarget } from '../../runtime/ports/webhooks.ts';
import { messageOf } from '../../runtime/webhook-message.ts';
import { send } from '../../runtime/send-webhook.ts';
import { findPlan } from './kept-rows.ts';
import * as rows from './outbox-rows.ts';
import type { DeliveryRow, Notice } from './outbox-rows.ts';
import { armAlarm } from './partition-state.ts';
import type { Partition } from './partition-state.ts';
import { findHead } from './queue-rows.ts';
import { findApproval, showWhole } from './reading.ts';
import { withValues } from './values.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After each attempt; a day in all. */
const DELAYS_MS: readonly number[] = [
  5_000,
  MINUTE_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  8 * HOUR_MS,
  8 * HOUR_MS,
];
/** After it an attempt that was begun and not ended is made again. */
const LEASE_MS = 2 * MINUTE_MS;
/** What could not be asked is asked again. */
const AGAIN_MS = 30_000;
const SLICE = 50;
/** A context has six connections in all, and runs need some. */
const AT_A_TIME = 3;

// ---------------------------------------------------------------- noting

/** Within the transaction of the turn. True when something was noted. */
export function note(partition: Partition, run: RunId, record: TurnRecord): boolean {
  const found = happenings(record);
  if (found.length === 0) return false;
  const state = partition.drivers.get(run)?.state;
  const isNamed =
    state?.identity.webhook !== undefined || state?.plan.onFailure?.webhook !== undefined;
  if (partition.outbox.wanted === false && !isNamed) return false;
  const tenant = findHead(partition.sql, run)?.tenant ?? '';
  const at = partition.deps.clock.now();
  for (const { event, key } of found)
    rows.addNotice(partition.sql, { tenant, run, event, key, at });
  return true;
}

/** A run that was executed elsewhere. */
export function noteFinished(partition: Partition, { tenant, view }: FinishedRun): void {
  if (partition.outbox.wanted === false || !isEnd(view.status)) return;
  const event = `run.${view.status}` as const;
  const at = partition.deps.clock.now();
  rows.addNotice(partition.sql, { tenant, run: view.id, event, key: null, at });
}

function isEnd(status: RunStatus): status is 'completed' | 'failed' | 'cancelled' {
  return isFinal(status);
}

function happenings({ run, events }: TurnRecord): { event: WebhookEvent; key: string | null }[] {
  return events.flatMap((event): { event: WebhookEvent; key: string | null }[] => {
    if (event.type === 'node.waiting' && event.kind === 'approval') {
      return [{ event: 'approval.requested', key: event.key }];
    }
    if (event.type === 'run.warning' && event.code === 'escalated') {
      return [{ event: 'approval.escalated', key: event.node ?? null }];
    }
    if (!isFinal(run.status)) return [];
    if (event.type === 'run.completed') return [{ event: 'run.completed', key: null }];
    if (event.type === 'run.failed') return [{ event: 'run.failed', key: null }];
    return event.type === 'run.cancelled' ? [{ event: 'run.cancelled', key: null }] : [];
  });
}

export function webhooksChanged({ outbox }: Partition): void {
  outbox.generation += 1;
  outbox.wanted = undefined;
}

/** Finds out whether anybody wants to hear, for the runs to come. */
export function learn(partition: Partition, tenant: Tenant): void {
  const { outbox, deps } = partition;
  if (outbox.wanted !== undefined) return;
  const { generation } = outbox;
  void deps.outbox.targets.any(tenant).then(
    (wanted) => {
      if (outbox.generation === generation) outbox.wanted = wanted;
    },
    () => undefined,
  );
}

// ---------------------------------------------------------------- sending

/** The object has woken: what an earlier life did not send is sent when its time comes. */
export function resume(partition: Partition): void {
  const { sql, deps } = partition;
  const next = rows.readNotices(sql, 1).length > 0 ? deps.clock.now() : rows.nextDelivery(sql);
  if (next !== undefined) armAlarm(partition, next);
}

/** Sends what is due, and sees to it that the object wakes for what is not. */
export async function pump(partition: Partition): Promise<void> {
  const { outbox, deps } = partition;
  if (outbox.isBusy) return;
  outbox.isBusy = true;
  try {
    while ((await spread(partition)) || (await sendDue(partition)));
  } catch (error) {
    deps.log.write('warn', 'webhooks_delayed', { reason: String(error) });
    armAlarm(partition, deps.clock.now() + AGAIN_MS);
  } finally {
    outbox.isBusy = false;
    const next = rows.nextDelivery(partition.sql);
    if (next !== undefined) armAlarm(partition, next);
  }
}

/** Makes a row for everybody who wants to hear of what was noted. True: there may be more. */
async function spread(partition: Partition): Promise<boolean> {
  const notices = rows.readNotices(partition.sql, SLICE);
  for (const notice of notices) {
    const targets = await targetsOf(partition, notice);
    const body = targets.length === 0 ? '' : JSON.stringify(await bodyOf(partition, notice));
    partition.ctx.storage.transactionSync(() => {
      for (const target of targets) addDelivery(partition, notice, { target, body });
      rows.dropNotice(partition.sql, notice.seq);
    });
  }
  return notices.length > 0;
}

async function targetsOf(partition: Partition, notice: Notice): Promise<WebhookTarget[]> {
  const { targets } = partition.deps.outbox;
  const { tenant, event, run } = notice;
  const head = findNamed(partition, run);
  if (head === undefined) return [];
  const wanting = await targets.wanting(tenant, { event, recipe: head.recipe });
  const own = event.startsWith('run.') ? head.webhook : undefined;
  const failed = event === 'run.failed' ? head.onFailure : undefined;
  const named: WebhookTarget[] = [];
  for (const url of new Set([own, failed])) {
    const target = url === undefined ? undefined : await targets.named(tenant, url);
    if (target !== undefined) named.push(target);
  }
  return [...wanting, ...named];
}

/** What a run's own rows say about who is to be told. */
function findNamed({ sql }: Partition, run: RunId) {
  const head = findHead(sql, run);
  if (head === undefined) return undefined;
  const { recipe, webhook, planHash } = head.identity;
  return { recipe, webhook, onFailure: findPlan(sql, planHash)?.onFailure?.webhook };
}

function addDelivery(
  { sql, deps }: Partition,
  { tenant, run, event }: Notice,
  { target, body }: { target: WebhookTarget; body: string },
): void {
  const { webhook = null, url } = target;
  const createdAt = deps.clock.now();
  const id = withPlace(deps.ids.next('dlv'), placeOfRun(run));
  rows.addDelivery(sql, { id, tenant, webhook, url, event, run, body, createdAt });
}

/** True when something was sent, so that more may be due. */
async function sendDue(partition: Partition): Promise<boolean> {
  const { sql, deps } = partition;
  const due = rows.dueDeliveries(sql, deps.clock.now(), SLICE);
  for (let at = 0; at < due.length; at += AT_A_TIME) {
    const batch = due.slice(at, at + AT_A_TIME);
    for (const { id } of batch) rows.beginAttempt(sql, id, deps.clock.now() + LEASE_MS);
    await Promise.all(batch.map((row) => attempt(partition, row)));
  }
  return due.length > 0;
}

async function attempt(partition: Partition, row: DeliveryRow): Promise<void> {
  const { deps, sql } = partition;
  const { tenant, webhook, url } = row;
  const target = await (webhook === undefined
    ? deps.outbox.targets.named(tenant, url)
    : deps.outbox.targets.find(tenant, webhook));
  const at = deps.clock.now();
  if (target === undefined) {
    const last = { at, error: 'webhook_not_found' };
    return rows.endAttempt(sql, row.id, { status: 'failed', last, dueAt: undefined });
  }
  const answer = await send({ ...deps, signatures: deps.outbox.signatures }, target, row);
  const last = { at: deps.clock.now(), ...answer };
  const isDone = answer.status !== undefined && answer.status >= 200 && answer.status < 300;
  // The receiver says itself that it wants nothing more.
  const delay = answer.status === 410 ? undefined : DELAYS_MS[row.attempts];
  const status = isDone ? 'delivered' : delay === undefined ? 'failed' : 'pending';
  const dueAt =
    isDone || delay === undefined ? undefined : jittered(last.at, delay, deps.ids.random());
  rows.endAttempt(sql, row.id, { status, last, dueAt });
}

/** A tenth earlier or later, so that what failed together does not come back together. */
function jittered(at: EpochMs, delay: number, random: number): EpochMs {
  return Math.round(at + delay * (0.9 + 0.2 * random));
}

export function resend(partition: Partition, id: string): Result<Delivery> {
  const { sql, deps } = partition;
  if (rows.findDelivery(sql, id) === undefined) {
    return fail('webhook_not_found', `Cannot find delivery "${id}"`);
  }
  rows.restart(sql, id, deps.clock.now());
  void pump(partition);
  const again = rows.findDelivery(sql, id);
  return again === undefined
    ? fail('webhook_not_found', `Cannot find delivery "${id}"`)
    : ok(rows.shown(again));
}

async function bodyOf(partition: Partition, { run, event, key, at }: Notice) {
  const view = await showWhole(partition, run);
  const find = (step: string) =>
    withValues(partition, run, () => findApproval(partition, run, step));
  const approval = key === null ? null : await find(key);
  return messageOf({ event, at, view, approval, key });
}
