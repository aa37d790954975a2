/** The built Worker on workerd for a benchmark, with its state in memory where the system has room for it. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApi, expectJson, json } from '../../scripts/launcher/api.ts';
import { buildWhenStale, startServer } from '../../scripts/launcher/server.ts';
import { freePort } from '../support/server.ts';
import type { Api } from '../../scripts/launcher/api.ts';

export interface RunReport {
  readonly status: string;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly metrics: { readonly total_time_ms: number };
}

const ROOT = join(import.meta.dirname, '../..');
const SHARED_MEMORY = '/dev/shm';

export async function withWorker<T>(use: (api: Api) => Promise<T>): Promise<T> {
  buildWhenStale(ROOT);
  const parent = existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir();
  const state = mkdtempSync(join(parent, 'composer-bench-'));
  const host = '127.0.0.1';
  const variables = { PLATFORM: 'self-hosted', BOUND_HOST: host, LOG_LEVEL: 'error' };
  const port = await freePort();
  const options = { root: ROOT, host, port, state, variables, allowAddresses: [] };
  const server = await startServer(options);
  try {
    return await use(createApi(server.url, undefined));
  } finally {
    await server.stop();
    rmSync(state, { recursive: true, force: true });
  }
}

/** A run of a recipe, which must complete. */
export async function completeRun(api: Api, recipe: object): Promise<RunReport> {
  const content = json({ recipe, inputs: {}, mode: 'durable' });
  const answer = await api.send('POST', '/v1/runs', {
    ...content,
    headers: { prefer: 'wait=60' },
  });
  const run = await expectJson<RunReport>(answer);
  if (run.status === 'completed') return run;
  throw new Error(`Cannot measure a run that is ${run.status}: ${JSON.stringify(run)}`);
}
