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

/** Runs `call`; when it takes too long, once more, by the time this thread computed. */
export function timed<T>(rule: string, call: () => T): T {
  const start = performance.now();
  const value = unthrown(rule, call);
  const took = performance.now() - start;
  if (took <= SOON_MS) return value;
  forgetTemplates();
  const cpu = process.threadCpuUsage();
  const again = performance.now();
  unthrown(rule, call);
  const wall = performance.now() - again;
  const { user, system } = process.threadCpuUsage(cpu);
  const least = Math.min(took, wall, (user + system) / 1000);
  require(least <= SOON_MS, `${rule} is slow`, () => `${Math.round(least)} ms`);
  return value;
}

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
