/** Bundled plugins, which need no loader. */
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../../src/adapters/extism/sandbox.ts';
import { compileModule } from '../../support/guests/compile.ts';
import { createTestBytes, guestBytes } from '../../support/guests/guest-bytes.ts';
import { codeOf, textOf } from '../../support/guests/harness.ts';

const unusable: WorkerLoader = {
  get() {
    throw new Error('a bundled plugin needs no isolate');
  },
  load() {
    throw new Error('a bundled plugin needs no isolate');
  },
};

async function setUp() {
  const bundled = new Map([['hash-of-kit', await compileModule(guestBytes('kit'))]]);
  const bytes = createTestBytes();
  const sandbox = createSandbox({
    loader: unusable,
    bytes,
    bundled,
    compatibilityDate: '2026-08-01',
  });
  const call = (
    name: string,
    input: Uint8Array,
    hash = 'hash-of-kit',
    signal = new AbortController().signal,
  ) => sandbox.call({ tenant: 'a', hash, bundled: true, export: name, input, config: {} }, signal);
  return { bytes, sandbox, call };
}

describe('createSandbox()', () => {
  it('runs bundled plugins itself, under the same limits', async () => {
    const { bytes, sandbox, call } = await setUp();
    expect(textOf(await call('echo', new TextEncoder().encode('bündled')))).toBe('bündled');
    expect(codeOf(await call('trap', new Uint8Array(0)))).toBe('trap');
    expect(codeOf(await call('alloc_many', new Uint8Array(0)))).toBe('host_memory_limit');
    expect(codeOf(await call('echo', new Uint8Array(4 * 1024 * 1024 + 1)))).toBe('input_too_large');
    expect(sandbox.loads).toBe(0);
    expect(bytes.reads).toBe(0);
  });

  it('does not hand the input itself to a guest that may write to it', async () => {
    const { call } = await setUp();
    const input = new TextEncoder().encode('mine');
    await call('late_write', input);
    await call('echo_offset', input);
    expect(new TextDecoder().decode(input)).toBe('mine');
  });

  it('does not know other bundled plugins, and does not start what was given up', async () => {
    const { call } = await setUp();
    expect(codeOf(await call('echo', new Uint8Array(0), 'other'))).toBe('plugin_not_found');
    expect(codeOf(await call('echo', new Uint8Array(0), 'hash-of-kit', AbortSignal.abort()))).toBe(
      'cancelled',
    );
  });
});
