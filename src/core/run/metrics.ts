/** A run in numbers, read off its rows. */
import type { Graph } from '../recipe/plan.ts';
import type { Ledger } from './state.ts';
import type { ActiveRow, RunRow, StepRow } from './record.ts';
import type { StepStats } from './events.ts';
import { longestChain } from './longest-chain.ts';
import { resourcesOf } from './resources.ts';
import type { RunMetrics } from './view.ts';

export interface MeasuredRun {
  readonly run: RunRow;
  readonly steps: readonly StepRow[];
  readonly ledgers: ReadonlyMap<string, Pick<Ledger, 'outcomes' | 'failed'>>;
  /** Of the recipe itself. */
  readonly graph: Pick<Graph, 'edges'>;
  readonly now: number;
}

export function metricsOf(given: MeasuredRun): RunMetrics {
  // Calls of tools are steps within steps: their time and their failures are those of their step.
  const steps = given.steps.filter(({ tool }) => tool === undefined);
  const tools = given.steps.filter(({ tool }) => tool !== undefined);
  const measured = { ...given, steps };
  const { run, ledgers, now } = measured;
  const ran = steps.filter(hasRun);
  const times = [
    ...ran.map(({ key, startedAt, endedAt }) => ({ id: key, time_ms: endedAt - startedAt })),
    ...[...run.active, ...steps.filter(({ status }) => status === 'open')]
      .filter(isOwn)
      .map(({ key, startedAt }) => ({ id: key, time_ms: now - startedAt })),
  ];
  // A sub-recipe's nodes lie within their owner's time, which counts already.
  const ownTimes = times.filter(({ id }) => !id.includes('/'));
  const nodeTime = ownTimes.reduce((sum, { time_ms: ms }) => sum + ms, 0);
  const totalTime = run.startedAt === undefined ? 0 : (run.endedAt ?? now) - run.startedAt;
  const itemOutcomes = [...ledgers.values()].flatMap(({ outcomes }) =>
    outcomes.filter((outcome) => outcome !== null),
  );
  const stats = [
    ...itemOutcomes.flatMap((outcome) => (outcome.ok ? [outcome.stats] : [])),
    ...[...ran, ...tools].toSorted((a, b) => a.endSeq - b.endSeq).flatMap((row) => row.stats ?? []),
  ];
  const looked = stats.filter(({ cached }) => cached !== undefined);
  const hits = looked.filter(({ cached }) => cached === true).length;
  const itemFailures = [...ledgers.values()].reduce((sum, { failed }) => sum + failed, 0);
  return {
    total_time_ms: totalTime,
    node_time_ms: nodeTime,
    parallel_efficiency: ratio(nodeTime, totalTime),
    slowest_node: slowest(times),
    error_count: steps.filter(({ status }) => status === 'failed').length + itemFailures,
    cache_hits: hits,
    cache_hit_rate: ratio(hits, looked.length),
    node_count: times.length,
    skipped_count: steps.filter(({ status }) => status === 'skipped').length,
    item_count: itemOutcomes.length,
    attempts:
      [...ran, ...run.active].reduce((sum, { attempt }) => sum + attempt, 0) +
      itemOutcomes.reduce((sum, { attempts = 1 }) => sum + attempts, 0),
    critical_path: criticalPath(measured),
    resources: resourcesOf(stats, run.load),
    fuel: total(stats, 'fuel'),
    input_tokens: run.spent?.inputTokens ?? 0,
    output_tokens: run.spent?.outputTokens ?? 0,
    cached_tokens: run.spent?.cachedTokens ?? 0,
    reasoning_tokens: run.spent?.reasoningTokens ?? 0,
    cost_usd: run.spent?.costUsd ?? null,
    unreported_tokens: run.spent?.heldTokens ?? 0,
    unreported_cost_usd: run.spent?.heldUsd ?? null,
    tool_calls: tools.length,
  };
}

function hasRun({ status }: StepRow): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

function criticalPath({ run, steps, graph, now }: MeasuredRun): RunMetrics['critical_path'] {
  const isOfGraph = ({ key }: { readonly key: string }): boolean => !/[/[]/.test(key);
  const ended = steps.filter((row) => isOfGraph(row) && hasRun(row));
  const active = [...run.active, ...steps.filter(({ status }) => status === 'open')]
    .filter(isOfGraph)
    .map(({ key, startSeq, startedAt }) => ({ key, startSeq, startedAt, endedAt: now, taken: [] }));
  const chain = longestChain([...ended, ...active], graph);
  return {
    nodes: chain.map(({ id }) => id),
    time_ms: chain.reduce((sum, { time_ms: ms }) => sum + ms, 0),
  };
}

/** Whether an active step is a node's, not an item's. */
function isOwn({ key }: Pick<ActiveRow, 'key'>): boolean {
  return !key.endsWith(']');
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function slowest(times: readonly { id: string; time_ms: number }[]): RunMetrics['slowest_node'] {
  return times.reduce<RunMetrics['slowest_node']>(
    (worst, each) => (worst === null || each.time_ms > worst.time_ms ? each : worst),
    null,
  );
}

function total(stats: readonly StepStats[], field: 'fuel'): number {
  return stats.reduce((sum, each) => sum + (each[field] ?? 0), 0);
}
