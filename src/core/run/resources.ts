/** What steps of a run took, over the last hundred of them, and how busy the place was. */
import type { StepStats } from './events.ts';
import type { LoadSpread } from './load.ts';
import { spreadOf } from './spread.ts';
import type { ResourceMetrics, Spread } from './view.ts';

const MAX_SAMPLES = 100;

/** `stats` in the order of the steps. */
export function resourcesOf(stats: readonly StepStats[], load?: LoadSpread): ResourceMetrics {
  const samples = stats.filter(({ fuel }) => fuel !== undefined).slice(-MAX_SAMPLES);
  const lastOf = (field: 'requests' | 'limitUsed'): Spread | null =>
    spreadOf(stats.flatMap((each) => each[field] ?? []).slice(-MAX_SAMPLES));
  return {
    samples: samples.length,
    fuel: spreadOf(samples.flatMap(({ fuel }) => fuel ?? [])),
    memory_pages: spreadOf(samples.flatMap(({ memoryPages }) => memoryPages ?? [])),
    requests: lastOf('requests'),
    limit_used: lastOf('limitUsed'),
    queue_depth: load?.queueDepth ?? null,
    storage_bytes: load?.storageBytes ?? null,
  };
}
