/** A short soak; `npm run soak` is the long one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { soak } from '../soak/soak.ts';
import { startServer } from '../support/server.ts';
import type { StartedServer } from '../support/server.ts';

const RUNS = 500;

let state: string;
let server: StartedServer;

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'composer-soak-'));
  server = await startServer(state);
});

afterAll(async () => {
  await server.stop();
  rmSync(state, { recursive: true, force: true });
});

it(`${RUNS} runs of 20 nodes, 50 at a time, all end, and none is lost`, async () => {
  const { completed, others, lost } = await soak(server, { runs: RUNS, clients: 50 });
  expect({ completed, others, lost }).toEqual({ completed: RUNS, others: {}, lost: [] });
});
