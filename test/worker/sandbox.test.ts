/** The sandbox on the Worker Loader, in workerd. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/adapters/extism/sandbox.ts';
import { MAX_ENDED } from '../../src/adapters/extism/limits.ts';
import { FUEL_EXPORT, START_FUEL } from '../../src/core/plugin/fuel.ts';
import { instrumentModule } from '../../src/core/plugin/instrument.ts';
import { describeSandbox } from '../contracts/sandbox.ts';
import { guestBytes } from '../support/guests/guest-bytes.ts';
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
    // Ending an isolate is a line in the runtime's log, which shows here.
    maxWarm: 1_000,
    maxDeadPages: 100_000,
    ...options,
  });
}

/** The loader as one that nobody else has, which counts how often each id is loaded. */
function apart(real: WorkerLoader, loads: Map<string, number>): WorkerLoader {
  return {
    load: (code) => real.load(code),
    get: (id, load) =>
      real.get(`apart:${id}`, () => {
        loads.set(id ?? '', (loads.get(id ?? '') ?? 0) + 1);
        return load();
      }),
  };
}

function metered(wasm: Uint8Array): Uint8Array {
  const made = instrumentModule(wasm, { fuelExport: FUEL_EXPORT, startFuel: START_FUEL });
  if (!made.ok) throw new Error(made.error.message);
  return made.value.wasm;
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

  it('takes 100 calls that are made together in one request, and longer ones in more', async () => {
    const { bytes, put, callOn, wasm } = await setUp(make);
    await put('metered', metered(wasm));
    const sandbox = make(bytes);
    const call = (name: string, input = '') => callOn(sandbox, name, input, { tenant: 'metered' });
    const inputs = Array.from({ length: 100 }, (_, i) => `call ${i}`);
    const replies = await Promise.all(inputs.map((input) => call('echo', input)));
    expect(replies.map(textOf)).toEqual(inputs);
    expect(sandbox.requests).toBe(1);
    const alone = await call('echo', 'call 7');
    expect(replies[7]).toEqual(alone);
    expect(alone.ok && alone.value.fuel).toBeGreaterThan(0);
    // A turn is a tenth of a call's fuel, so one that may have spent all of it has a request of its own.
    const failing = Array.from({ length: 3 }, () => call('trap'));
    expect((await Promise.all(failing)).map(codeOf)).toEqual(Array(3).fill('trap'));
    expect(sandbox.requests).toBe(5);
    expect(sandbox.isIdle).toBe(true);
  });

  it('ends isolates that nobody calls, and loads them anew when somebody does', async () => {
    const { bytes, put, callOn } = await setUp(make);
    const tenants = ['t0', 't1', 't2', 't3'];
    for (const tenant of tenants) await put(tenant);
    // A loader remembers its isolates, and those of the other tests are kept.
    const loads = new Map<string, number>();
    const sandbox = make(bytes, { maxWarm: 2, loader: apart(loader, loads) });
    for (let round = 0; round < 2; round += 1)
      for (const tenant of tenants)
        expect(textOf(await callOn(sandbox, 'echo', `of ${tenant}`, { tenant }))).toBe(
          `of ${tenant}`,
        );
    expect(textOf(await callOn(sandbox, 'echo', 'warm', { tenant: 't3' }))).toBe('warm');
    expect(sandbox.loads).toBe(8);
    // Each of them with its own id: none that was ended is asked again.
    expect([...loads.values()]).toEqual(Array(8).fill(1));
  });

  it('keeps no more isolates warm than it may, however many were loaded at a time', async () => {
    const { bytes, put, callOn } = await setUp(make);
    const tenants = ['t0', 't1', 't2', 't3'];
    for (const tenant of tenants) await put(tenant);
    const sandbox = make(bytes, { maxWarm: 2, loader: apart(loader, new Map()) });
    const call = (tenant: string) => callOn(sandbox, 'echo', 'x', { tenant });
    expect((await Promise.all(tenants.map(call))).map(textOf)).toEqual(['x', 'x', 'x', 'x']);
    expect(sandbox.loads).toBe(4);
    for (const tenant of tenants) await call(tenant);
    expect(sandbox.loads).toBeGreaterThanOrEqual(6);
  });

  it('collects what keeps ended isolates in memory, once for several of them', async () => {
    const { bytes, put, callOn } = await setUp(make);
    await put('a');
    await put('b');
    let collections = 0;
    const sandbox = make(bytes, {
      maxWarm: 1,
      loader: apart(loader, new Map()),
      collectHere: () => (collections += 1),
    });
    // The first call of each round but the very first ends the other's isolate.
    for (let round = 0; round < MAX_ENDED; round += 1)
      for (const tenant of ['a', 'b']) await callOn(sandbox, 'echo', 'x', { tenant });
    expect(sandbox.loads).toBe(2 * MAX_ENDED);
    expect(collections).toBe(1);
    await callOn(sandbox, 'echo', 'x', { tenant: 'a' });
    expect(collections).toBe(2);
  });

  it('ends an isolate whose calls have left too much memory behind, failed ones as well', async () => {
    const { bytes, put, callOn } = await setUp(make);
    await put('small');
    await put('large', guestBytes('big-memory'));
    const loads = new Map<string, number>();
    const maxDeadPages = 100;
    const sandbox = make(bytes, { maxDeadPages, loader: apart(loader, loads) });
    const call = (tenant: string) => callOn(sandbox, 'trap', 'x', { tenant });
    for (let i = 0; i < 3; i += 1) await call('small');
    expect(sandbox.loads).toBe(1);
    for (let i = 0; i < 3; i += 1) await call('large');
    expect(sandbox.loads).toBe(4);
    await call('small');
    expect(sandbox.loads).toBe(4);
    expect([...loads.values()]).toEqual(Array(4).fill(1));
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
