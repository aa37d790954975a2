/** `npm run soak -- [--runs N] [--clients N]`: prints what came of it as JSON; 1 when a run was lost. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '../support/server.ts';
import { soak } from './soak.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    clients: { type: 'string', default: '50' },
  },
});
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const state = mkdtempSync(join(parent, 'composer-soak-'));
const server = await startServer(state);
try {
  const report = await soak(server, {
    runs: Number(values.runs),
    clients: Number(values.clients),
  });
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (report.lost.length > 0 || Object.keys(report.others).length > 0) process.exitCode = 1;
} finally {
  await server.stop();
  rmSync(state, { recursive: true, force: true });
}
