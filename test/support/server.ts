/** The started server, as a person starts it: a child process, its output, and killing it. */
import { randomInt } from 'node:crypto';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface StartedServer {
  readonly url: string;
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Process ids of the launcher and of workerd. */
  readonly pids: () => { pid: number; workerd: number };
  /** SIGKILL to both; resolves when the port is closed. */
  readonly kill: () => Promise<void>;
  /** SIGINT; resolves with the exit code. */
  readonly stop: () => Promise<number | null>;
}

export interface LauncherRun {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

export function launch(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  script = 'scripts/start.ts',
): LauncherRun {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stderr!.setEncoding('utf8').on('data', (part: string) => (text += part));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => text, exit };
}

/** Resolves once the server has said that it is ready. */
export async function startServer(
  state: string,
  options: {
    port?: number;
    args?: readonly string[];
    env?: NodeJS.ProcessEnv;
    /** Another launcher than that of `npm start`. */
    script?: string;
  } = {},
): Promise<StartedServer> {
  const port = options.port ?? (await freePort());
  const { args = ['--no-demo'], env, script } = options;
  const all = ['--port', String(port), '--state', state, ...args];
  const { child, output, exit } = launch(all, env, script);
  await new Promise<void>((ready, fail) => {
    const look = () => {
      if (/^ready /m.test(output())) ready();
    };
    child.stdout!.on('data', look);
    void exit.then((code) => fail(new Error(`the launcher ended with ${code}:\n${output()}`)));
  });
  const pids = () =>
    JSON.parse(readFileSync(join(state, 'lock.json'), 'utf8')) as { pid: number; workerd: number };
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    output,
    pids,
    async kill() {
      const { pid, workerd } = pids();
      process.kill(pid, 'SIGKILL');
      process.kill(workerd, 'SIGKILL');
      await exit;
      while (await isOpen(port)) await closed(port);
    },
    async stop() {
      child.kill('SIGINT');
      return exit;
    },
  };
}

/** Below those that the system gives to connections: one of these could take it before a server does. */
const PORTS = { first: 20_000, count: 12_000 };

export async function freePort(): Promise<number> {
  const server = createServer().listen(PORTS.first + randomInt(PORTS.count), '127.0.0.1');
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!isFree) return freePort();
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Resolves when a connection that is open now has been cut. */
function closed(port: number): Promise<void> {
  return new Promise((settle) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('close', () => settle()).once('error', () => settle());
    socket.resume();
  });
}
