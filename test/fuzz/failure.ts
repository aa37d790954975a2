/** What a broken promise looks like, and how long a call takes on a machine that does other things too. */
import { parseTemplate } from '../../src/core/template/template.ts';

/** Thrown by an oracle. `rule` groups the failures of one cause. */
export class Broken extends Error {
  readonly rule: string;

  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
  }
}

export function require(holds: boolean, rule: string, detail: () => string = () => ''): void {
  if (!holds) throw new Broken(rule, detail());
}

/** Longest time of one call, in milliseconds. */
export const SOON_MS = 250;

/** How often a slow call is measured again: other work on the machine slows a call down, never up. */
const AGAIN = 6;

/** Runs `call`; when it takes too long, again and again, and takes the least time this thread computed. */
export function timed<T>(rule: string, call: () => T): T {
  const start = performance.now();
  const value = unthrown(rule, call);
  let least = performance.now() - start;
  for (let times = 0; times < AGAIN && least > SOON_MS; times += 1) {
    forgetTemplates();
    const before = referenceMs();
    const took = computedMs(() => unthrown(rule, call));
    const slowdown = (before + referenceMs()) / 2 / fastestReference;
    least = Math.min(least, took / Math.max(1, slowdown));
  }
  require(least <= SOON_MS, `${rule} is slow`, () => `${Math.round(least)} ms`);
  return value;
}

function computedMs(call: () => unknown): number {
  const before = process.threadCpuUsage();
  call();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

let fastestReference = Number.POSITIVE_INFINITY;

/** Always the same work: a machine that gives its time to others takes longer for it too. */
function referenceMs(): number {
  const took = computedMs(() => {
    const words = Array.from({ length: 20_000 }, (_, index) => ({ key: `k${index % 977}`, index }));
    const byKey = Map.groupBy(words, ({ key }) => key);
    return JSON.stringify([...byKey.entries()]).split('"').length;
  });
  fastestReference = Math.min(fastestReference, took);
  return took;
}

for (let times = 0; times < 5; times += 1) referenceMs();

function unthrown<T>(rule: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof Broken) throw error;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Broken(`${rule} throws`, text.slice(0, 600));
  }
}

let forgotten = 0;

/** Pushes all else out of the cache of parsed templates, so that time is not saved by it. */
function forgetTemplates(): void {
  for (let index = 0; index <= 1000; index += 1) parseTemplate(`forget ${(forgotten += 1)}`);
}
