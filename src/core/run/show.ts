/** Rows into views: what the API shows of a run and of its nodes. */
import type { Failure } from '../errors.ts';
import { isFinal } from './events.ts';
import { metricsOf } from './metrics.ts';
import type { MeasuredRun } from './metrics.ts';
import type { ActiveRow, StepRow } from './record.ts';
import { isInside } from './state.ts';
import type { RunIdentity, RunState } from './state.ts';
import { runRow } from './advance.ts';
import type { ErrorView, NodeView, RunView } from './view.ts';

export interface ShownRun extends MeasuredRun {
  readonly identity: RunIdentity;
  /** Place in the queue, 1 is next; read only while the run is queued. */
  readonly queuePosition?: number;
  /** When a queued run may start, where that is later than now. */
  readonly startAt?: number;
}

/** What is shown of a run that is in memory. */
export function shownOf(state: RunState, now: number): ShownRun {
  const { identity, rows, ledgers, plan } = state;
  const { graph } = plan;
  return { identity, run: runRow(state), steps: [...rows.values()], ledgers, graph, now };
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
    labels: identity.labels,
    inputs: identity.inputs,
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
    warnings: run.warnings,
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
        result: outputs,
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

function runError({ run }: ShownRun): ErrorView {
  if (run.failure === undefined)
    return { code: 'internal', detail: 'Cannot tell why the run failed' };
  const { node } = run.failure;
  return { ...errorView(run.failure), ...(node !== undefined && { node }) };
}

/** Steps of nodes in the order in which they began, items left out. */
export function showNodes({ run, steps, ledgers }: ShownRun): NodeView[] {
  const decided = steps
    .filter(({ key }) => !key.endsWith(']'))
    .map((row) => ({ seq: row.startSeq, view: decidedView(row, ledgers) }));
  const active = run.active
    .filter(({ key }) => !key.endsWith(']'))
    .map((row) => ({ seq: row.startSeq, view: activeView(row, isFinal(run.status)) }));
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
        { ...view, ...(output !== undefined && { output }) },
        ...itemViews(shown, view),
        ...toolViews(shown, view),
      ];
    });
}

/** The calls of tools that a step, or an item of it, has made. */
function toolViews({ steps }: ShownRun, { key, node, visit }: NodeView): NodeView[] {
  return steps
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
      ...(row.tool && { tool: row.tool }),
      ...(row.stats && { stats: row.stats }),
      ...(row.failure && { error: errorView(row.failure) }),
      ...(row.output !== undefined && { output: row.output }),
    }));
}

function itemViews({ ledgers }: ShownRun, { key, node, visit }: NodeView): NodeView[] {
  return (ledgers.get(key)?.outcomes ?? []).flatMap((outcome, index): NodeView[] => {
    if (outcome === null) return [];
    const common = { key: `${key}[${index}]`, node, visit, attempts: outcome.attempts ?? 1 };
    return outcome.ok
      ? [{ ...common, status: 'completed', stats: outcome.stats, output: outcome.value }]
      : [{ ...common, status: 'failed', error: errorView(outcome.failure) }];
  });
}

function decidedView(row: StepRow, ledgers: ShownRun['ledgers']): NodeView {
  const ledger = ledgers.get(row.key);
  const done = ledger?.outcomes.filter((outcome) => outcome !== null).length ?? 0;
  return {
    ...nameOf(row.key),
    status: row.status !== 'open' ? row.status : row.waiting === undefined ? 'running' : 'waiting',
    attempts: row.attempt,
    started_at: iso(row.startedAt),
    ...(row.status !== 'open' && { ended_at: iso(row.endedAt) }),
    ...(row.stats && { stats: row.stats }),
    ...(row.failure && { error: errorView(row.failure) }),
    ...(ledger && { items: { done, failed: ledger.failed, total: row.itemCount ?? done } }),
  };
}

function activeView(row: ActiveRow, hasEnded: boolean): NodeView {
  return {
    ...nameOf(row.key),
    status: hasEnded ? 'cancelled' : row.retryAt === undefined ? 'running' : 'backoff',
    attempts: row.attempt,
    started_at: iso(row.startedAt),
    ...(row.failure && { error: errorView(row.failure) }),
  };
}

function nameOf(key: string): Pick<NodeView, 'key' | 'node' | 'visit'> {
  const last = key.slice(key.lastIndexOf('/') + 1);
  const [node = last, visit = '1'] = last.split('@');
  return { key, node, visit: Number(visit) };
}

function errorView({ code, message, details }: Failure): ErrorView {
  return { code, detail: message, ...(details !== undefined && { details }) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
