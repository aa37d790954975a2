/** One boundary of the matrix: the server dies there, comes back, and the run must end as if nothing had been. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../server.ts';
import { carryOn, Crashed, history, observe, prepare, submit } from './client.ts';
import type { CrashCase } from './cases.ts';
import type { World } from './world.ts';

export type Observation = Awaited<ReturnType<typeof observe>>;

export interface Boundary {
  /** False: the run ended before it wrote so often. */
  readonly crashed: boolean;
  readonly observation: Observation;
  /** Steps that were decided before the crash and asked the world again after it. */
  readonly repeated: readonly string[];
  /** Places where event numbers do not follow one another. */
  readonly gaps: readonly number[];
}

const start = (state: string, crashAt: number) =>
  startServer(state, {
    script: 'test/support/crash/launch.ts',
    args: ['--crash-at', String(crashAt)],
  });

/** `crashAt` 0: undisturbed. */
export async function runBoundary(
  each: CrashCase,
  world: World,
  crashAt: number,
): Promise<Boundary> {
  const state = mkdtempSync(join(tmpdir(), 'composer-crash-'));
  try {
    const first = await start(state, crashAt);
    let crashed = false;
    try {
      await prepare(first.url, each);
      await carryOn(first.url, await submit(first.url, each, world.url));
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
      crashed = true;
    } finally {
      await first.kill();
    }
    const restartedAt = Date.now();
    const second = await start(state, 0);
    try {
      const id = await submit(second.url, each, world.url);
      await carryOn(second.url, id);
      const observation = await observe(second.url, id);
      const events = await history(second.url, id);
      return {
        crashed,
        observation,
        repeated: repeatedSteps({ id, events, restartedAt, world }),
        gaps: events.filter(({ seq }, index) => seq !== index + 1).map(({ seq }) => seq),
      };
    } finally {
      await second.kill();
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

function repeatedSteps({
  id,
  events,
  restartedAt,
  world,
}: {
  id: string;
  events: Awaited<ReturnType<typeof history>>;
  restartedAt: number;
  world: World;
}): string[] {
  const decided = events.filter(
    ({ type, at }) =>
      /^(?:node|item)\.(?:completed|failed)$/.test(type) && Date.parse(at) < restartedAt,
  );
  return decided
    .map(({ key = '', index }) => (index === undefined ? key : `${key}[${index}]`))
    .filter((key) => (world.asked.get(`${id}:${key}`) ?? []).some((at) => at >= restartedAt));
}
