/** The queue in numbers, as the API shows it. */
import type { Queue } from './queue.ts';

export interface QueueView {
  /** Slots in use, and how many there are. */
  readonly running: number;
  readonly max_running: number;
  /** Runs that could start, were there room. */
  readonly queued: number;
  /** Runs whose time has not come. */
  readonly delayed: number;
  /** Runs that may wait in all; more are refused. */
  readonly max_queued: number;
  /** How long the one that waits longest has waited; null when none does. */
  readonly oldest_age_ms: number | null;
  /** By recipe, the ones with the most in line first; at most 100. */
  readonly recipes: readonly RecipeQueue[];
}

interface RecipeQueue {
  readonly recipe: string;
  readonly running: number;
  readonly queued: number;
}

const MAX_RECIPES = 100;

export function showQueue(queue: Queue, maxQueued: number, now: number): QueueView {
  const oldest = queue.line.reduce((at, message) => Math.min(at, message.at), now);
  return {
    running: queue.running.size,
    max_running: queue.maxRunning,
    queued: queue.line.length,
    delayed: queue.delayed.length,
    max_queued: maxQueued,
    oldest_age_ms: queue.line.length === 0 ? null : now - oldest,
    recipes: byLoad(
      [...queue.recipes].map(([recipe, { running, waiting }]) => ({
        recipe,
        running,
        queued: waiting,
      })),
    ),
  };
}

/** Of several partitions: sums, and the oldest of all. */
export function mergeQueues(views: readonly QueueView[]): QueueView {
  const sum = (of: (view: QueueView) => number): number =>
    views.reduce((total, view) => total + of(view), 0);
  const ages = views.flatMap(({ oldest_age_ms: age }) => age ?? []);
  const recipes = new Map<string, RecipeQueue>();
  for (const { recipe, running, queued } of views.flatMap((view) => view.recipes)) {
    const known = recipes.get(recipe);
    recipes.set(recipe, {
      recipe,
      running: running + (known?.running ?? 0),
      queued: queued + (known?.queued ?? 0),
    });
  }
  return {
    running: sum((view) => view.running),
    max_running: sum((view) => view.max_running),
    queued: sum((view) => view.queued),
    delayed: sum((view) => view.delayed),
    max_queued: sum((view) => view.max_queued),
    oldest_age_ms: ages.length === 0 ? null : Math.max(...ages),
    recipes: byLoad([...recipes.values()]),
  };
}

function byLoad(recipes: readonly RecipeQueue[]): RecipeQueue[] {
  return recipes
    .toSorted((a, b) => b.queued - a.queued || b.running - a.running)
    .slice(0, MAX_RECIPES);
}
