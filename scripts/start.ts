/** `npm start`: builds what is missing, serves on workerd, shows a run. */
import { createHash, randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApi } from './launcher/api.ts';
import { demonstrate, SHOWN_EXAMPLE } from './launcher/demonstration.ts';
import { loadExamples, readExample } from './launcher/examples.ts';
import { readServers, serverVariables } from '../src/adapters/models/servers.ts';
import { parseVariables } from '../src/env.ts';
import { findPort } from './launcher/free-port.ts';
import { readAddress, readOptions, USAGE } from './launcher/options.ts';
import type { Options } from './launcher/options.ts';
import { processEnd } from './launcher/process-end.ts';
import { buildWhenStale, startServer } from './launcher/server.ts';
import type { Server } from './launcher/server.ts';
import { secretsKey } from './launcher/secrets-key.ts';
import { splitList } from '../src/runtime/egress/settings.ts';
import { lockState } from './launcher/state-lock.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const say = (text: string) => process.stdout.write(text);

function parse(): Options {
  try {
    const options = readOptions(process.argv.slice(2), root);
    if (options !== 'help') return options;
    say(`${USAGE}\n`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}\n`);
    process.exit(2);
  }
}

async function main(options: Options): Promise<void> {
  const { port: wanted, host, state, once, demo } = options;
  const key = readKey();
  const allowAddresses = [
    ...options.allowAddresses,
    ...splitList(process.env['EGRESS_ALLOW_ADDRESSES'] ?? '').map(readAddress),
  ];
  const instance = randomBytes(8).toString('hex');
  const passed = {
    ...variables(instance, host, key),
    EGRESS_ALLOW_ADDRESSES: allowAddresses.join(','),
  };
  // The Worker would say the same, but only to whoever asks it something.
  parseVariables({ ...passed, SECRETS_KEY: process.env['SECRETS_KEY'] ?? '' });
  readServers(passed);
  buildWhenStale(root);
  const port = await findPort(host, wanted);
  const lock = await lockState(state, { instance, host, port });
  // Also when Miniflare's own handler of a signal ends the process before this function does.
  process.once('exit', lock.release);
  const SECRETS_KEY = process.env['SECRETS_KEY'] ?? secretsKey(state);
  const all = { ...passed, SECRETS_KEY };
  parseVariables(all);
  const server = await startServer({ root, host, port, state, variables: all, allowAddresses });
  lock.update({ ...(server.workerd !== undefined && { workerd: server.workerd }) });
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop());
  try {
    const isOpen = await serveExamples({ url: server.url, host, key, once, demo });
    if (!once) {
      if (!isOpen) say(`ready ${server.url}\n`);
      await Promise.race([stopped, brokenBy(server, state)]);
    }
  } finally {
    await server.stop();
  }
}

/** Without its workerd this process serves nothing: whoever watches over it is to start it again. */
async function brokenBy({ workerd }: Server, state: string): Promise<void> {
  if (workerd === undefined) return new Promise(() => {});
  await processEnd(workerd);
  process.stderr.write(`workerd ended by itself; runs go on from ${state} at the next start\n`);
  process.exitCode = 1;
}

/** False when the API cannot be used from here: it asks for a key that this process does not have. */
async function serveExamples({
  url,
  host,
  key,
  once,
  demo,
}: {
  url: string;
  host: string;
  key: string | undefined;
  once: boolean;
  demo: boolean;
}): Promise<boolean> {
  const api = createApi(url, key);
  const probe = await api.get('/v1/recipes');
  if (!probe.ok) {
    const why =
      probe.status === 503
        ? `not set up: on ${host} the API needs ADMIN_KEY`
        : 'the API needs a key; set ADMIN_KEY to load the examples';
    say(`${why}\n`);
    if (once) process.exitCode = 1;
    return false;
  }
  // Whoever touches the runs' object wakes it, and it takes up what a killed server left.
  await api.get('/v1/runs?limit=1');
  await loadExamples(root, api);
  if (!once) say(`ready ${url}\n`);
  if (!demo) return true;
  const isExpected = await demonstrate(api, readExample(root, SHOWN_EXAMPLE), say);
  if (!isExpected && once) process.exitCode = 1;
  return true;
}

/** A key that no `Authorization` header can carry would lock everybody out. */
function readKey(): string | undefined {
  const key = process.env['ADMIN_KEY'];
  if (key === undefined || /^[\x21-\x7e]{8,512}$/.test(key)) return key;
  throw new Error('ADMIN_KEY must be 8 to 512 visible ASCII characters without spaces');
}

function variables(
  instance: string,
  host: string,
  key: string | undefined,
): Record<string, string> {
  const digest =
    key === undefined
      ? process.env['ADMIN_KEY_SHA256']
      : createHash('sha256').update(key).digest('hex');
  const passed = [
    'LOG_LEVEL',
    'MAX_RUNNING',
    'MAX_QUEUED',
    'CACHE_SHARDS',
    'MAX_WARM_PLUGINS',
    'UPSTASH_REDIS_REST_URL',
    'UPSTASH_REDIS_REST_TOKEN',
    'REDIS_PREFIX',
    'RATE_ALGORITHM',
    'API_RATES',
    'EGRESS_ALLOW_HOSTS',
    'EGRESS_DENY_HOSTS',
    'EGRESS_ALLOW_HTTP',
    'MAX_FILE_BYTES',
    ...serverVariables(process.env['MODEL_SERVERS'] ?? ''),
    'PUBLIC_URL',
  ].flatMap((name): [string, string][] => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    PLATFORM: 'self-hosted',
    LOG_LEVEL: 'warn',
    ...Object.fromEntries(passed),
    INSTANCE: instance,
    BOUND_HOST: host,
    ...(digest !== undefined && { ADMIN_KEY_SHA256: digest }),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

await main(parse()).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
