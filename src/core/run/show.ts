/** Rows into views: what the API shows of a run and of its nodes. */
import type { Failure } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import { isFinal } from './events.ts';
import { metricsOf } from './metrics.ts';
import type { MeasuredRun } from './metrics.ts';
import type { ActiveRow, StepRow } from './record.ts';
import { maskOf } from './mask.ts';
import type { Mask } from './mask.ts';
import { isInside } from './state.ts';
import type { RunIdentity, RunState } from './state.ts';
import { runRow } from './advance.ts';
import type { ErrorView, NodeView, RunView } from './view.ts';

export interface ShownRun extends MeasuredRun {
  readonly identity: RunIdentity;
  /** Place in the queue, 1 is next; read only while the run is queued. */
  readonly queuePosition?: number;
  /** Absent: nothing of it is hidden. */
  readonly mask?: Mask;
  /** When a queued run may start, where that is later than now. */
  readonly startAt?: number;
}

/** What is shown of a run that is in memory. */
export function shownOf(state: RunState, now: number): ShownRun {
  const { identity, rows, ledgers, plan } = state;
  const { graph } = plan;
  const mask = maskOf(state);
  const shown = { identity, run: runRow(state), steps: [...rows.values()], ledgers, graph, now };
  return { ...shown, ...(mask && { mask }) };
}

export function showRun(shown: ShownRun): RunView {
  const { identity, run, steps, now } = shown;
  const common = {
    id: identity.id,
    recipe: identity.recipe,
    recipe_version: identity.recipeVersion,
    plan: identity.planHash,
    mode: identity.mode,
    created_at: iso(identity.createdAt),
    labels: shown.mask?.inputs(identity.labels) ?? identity.labels,
    inputs: shown.mask?.inputs(identity.inputs) ?? identity.inputs,
    ...(identity.model !== undefined && { model: identity.model }),
    ...(identity.replayOf !== undefined && { replay_of: identity.replayOf }),
    ...(identity.failureOf !== undefined && { failure_of: identity.failureOf }),
  };
  const ended_at = iso(run.endedAt ?? now);
  const cancelled = {
    status: 'cancelled' as const,
    ended_at,
    ...(run.cancelReason !== undefined && { cancel_reason: run.cancelReason }),
  };
  const queued = {
    status: 'queued' as const,
    queue_position: shown.queuePosition ?? 1,
    ...(shown.startAt !== undefined && { start_at: iso(shown.startAt) }),
  };
  if (run.startedAt === undefined) {
    if (run.status === 'queued') return { ...common, ...queued };
    if (run.status === 'paused') return { ...common, status: 'paused' };
    return { ...common, ...cancelled };
  }
  const started = {
    ...common,
    started_at: iso(run.startedAt),
    nodes: showNodes(shown),
    warnings: run.warnings.map((each) => ({
      ...each,
      detail: shown.mask?.text(each.detail) ?? each.detail,
    })),
    metrics: metricsOf(shown),
  };
  switch (run.status) {
    case 'completed': {
      const { outputs = {}, missing = [] } = run.result ?? {};
      const mocked = steps.some(({ stats }) => stats?.provider === 'mock') || hasMockedItem(shown);
      return {
        ...started,
        status: 'completed',
        ended_at,
        result: shown.mask?.outputs(outputs) ?? outputs,
        missing_outputs: missing,
        mocked,
      };
    }
    case 'failed':
      return { ...started, status: 'failed', ended_at, error: runError(shown) };
    case 'cancelled':
      return { ...started, ...cancelled };
    case 'queued':
      return { ...started, ...queued };
    case 'running':
    case 'waiting':
    case 'paused':
      return { ...started, status: run.status, runtime_ms: now - run.startedAt };
  }
}

function hasMockedItem({ ledgers }: ShownRun): boolean {
  return [...ledgers.values()].some(({ outcomes }) =>
    outcomes.some((outcome) => outcome?.ok === true && outcome.stats.provider === 'mock'),
  );
}

function runError({ run, mask }: ShownRun): ErrorView {
  if (run.failure === undefined)
    return { code: 'internal', detail: 'Cannot tell why the run failed' };
  const { node } = run.failure;
  return { ...errorView(run.failure, mask), ...(node !== undefined && { node }) };
}

/** Steps of nodes in the order in which they began, items left out. */
export function showNodes({ run, steps, ledgers, mask }: ShownRun): NodeView[] {
  const decided = steps
    .filter(({ key }) => !key.endsWith(']'))
    .map((row) => ({ seq: row.startSeq, view: decidedView(row, ledgers, mask) }));
  const active = run.active
    .filter(({ key }) => !key.endsWith(']'))
    .map((row) => ({ seq: row.startSeq, view: activeView(row, isFinal(run.status), mask) }));
  return [...decided, ...active].toSorted((a, b) => a.seq - b.seq).map(({ view }) => view);
}

/** The same with outputs, for one node; a map's items follow it. */
export function showNode(shown: ShownRun, node: string): NodeView[] {
  const outputs = new Map(shown.steps.map(({ key, output }) => [key, output]));
  return showNodes(shown)
    .filter((view) => view.node === node || view.key === node)
    .flatMap((view) => {
      const output = outputs.get(view.key);
      return [
        { ...view, ...(output !== undefined && { output: seen(shown, view.key, output) }) },
        ...itemViews(shown, view),
        ...toolViews(shown, view),
      ];
    });
}

/** The calls of tools that a step, or an item of it, has made. */
function toolViews(shown: ShownRun, { key, node, visit }: NodeView): NodeView[] {
  const { mask } = shown;
  return shown.steps
    .filter((row) => row.tool !== undefined && isInside(row.key, key))
    .toSorted((a, b) => a.endSeq - b.endSeq)
    .map((row) => ({
      key: row.key,
      node,
      visit,
      status: row.status,
      attempts: 1,
      started_at: iso(row.startedAt),
      ended_at: iso(row.endedAt),
      ...(row.tool && { tool: { ...row.tool, input: seen(shown, row.key, row.tool.input) } }),
      ...(row.stats && { stats: row.stats }),
      ...(row.failure && { error: errorView(row.failure, mask) }),
      ...(row.output !== undefined && { output: seen(shown, row.key, row.output) }),
    }));
}

function itemViews(shown: ShownRun, { key, node, visit }: NodeView): NodeView[] {
  const { mask } = shown;
  return (shown.ledgers.get(key)?.outcomes ?? []).flatMap((outcome, index): NodeView[] => {
    if (outcome === null) return [];
    const common = { key: `${key}[${index}]`, node, visit, attempts: outcome.attempts ?? 1 };
    return outcome.ok
      ? [
          {
            ...common,
            status: 'completed',
            stats: outcome.stats,
            output: seen(shown, key, outcome.value),
          },
        ]
      : [{ ...common, status: 'failed', error: errorView(outcome.failure, mask) }];
  });
}

/** An output as it is shown. */
function seen({ mask }: ShownRun, key: string, output: JsonValue): JsonValue {
  return mask === undefined ? output : mask.output(key, output);
}

function decidedView(row: StepRow, ledgers: ShownRun['ledgers'], mask: Mask | undefined): NodeView {
  const ledger = ledgers.get(row.key);
  const done = ledger?.outcomes.filter((outcome) => outcome !== null).length ?? 0;
  return {
    ...nameOf(row.key),
    status: row.status !== 'open' ? row.status : row.waiting === undefined ? 'running' : 'waiting',
    attempts: row.attempt,
    started_at: iso(row.startedAt),
    ...(row.status !== 'open' && { ended_at: iso(row.endedAt) }),
    ...(row.stats && { stats: row.stats }),
    ...(row.failure && { error: errorView(row.failure, mask) }),
    ...(ledger && { items: { done, failed: ledger.failed, total: row.itemCount ?? done } }),
  };
}

function activeView(row: ActiveRow, hasEnded: boolean, mask: Mask | undefined): NodeView {
  return {
    ...nameOf(row.key),
    status: hasEnded ? 'cancelled' : row.retryAt === undefined ? 'running' : 'backoff',
    attempts: row.attempt,
    started_at: iso(row.startedAt),
    ...(row.failure && { error: errorView(row.failure, mask) }),
  };
}

function nameOf(key: string): Pick<NodeView, 'key' | 'node' | 'visit'> {
  const last = key.slice(key.lastIndexOf('/') + 1);
  const [node = last, visit = '1'] = last.split('@');
  return { key, node, visit: Number(visit) };
}

function errorView(failed: Failure, mask: Mask | undefined): ErrorView {
  const { code, message, details } = mask === undefined ? failed : mask.failure(failed);
  return { code, detail: message, ...(details !== undefined && { details }) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
