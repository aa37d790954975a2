/** What every sandbox does with guests of other kinds: imports, initialisation, WASI, fuel. */
import { expect, it } from 'vitest';
import { byteOf, codeOf, logsOf, setUp, textOf } from '../support/guests/harness.ts';
import type { MakeSandbox } from '../support/guests/harness.ts';

export function describeLinking(make: MakeSandbox): void {
  it.each([
    'import-unknown',
    'import-proto',
    'import-constructor',
    'import-main',
    'import-user',
    'import-memory',
    'import-wasi-unknown',
    'init-global',
    'init-i64-http',
    'init-i64',
  ])('%s ends with link_error', async (guest) => {
    const { call } = await setUp(make, guest);
    expect(codeOf(await call('run'))).toBe('link_error');
  });

  it.each(['reactor', 'reactor-http', 'command'])(
    '%s is initialised once before its call',
    async (guest) => {
      const { call } = await setUp(make, guest);
      expect(textOf(await call('state'))).toBe('1');
      expect(textOf(await call('state'))).toBe('1');
    },
  );

  it('tells a trap and a passed limit in a start function', async () => {
    expect(codeOf(await (await setUp(make, 'start-trap')).call('run'))).toBe('trap');
    expect(codeOf(await (await setUp(make, 'start-alloc')).call('run'))).toBe('host_memory_limit');
  });
}

export function describeWasi(make: MakeSandbox): void {
  it('initialises a reactor and logs what it writes', async () => {
    const { call } = await setUp(make, 'wasi');
    const reply = await call('is_ready');
    expect(byteOf(reply)).toBe(1);
    expect(logsOf(reply)).toEqual([{ level: 'info', text: 'said in _initialize' }]);
    expect(logsOf(await call('say'))[1]).toEqual({ level: 'warn', text: 'to stderr\\u0007' });
  });

  it('has no arguments, the time, and chance', async () => {
    const { call } = await setUp(make, 'wasi');
    expect(byteOf(await call('say_nothing'))).toBe(0);
    const years = Number(byteOf(await call('years')));
    expect(years).toBeGreaterThanOrEqual(55);
    // 70 000 bytes hold 273 noughts, give or take: 17 sixteens.
    const zeros = Number(byteOf(await call('random')));
    expect(zeros).toBeGreaterThan(8);
    expect(zeros).toBeLessThan(30);
  });

  it.each([
    ['random_4g', 21],
    ['random_past_end', 21],
    ['write_foreign_text', 21],
    ['clock_past_end', 21],
    ['write_4g_buffers', 28],
    ['write_other_file', 8],
    ['seek', 70],
    ['files', 8],
    ['open', 52],
    ['sockets', 52],
  ])('%s answers %i', async (name, errno) => {
    const { call } = await setUp(make, 'wasi');
    expect(byteOf(await call(name))).toBe(errno);
  });

  it('ends with the guest that calls proc_exit', async () => {
    const { call } = await setUp(make, 'wasi');
    expect(byteOf(await call('exit_0'))).toBe(42);
    expect(codeOf(await call('exit_3'))).toBe('plugin_error');
    expect(byteOf(await call('is_ready'))).toBe(1);
  });
}

export function describeFuel(make: MakeSandbox, isMetered: boolean): void {
  it('tells the fuel of a metered plugin, its initialisation included', async () => {
    const { call } = await setUp(make, 'metered');
    expect(await call('little')).toMatchObject({ ok: true, value: { fuel: 1_234 } });
  });

  it.each([
    ['spin', 'out_of_fuel'],
    ['host_work', 'out_of_fuel'],
    ['trap', 'trap'],
    ['bad_pointer', 'bad_pointer'],
  ])('%s of a metered plugin ends with %s', async (name, code) => {
    const { call } = await setUp(make, 'metered');
    expect(codeOf(await call(name))).toBe(code);
    expect(codeOf(await call('little'))).toBe('ok');
  });

  it.each(['and_return', 'and_fail', 'and_trap', 'and_call', 'and_check_fuel'])(
    'a guest that swallows a passed limit %s ends with that limit',
    async (name) => {
      const { call } = await setUp(make, 'swallow');
      expect(codeOf(await call(name))).toBe('host_memory_limit');
    },
  );

  it('ends a guest that floods what costs the host most', async () => {
    const { call } = await setUp(make, 'metered');
    for (const name of ['log_flood', 'loads']) expect(codeOf(await call(name))).toBe('out_of_fuel');
  });

  it('ends a start function that spins', async () => {
    const { call } = await setUp(make, 'metered-start');
    expect(codeOf(await call('run'))).toBe('out_of_fuel');
  });

  it('tells the fuel of a plugin that is metered, and of no other', async () => {
    const { call } = await setUp(make);
    const reply = await call('nothing');
    expect(reply.ok && Object.hasOwn(reply.value, 'fuel')).toBe(isMetered);
  });
}
