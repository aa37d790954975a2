/** A Redis of a test's own: Debian's server, in memory, on a free port of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../server.ts';

export interface StartedRedis {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<StartedRedis> {
  const port = await freePort();
  const flags = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  await new Promise<void>((ready, fail) => {
    child.on('error', () =>
      fail(new Error('Cannot start redis-server: run scripts/system-packages.sh')),
    );
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Ready to accept connections')) ready();
    });
    void ended.then(() => fail(new Error('redis-server has ended')));
  });
  return {
    port,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
