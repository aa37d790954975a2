/** What plugin calls of a run took, over the last hundred of them. */
import type { StepStats } from './events.ts';
import type { ResourceMetrics, Spread } from './view.ts';

const MAX_SAMPLES = 100;

/** In the order of the calls. */
export function resourcesOf(stats: readonly StepStats[]): ResourceMetrics {
  const samples = stats.filter(({ fuel }) => fuel !== undefined).slice(-MAX_SAMPLES);
  return {
    samples: samples.length,
    fuel: spreadOf(samples.flatMap(({ fuel }) => fuel ?? [])),
    memory_pages: spreadOf(samples.flatMap(({ memoryPages }) => memoryPages ?? [])),
  };
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  return { average: sum / values.length, max: Math.max(...values), min: Math.min(...values) };
}
