/** What is asked of a partition's runs: status, steps, events. */
import { fail, ok, toFailure } from '../../core/errors.ts';
import { unfollowed } from '../../core/recipe/plan-format.ts';
import type { Result } from '../../core/errors.ts';
import { isFinal } from '../../core/run/events.ts';
import type { RunEvent } from '../../core/run/events.ts';
import { utf8Length } from '../../core/json.ts';
import type { Seeds } from '../../core/run/record.ts';
import { showApproval } from '../../core/run/approvals.ts';
import { restore } from '../../core/run/restore.ts';
import { showNode, shownOf, showRun } from '../../core/run/show.ts';
import type { RunState } from '../../core/run/state.ts';
import type { ApprovalView, NodeView, RunView } from '../../core/run/view.ts';
import { seedsOf } from '../../core/run/replay.ts';
import type { ReplayPoint } from '../../core/run/replay.ts';
import type { EventPage, Origin, RunId } from '../../runtime/ports.ts';
import type { EventPlace, PlacedDelta } from '../../runtime/ports/deltas.ts';
import { findFollowUp } from './failures.ts';
import { findPlan, findRecord } from './kept-rows.ts';
import { maskOf } from '../../core/run/mask.ts';
import type { Mask } from '../../core/run/mask.ts';
import { positionOf } from '../../core/queue/queue.ts';
import { waitWith } from './partition-state.ts';
import type { Partition } from './partition-state.ts';
import * as rows from './queue-rows.ts';
import { awayValues, SHOWN } from './value-rows.ts';
import { withValues } from './values.ts';

const PAGE = 500;
/** What goes to whoever asks, in one piece: the platform takes 32 MiB. */
const MAX_ANSWER_BYTES = 24 * 1024 * 1024;

/** Its inputs and its result have to be here: `showWhole` fetches them. */
export function show(partition: Partition, id: RunId): RunView | null {
  const state = findState(partition, id, { bare: !hidesAny(partition, id) });
  const view = state === undefined ? findRecord(partition, id)?.view : viewOf(partition, state);
  if (view?.status !== 'failed') return view ?? null;
  const followUp = findFollowUp(partition, id);
  return followUp === undefined ? view : { ...view, on_failure: followUp };
}

export async function showWhole(partition: Partition, id: RunId): Promise<RunView | null> {
  const places = hidesAny(partition, id) ? undefined : SHOWN;
  return withValues(partition, id, () => show(partition, id), places);
}

/** Whether something of a run is never shown, for which all of it is looked at. */
export function hidesAny({ sql }: Partition, id: RunId): boolean {
  const head = rows.findHead(sql, id);
  return head !== undefined && findPlan(sql, head.identity.planHash)?.sensitive === true;
}

export function viewOf(partition: Partition, state: RunState): RunView {
  const { queue, deps } = partition;
  const now = deps.clock.now();
  const queuePosition = positionOf(queue, state.identity.id);
  const { startAt = 0 } = queue.waiting.get(state.identity.id)?.admission ?? {};
  return showRun({
    ...shownOf(state, now),
    ...(queuePosition !== undefined && { queuePosition }),
    ...(startAt > now && { startAt }),
  });
}

/** From memory while it is under way, else from its rows. */
export function findState(
  partition: Partition,
  id: RunId,
  options?: { readonly bare: boolean },
): RunState | undefined {
  const driver = partition.drivers.get(id);
  if (driver !== undefined) {
    // What is shown must not be lost with the object.
    driver.flush();
    return driver.state;
  }
  const head = rows.findHead(partition.sql, id);
  const stored = head && rows.readRun(partition, head, options);
  return stored && restore(stored);
}

export function findNode(
  partition: Partition,
  id: RunId,
  node: string,
): Result<readonly NodeView[]> {
  const state = findState(partition, id);
  const nodes =
    state === undefined
      ? findRecord(partition, id)?.nodes.filter((each) => each.node === node || each.key === node)
      : showNode(shownOf(state, partition.deps.clock.now()), node);
  if (nodes === undefined) return fail('run_not_found', `Cannot find run "${id}"`);
  if (nodes.length === 0)
    return fail('node_not_found', `Cannot find a step of node "${node}" in run "${id}"`);
  if (
    (state?.valueBytes ?? 0) > MAX_ANSWER_BYTES &&
    utf8Length(JSON.stringify(nodes)) > MAX_ANSWER_BYTES
  )
    return fail(
      'value_too_large',
      `Cannot show node "${node}": it is over ${MAX_ANSWER_BYTES} bytes`,
    );
  return ok(nodes);
}

/** What a run was made of, and what of it a replay from a point takes over. */
export function originOf(partition: Partition, id: RunId, point?: ReplayPoint): Result<Origin> {
  const head = rows.findHead(partition.sql, id);
  if (head === undefined) return fail('run_not_found', `Cannot find run "${id}"`);
  const { recipe, recipeVersion, planHash, labels, model } = head.identity;
  const stored = rows.readRun(partition, head);
  if (stored !== undefined && 'foreign' in stored)
    return { ok: false, error: toFailure(unfollowed(id, stored.foreign)) };
  const inputs = stored?.identity.inputs ?? rows.readInputs(partition, id);
  const asked = model !== undefined && { model };
  const about = { recipe, recipeVersion, planHash, labels, inputs, ...asked };
  if (point === undefined) return ok({ ...about, ...(stored && { plan: stored.plan }) });
  if (stored === undefined)
    return fail('run_not_kept', `Cannot replay a part of run "${id}": it was executed inline`);
  const seeds = seedsOf(stored, point);
  if (seeds.ok && (stored.run.valueBytes ?? 0) > MAX_ANSWER_BYTES && isTooMuch(seeds.value)) {
    const detail = `what it takes over is over ${MAX_ANSWER_BYTES} bytes`;
    return fail('value_too_large', `Cannot replay a part of run "${id}": ${detail}`);
  }
  return seeds.ok ? ok({ ...about, plan: stored.plan, seeds: seeds.value }) : seeds;
}

function isTooMuch(seeds: Seeds): boolean {
  return utf8Length(JSON.stringify(seeds)) > MAX_ANSWER_BYTES;
}

/** Waits for events when there are none yet. */
export async function readEvents(
  partition: Partition,
  id: RunId,
  after: EventPlace,
  waitMs: number,
): Promise<Result<EventPage>> {
  const page = await wholePage(partition, id, after);
  if (!page.ok || page.value.finished || waitMs <= 0) return page;
  if (page.value.events.length > 0 || page.value.deltas.length > 0) return page;
  const { clock } = partition.deps;
  await waitWith(partition.watchers, id, { clock, waitMs });
  return wholePage(partition, id, after);
}

/** Only texts that were streamed before this life of the object are read from steps. */
async function wholePage(
  partition: Partition,
  id: RunId,
  after: EventPlace,
): Promise<Result<EventPage>> {
  const read = () => readPage(partition, id, after);
  if (awayValues(partition.sql, id).length === 0) return read();
  if (hidesAny(partition, id)) return withValues(partition, id, read);
  const lost = lostTexts(partition, id, rows.readEvents(partition.sql, id, after.seq, PAGE));
  return withValues(
    partition,
    id,
    read,
    lost.map(({ key }) => rows.stepPlace(key)),
  );
}

function readPage(partition: Partition, id: RunId, after: EventPlace): Result<EventPage> {
  partition.drivers.get(id)?.flush();
  const head = rows.findHead(partition.sql, id);
  if (head === undefined) return fail('run_not_found', `Cannot find run "${id}"`);
  const events = rows.readEvents(partition.sql, id, after.seq, PAGE);
  const isLast = events.length < PAGE;
  const lostUntil = lostBefore(partition, id, events[0]?.seq);
  const until = isLast ? Infinity : (events.at(-1)?.seq ?? 0);
  const mask = hidesAny(partition, id) ? maskOfRun(partition, id) : undefined;
  const whole = wholeTexts(partition, id, events);
  const deltas =
    mask === undefined
      ? [...whole, ...partition.deltas.after(id, after)]
      : whole.map((each) => ({ ...each, text: mask.textOf(each.key, each.text) }));
  return ok({
    events: mask === undefined ? events : events.map((event) => mask.event(event)),
    deltas: deltas.filter(({ seq }) => seq < until),
    ...(lostUntil > after.seq && { lostUntil }),
    finished: isFinal(head.status) && isLast,
  });
}

/** The event up to which nothing is kept, when `first` is the first that is. */
function lostBefore({ sql }: Partition, id: RunId, first: number | undefined): number {
  return first === undefined ? rows.lastSeq(sql, id) : first - 1;
}

function maskOfRun(partition: Partition, id: RunId): Mask | undefined {
  const state = findState(partition, id);
  return state && maskOf(state);
}

/** In place of deltas that another life of the object has passed on: the text that they came to. */
function wholeTexts(partition: Partition, id: RunId, events: readonly RunEvent[]): PlacedDelta[] {
  return lostTexts(partition, id, events).flatMap((event) => {
    const { key, node, attempt, seq } = event;
    const output = rows.findStep(partition, id, key)?.output;
    if (typeof output !== 'string') return [];
    return [{ key, node, attempt, offset: 0, text: output, seq: seq - 1, number: event.at }];
  });
}

type Completed = Extract<RunEvent, { type: 'node.completed' }>;

/** Ends of steps whose text was passed on in another life of the object. */
function lostTexts({ deltas }: Partition, id: RunId, events: readonly RunEvent[]): Completed[] {
  const since = deltas.since(id) ?? Infinity;
  return events
    .filter((event) => event.type === 'node.completed')
    .filter(({ stats, seq }) => stats.streamed === true && seq <= since);
}

/** Waits for the run to end, and shows what it is then. */
export async function waitForEnd(
  partition: Partition,
  id: RunId,
  waitMs: number,
): Promise<RunView | null> {
  const { clock } = partition.deps;
  const until = clock.now() + waitMs;
  // What it has come to in memory spares reading it all again.
  const driver = partition.drivers.get(id);
  for (let left = waitMs; left > 0; left = until - clock.now()) {
    const head = rows.findHead(partition.sql, id);
    if (head === undefined || isFinal(head.status)) break;
    await waitWith(partition.enders, id, { clock, waitMs: left });
  }
  const { state } = driver ?? {};
  return state?.status === 'completed' ? viewOf(partition, state) : showWhole(partition, id);
}

export function findApproval(partition: Partition, run: RunId, key: string): ApprovalView | null {
  const state = findState(partition, run);
  return (state && showApproval(state, key)) ?? null;
}
