/** Starts the crashing Worker as `npm start` starts the plain one: `--port N --state DIR --crash-at N`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from '../../../scripts/launcher/server.ts';

const text = (byDefault: string) => ({ type: 'string', default: byDefault }) as const;
const { values } = parseArgs({
  options: { port: text('0'), state: text('.'), 'crash-at': text('0') },
});
const { port, state, 'crash-at': crashAt } = values;
const address = '127.0.0.1/32';

mkdirSync(state, { recursive: true });
const server = await startServer({
  root: join(import.meta.dirname, '../../..'),
  host: '127.0.0.1',
  port: Number(port),
  state,
  variables: {
    PLATFORM: 'self-hosted',
    LOG_LEVEL: 'error',
    BOUND_HOST: '127.0.0.1',
    INSTANCE: 'crash',
    EGRESS_ALLOW_ADDRESSES: address,
    CRASH_AT: crashAt,
  },
  allowAddresses: [address],
  main: { name: 'crash.js', text: readFileSync(join(import.meta.dirname, 'worker.js'), 'utf8') },
});
writeFileSync(
  join(state, 'lock.json'),
  JSON.stringify({ pid: process.pid, workerd: server.workerd }),
);
// Whoever touches the runs' object wakes it.
await fetch(`${server.url}/v1/runs?limit=1`);
process.stdout.write(`ready ${server.url}\n`);
