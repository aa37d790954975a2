/** Limits of a call that a manifest, a grant or a tenant sets lower than the sandbox's own. */
import { expect, it } from 'vitest';
import type { CallLimits } from '../../src/core/plugin/asks.ts';
import { codeOf, logsOf, setUp, textOf } from '../support/guests/harness.ts';
import type { MakeSandbox } from '../support/guests/harness.ts';

export function describeLimits(make: MakeSandbox): void {
  it.each<[CallLimits, string, string, string]>([
    [{ input_bytes: 3 }, 'echo', 'abcd', 'input_too_large'],
    [{ output_bytes: 3 }, 'echo', 'abcd', 'output_too_large'],
    [{ host_memory_bytes: 1_000 }, 'echo', 'x'.repeat(1_000), 'host_memory_limit'],
    [{ memory_pages: 4 }, 'grow', '', 'limit'],
    [{ memory_pages: 1 }, 'nothing', '', 'limit'],
    [{ variables: 0 }, 'var_write_read', 'x', 'var_limit'],
    [{ variable_bytes: 1 }, 'var_write_read', 'xyz', 'var_limit'],
    [{ fuel: 5_000 }, 'log_many', '', 'out_of_fuel'],
  ])('%j ends %s with its code, and only that call', async (limits, name, input, code) => {
    const { call } = await setUp(make);
    expect(codeOf(await call(name, input, { limits }))).toBe(code);
    expect(textOf(await call('echo', 'abcd'))).toBe('abcd');
  });

  it.each<[CallLimits, string]>([
    [{ input_bytes: 4, output_bytes: 4 }, 'echo'],
    [{ memory_pages: 5 }, 'grow'],
  ])('%j lets %s through that just fits', async (limits, name) => {
    const { call } = await setUp(make);
    expect(codeOf(await call(name, 'abcd', { limits }))).toBe('ok');
  });

  it('fewer lines of log are kept, and the rest is counted', async () => {
    const { call } = await setUp(make);
    const logs = logsOf(await call('log_many', '', { limits: { log_lines: 3 } }));
    expect(logs).toHaveLength(4);
  });

  it('nobody gets more than the sandbox gives', async () => {
    const { call } = await setUp(make);
    const limits = { output_bytes: 2 ** 30, host_memory_bytes: 2 ** 40, fuel: 2 ** 50 };
    expect(codeOf(await call('output_large', '', { limits }))).toBe('output_too_large');
    expect(codeOf(await call('alloc_much', '', { limits }))).toBe('host_memory_limit');
  });

  it('a module that uses WASI is not linked where it is not granted', async () => {
    const { call } = await setUp(make, 'wasi');
    const reply = await call('run', '', { wasi: false });
    expect(codeOf(reply)).toBe('link_error');
  });
}
