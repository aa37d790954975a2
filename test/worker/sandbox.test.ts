/** The sandbox on the Worker Loader, in workerd. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/adapters/extism/sandbox.ts';
import { describeSandbox } from '../contracts/sandbox.ts';
import { codeOf, setUp, textOf } from '../support/guests/harness.ts';
import type { SandboxOptions } from '../../src/adapters/extism/sandbox.ts';
import type { PluginBytes } from '../../src/runtime/ports.ts';

// SAFETY: wrangler.toml binds it.
const { LOADER: loader } = env as unknown as { LOADER: WorkerLoader };

function make(bytes: PluginBytes, options: Partial<SandboxOptions> = {}) {
  return createSandbox({
    loader,
    bytes,
    bundled: new Map(),
    compatibilityDate: '2026-08-01',
    ...options,
  });
}

describeSandbox('Worker Loader', (bytes) => make(bytes));

describe('createSandbox()', () => {
  it('finds an isolate warm that another sandbox has loaded', async () => {
    const { bytes, call, callOn } = await setUp(make);
    expect(textOf(await call('echo', 'first'))).toBe('first');
    const other = make(bytes);
    expect(textOf(await callOn(other, 'echo', 'second'))).toBe('second');
    expect(other.loads).toBe(0);
    // What a loader remembers is remembered for every sandbox on it.
    expect(bytes.reads).toBe(1);
  });

  it.each([
    [undefined, 4],
    [2, 2],
    [10, 8],
  ])('with maxLoaded %s uses at most %i isolates at a time', async (maxLoaded, highWater) => {
    const { bytes, put, callOn } = await setUp(make);
    const sandbox = make(bytes, maxLoaded === undefined ? {} : { maxLoaded });
    const tenants = ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7'];
    for (const tenant of tenants) await put(tenant);
    const calls = [...tenants, ...tenants].map((tenant) =>
      callOn(sandbox, 'echo', `of ${tenant}`, { tenant }),
    );
    const replies = (await Promise.all(calls)).map(textOf);
    expect(replies).toEqual([...tenants, ...tenants].map((tenant) => `of ${tenant}`));
    expect(sandbox.highWater).toBe(highWater);
    expect(sandbox.loads).toBe(8);
  });

  it('gives a slot back however a call ends', async () => {
    const { bytes, put, callOn } = await setUp(make);
    const sandbox = make(bytes, { maxLoaded: 1 });
    await put('b');
    await put('broken', new Uint8Array(8));
    for (const [name, tenant] of [
      ['trap', 'a'],
      ['echo', 'nobody'],
      ['echo', 'broken'],
      ['recurse', 'b'],
    ]) {
      expect(codeOf(await callOn(sandbox, name ?? '', '', { tenant: tenant ?? '' }))).not.toBe(
        'ok',
      );
    }
    expect(textOf(await callOn(sandbox, 'echo', 'free', { tenant: 'b' }))).toBe('free');
  });

  it('ends a call that is given up on its way', async () => {
    const { call } = await setUp(make);
    const controller = new AbortController();
    const cancelled = call('echo', 'x', { signal: controller.signal });
    controller.abort();
    expect(codeOf(await cancelled)).toBe('cancelled');
    const deadline = new AbortController();
    const late = call('echo', 'x', { signal: deadline.signal });
    deadline.abort(new DOMException('late', 'TimeoutError'));
    expect(codeOf(await late)).toBe('timeout');
    expect(textOf(await call('echo', 'well'))).toBe('well');
  });

  it('ends a call that is given up while it waits for a slot', async () => {
    const { bytes, put, callOn } = await setUp(make);
    await put('b');
    const sandbox = make(bytes, { maxLoaded: 1 });
    const controller = new AbortController();
    const first = callOn(sandbox, 'echo', 'first');
    const waiting = callOn(sandbox, 'echo', 'x', { tenant: 'b', signal: controller.signal });
    controller.abort();
    expect(codeOf(await waiting)).toBe('cancelled');
    expect(textOf(await first)).toBe('first');
    expect(sandbox.loads).toBe(1);
  });

  it('is unavailable while the bytes cannot be read, and then not', async () => {
    const { bytes, callOn } = await setUp(make);
    let isBroken = true;
    const flaky: PluginBytes = {
      put: (tenant, hash, content) => bytes.put(tenant, hash, content),
      async get(tenant, hash) {
        if (isBroken) throw new Error('storage is away');
        return bytes.get(tenant, hash);
      },
    };
    const sandbox = make(flaky);
    expect(codeOf(await callOn(sandbox, 'echo'))).toBe('sandbox_unavailable');
    isBroken = false;
    expect(textOf(await callOn(sandbox, 'echo', 'back'))).toBe('back');
  });
});
