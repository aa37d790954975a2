/** A started server is sent what brings down a compiler; its process stays small at the worst moment, too. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { JIT_BOMBS } from '../support/hostile/jit-bombs.ts';
import { startServer } from '../support/server.ts';

const MOST_MIB = 400;

it(`modules that bring down a compiler leave workerd below ${MOST_MIB} MiB`, async () => {
  const state = mkdtempSync(join(tmpdir(), 'composer-bombs-'));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  const { url, pids, stop } = await startServer(state);
  onTestFinished(async () => void (await stop()));
  const { workerd } = pids();
  // From here on the most that it has at a time is counted anew.
  writeFileSync(`/proc/${workerd}/clear_refs`, '5');
  for (const [i, [name, made, code]] of JIT_BOMBS.entries()) {
    const module = typeof made === 'function' ? made() : made;
    const plugin = `${url}/v1/plugins/bomb-${i}`;
    const answer = await fetch(`${plugin}/versions/1.0.0`, {
      method: 'PUT',
      body: Uint8Array.from(module),
      headers: { 'content-type': 'application/wasm' },
    });
    await answer.arrayBuffer();
    expect(answer.status, name).toBe(code === 'ok' ? 201 : 422);
    if (code !== 'ok') continue;
    const called = await fetch(`${plugin}/functions/run/call`, {
      method: 'POST',
      body: '{"input":""}',
      headers: { 'content-type': 'application/json' },
    });
    expect(called.status, name).toBe(200);
    await called.arrayBuffer();
  }
  const status = readFileSync(`/proc/${workerd}/status`, 'utf8');
  const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
  process.stdout.write(`workerd had ${Math.round(peak)} MiB at most\n`);
  expect(peak).toBeLessThan(MOST_MIB);
});
