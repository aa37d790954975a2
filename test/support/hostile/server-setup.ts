/** Starts the server that the hostile suite attacks; fails the run when it died, or kept too much memory. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { OPTED_IN } from '../hosts/global-setup.ts';
import { startServer } from '../server.ts';
import { useServer } from './good-use.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the started server. */
    server: string;
  }
}

/** Mebibytes that may be there more after the suite than after good use that is as broad. */
const MAX_GROWTH = 64;

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const state = mkdtempSync(join(tmpdir(), 'composer-hostile-'));
  const server = await startServer(state, { env: { EGRESS_ALLOW_ADDRESSES: OPTED_IN } });
  const { workerd } = server.pids();
  project.provide('server', server.url);
  // Once more after the suite, too, so what a second time adds is not the suite's.
  await useServer(server.url);
  await useServer(server.url);
  const before = memoryOf(workerd);
  return async () => {
    try {
      // Also shows that it is alive, and the same process.
      await useServer(server.url);
      const after = memoryOf(workerd);
      const grown = after.now - before.now;
      process.stdout.write(
        `\nmemory of workerd: ${before.now} MiB before, ${after.now} MiB after, ${after.peak} MiB at most\n`,
      );
      if (grown > MAX_GROWTH) throw new Error(`The server keeps ${grown} MiB more than before`);
    } finally {
      await server.stop();
      rmSync(state, { recursive: true, force: true });
    }
  };
}

/** Mebibytes of the process, now and at the worst moment so far. */
function memoryOf(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1_024);
  return { now: field('VmRSS'), peak: field('VmHWM') };
}
