/** `npm start` as a new user meets it: the demonstration, a second server, Ctrl-C, an admin key. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, launch, startServer } from '../support/server.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'composer-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('npm start', () => {
  it('--once shows a timeline, outputs, metrics and a command, and exits with 0', async () => {
    const { output, exit } = launch(['--once', '--state', join(folder, 'once')]);
    expect(await exit).toBe(0);
    for (const part of [
      'completed in',
      'readability',
      'outputs',
      'metrics',
      'parallel_efficiency',
      'curl -sS',
    ]) {
      expect(output()).toContain(part);
    }
  });

  it('prints a curl line that works as it stands while the server runs', async () => {
    const server = await startServer(join(folder, 'curl'), { args: [] });
    try {
      while (!server.output().includes('curl -sS'))
        await new Promise((seen) => server.child.stdout!.once('data', seen));
      const line = /^ {2}(curl -sS .*)$/m.exec(server.output())![1]!;
      const run = JSON.parse(execFileSync('sh', ['-c', line], { encoding: 'utf8' })) as {
        status: string;
      };
      expect(run.status).toBe('completed');
    } finally {
      await server.stop();
    }
  });

  it('refuses a state folder that another server holds, and says which', async () => {
    const state = join(folder, 'held');
    const server = await startServer(state);
    const second = launch(['--state', state, '--no-demo']);
    expect(await second.exit).toBe(1);
    expect(second.output()).toContain(`process ${server.pids().pid}`);
    expect(await server.stop()).not.toBeNull();
  });

  it('ends when its workerd does, says so, and can be started again', async () => {
    const state = join(folder, 'without-workerd');
    const server = await startServer(state);
    process.kill(server.pids().workerd, 'SIGKILL');
    const [code] = (await once(server.child, 'close')) as [number];
    expect(code).toBe(1);
    expect(server.output()).toContain('workerd ended by itself');
    const again = await startServer(state);
    expect((await fetch(`${again.url}/healthz`)).status).toBe(200);
    expect(await again.stop()).toBe(130);
  });

  it('refuses a state folder that a leftover workerd serves after its launcher was killed', async () => {
    const state = join(folder, 'leftover');
    const server = await startServer(state);
    const { pid, workerd } = server.pids();
    process.kill(pid, 'SIGKILL');
    const second = launch(['--state', state, '--no-demo']);
    expect(await second.exit).toBe(1);
    expect(second.output()).toContain(`workerd (process ${workerd})`);
    process.kill(workerd, 'SIGKILL');
    const third = await startServer(state);
    await third.stop();
  });

  it('takes a state folder over from a killed server that nobody has waited for yet', async () => {
    const state = join(folder, 'zombie');
    // What takes the shell's place never waits for the server, which stays a zombie.
    const script = 'node scripts/start.ts --no-demo --port "$1" --state "$2" & exec sleep 600';
    const port = String(await freePort());
    const shell = spawn('bash', ['-c', script, 'bash', port, state], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await new Promise<void>((ready) => {
      shell.stdout.on('data', (text: Buffer) => String(text).includes('ready ') && ready());
    });
    const { pid, workerd } = JSON.parse(readFileSync(join(state, 'lock.json'), 'utf8')) as {
      pid: number;
      workerd: number;
    };
    process.kill(pid, 'SIGKILL');
    process.kill(workerd, 'SIGKILL');
    while (!readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')) await freePort();
    const next = await startServer(state);
    await next.stop();
    shell.kill('SIGKILL');
  });

  it('frees the state folder on Ctrl-C', async () => {
    const state = join(folder, 'interrupted');
    const first = await startServer(state);
    await first.stop();
    const second = await startServer(state);
    await second.stop();
  });

  it('refuses options that it does not know and ports that are none', async () => {
    for (const args of [
      ['--prot', '1'],
      ['--port', '0'],
      ['--port', 'x'],
      ['--once', '--no-demo'],
    ]) {
      const { exit, output } = launch(args);
      expect(await exit).toBe(2);
      expect(output()).toContain('npm start -- [options]');
    }
  });

  it.each([
    [{ MAX_RUNNING: 'abc' }, 'MAX_RUNNING'],
    [{ ADMIN_KEY_SHA256: 'zz' }, 'ADMIN_KEY_SHA256'],
    [{ ADMIN_KEY: '' }, 'ADMIN_KEY'],
    [{ ADMIN_KEY: 'pass phrase' }, 'ADMIN_KEY'],
  ])('refuses the setting %o by its name', async (env, name) => {
    const { exit, output } = launch(['--no-demo', '--state', join(folder, 'settings')], env);
    expect(await exit).toBe(1);
    expect(output()).toContain(name);
    expect(output()).not.toContain('ready');
  });

  it('asks for the key when ADMIN_KEY is set, and takes the right one only', async () => {
    const server = await startServer(join(folder, 'key'), {
      env: { ADMIN_KEY: 'a-long-admin-key' },
    });
    try {
      const get = (headers: Record<string, string>) =>
        fetch(`${server.url}/v1/recipes`, { headers });
      expect((await get({})).status).toBe(401);
      expect((await get({ authorization: 'Bearer a-wrong-admin-key' })).status).toBe(401);
      expect((await get({ authorization: 'Bearer a-long-admin-key' })).status).toBe(200);
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    } finally {
      await server.stop();
    }
  });
});
