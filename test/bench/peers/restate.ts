/** Restate: its server as a process of its own, and a service in another. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../support/server.ts';
import type { Peer } from './peer.ts';

const FOLDER = import.meta.dirname;

export async function startRestate(state: string): Promise<Peer> {
  const [ingress, admin, fabric, service] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  mkdirSync(state, { recursive: true });
  const config = join(state, 'restate.toml');
  writeFileSync(
    config,
    [
      'disable-telemetry = true',
      'listen-mode = "tcp"',
      'bind-ip = "127.0.0.1"',
      `bind-port = ${fabric}`,
      `base-dir = "${join(state, 'data')}"`,
      'log-filter = "error"',
      `[ingress]`,
      `bind-port = ${ingress}`,
      `[admin]`,
      `bind-port = ${admin}`,
      '',
    ].join('\n'),
  );
  const binary = join(
    FOLDER,
    `node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
  );
  const server = spawn(binary, ['--no-logo', '--config-file', config], {
    cwd: state,
    stdio: 'ignore',
    env: { ...process.env, DO_NOT_TRACK: '1' },
  });
  const host = spawn(process.execPath, [join(FOLDER, 'restate-service.mjs'), String(service)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(host.stdout, 'data');
    await register(`http://127.0.0.1:${admin}`, `http://127.0.0.1:${service}`);
  } catch (error) {
    await end([host, server]);
    throw error;
  }
  return {
    name: 'restate',
    async run(work, count) {
      const answer = await fetch(`http://127.0.0.1:${ingress}/bench/${work}`, {
        method: 'POST',
        body: String(count),
        headers: { 'content-type': 'application/json' },
      });
      if (!answer.ok) throw new Error(`Restate: ${await answer.text()}`);
      await answer.json();
    },
    stop: () => end([host, server]),
  };
}

/** The server needs a moment until it takes registrations. */
async function register(admin: string, uri: string): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${admin}/deployments`, {
      method: 'POST',
      body: JSON.stringify({ uri }),
      headers: { 'content-type': 'application/json' },
    }).catch(() => undefined);
    if (answer?.ok === true) return;
    if (Date.now() > until) throw new Error(`Restate did not start: ${await answer?.text()}`);
    await pause(200);
  }
}

async function end(processes: readonly ChildProcess[]): Promise<void> {
  for (const each of processes) {
    if (each.exitCode !== null || each.signalCode !== null) continue;
    each.kill('SIGKILL');
    await once(each, 'exit');
  }
}
