/** What every sandbox does, whatever holds the guest. */
import { describe, expect, it } from 'vitest';
import { sha256 } from '../support/guests/guest-bytes.ts';
import { byteOf, codeOf, logsOf, setUp, textOf } from '../support/guests/harness.ts';
import { describeLimits } from './sandbox-limits.ts';
import { describeFuel, describeLinking, describeWasi } from './sandbox-guests.ts';
import type { MakeSandbox } from '../support/guests/harness.ts';
import type { Result } from '../../src/core/errors.ts';
import type { PluginReply } from '../../src/runtime/ports.ts';

interface Traits {
  /** It meters modules itself before it compiles them. */
  readonly isMetered?: boolean;
}

export function describeSandbox(name: string, make: MakeSandbox, traits: Traits = {}): void {
  describe(`Sandbox contract: ${name}`, () => {
    describeOutput(make);
    describeErrors(make);
    describePointers(make);
    describeFloods(make);
    describeValues(make);
    describeLinking(make);
    describeWasi(make);
    describeFuel(make, traits.isMetered ?? false);
    describeLimits(make);
    describeCalls(make);
  });
}

/** Each case ends with its code, and the plugin answers the next call. */
function itEndsWith(
  make: MakeSandbox,
  cases: readonly (readonly [string, string, string?])[],
): void {
  it.each(cases)('%s ends with %s, and the next call works', async (name, code, input) => {
    const { call } = await setUp(make);
    expect(codeOf(await call(name ?? '', input))).toBe(code);
    expect(textOf(await call('echo', 'well'))).toBe('well');
  });
}

function describeOutput(make: MakeSandbox): void {
  it.each([
    ['nothing', ''],
    ['one byte', 'x'],
    ['seven bytes', 'seven b'],
    ['eight bytes', 'eight by'],
    ['text beyond ASCII', 'höchst ünübersichtlich — 漢字 👩‍👩‍👧 \u0000 \u{10ffff}'],
  ])('gives back an output of %s', async (_, input) => {
    const { call } = await setUp(make);
    expect(textOf(await call('echo', input))).toBe(input);
    expect(textOf(await call('echo_offset', input))).toBe(input);
  });

  it('gives back bytes that are no text', async () => {
    const { call } = await setUp(make);
    const input = Uint8Array.from({ length: 256 }, (_, i) => i);
    const reply = await call('echo', input);
    expect(reply).toMatchObject({ ok: true });
    expect(reply.ok && [...reply.value.output]).toEqual([...input]);
  });

  it('takes 1 MiB of input and gives back as much', async () => {
    const { call } = await setUp(make);
    const input = new Uint8Array(1024 * 1024).map((_, i) => i * 7);
    const reply = await call('echo', input);
    expect(reply.ok && (await sha256(new Uint8Array(reply.value.output)))).toBe(
      await sha256(input),
    );
  });

  it('takes 4 MiB of input and no byte more', async () => {
    const { call } = await setUp(make);
    expect(codeOf(await call('nothing', new Uint8Array(4 * 1024 * 1024)))).toBe('ok');
    expect(codeOf(await call('nothing', new Uint8Array(4 * 1024 * 1024 + 1)))).toBe(
      'input_too_large',
    );
  });

  it('honours offset and length of output_set', async () => {
    const { call } = await setUp(make);
    expect(textOf(await call('middle', 'abcdefgh'))).toBe('cdefg');
  });

  it('gives the output as the guest left it', async () => {
    const { call } = await setUp(make);
    expect(textOf(await call('late_write', 'abc'))).toBe('!bc');
  });

  it('has an empty output when none was set', async () => {
    const { call } = await setUp(make);
    expect(textOf(await call('nothing'))).toBe('');
    expect(textOf(await call('no_result'))).toBe('');
  });

  it('tells the pages of memory at the end of the call', async () => {
    const { call } = await setUp(make);
    expect(await call('nothing')).toMatchObject({ value: { memoryPages: 2 } });
    expect(await call('grow')).toMatchObject({ value: { memoryPages: 5, output: { 0: 255 } } });
  });
}

function describeErrors(make: MakeSandbox): void {
  itEndsWith(make, [
    ['code', 'plugin_error'],
    ['trap', 'trap'],
    ['divide', 'trap'],
    ['past_memory', 'trap'],
    ['recurse', 'stack_overflow'],
    ['takes_one', 'bad_signature'],
    ['gives_i64', 'bad_signature'],
    ['gives_two', 'bad_signature'],
    ['memory', 'no_such_function'],
    ['nowhere', 'no_such_function'],
    ['', 'no_such_function'],
    ['__proto__', 'no_such_function'],
    ['constructor', 'no_such_function'],
    ['toString', 'no_such_function'],
    ['http', 'http_denied', '{"url":"https://example.com"}'],
    ['http_foreign', 'http_denied'],
  ]);

  it.each(['error', 'error_and_zero'])(
    '%s tells what the plugin set as its error',
    async (name) => {
      const { call } = await setUp(make);
      const reply = await call(name, 'kein Verb in „Überschrift“');
      expect(reply).toMatchObject({
        error: { code: 'plugin_error', message: 'kein Verb in „Überschrift“' },
      });
    },
  );

  it('escapes what would move a cursor or turn the text, and cuts at 8 KiB', async () => {
    const { call } = await setUp(make);
    expect(await call('error', 'a\u001b[2Jb\u202ec\u0000\tz\n')).toMatchObject({
      error: { message: 'a\\u001b[2Jb\\u202ec\\u0000\tz\n' },
    });
    const reply = await call('error', 'x'.repeat(10_000));
    expect(reply.ok ? 0 : reply.error.message.length).toBe(8 * 1024);
  });

  it('lets a plugin take its error back, and read it', async () => {
    const { call } = await setUp(make);
    expect(codeOf(await call('error_taken_back', 'no'))).toBe('ok');
    expect(textOf(await call('error_read', 'no'))).toBe('no');
  });

  it('shows an error that is not UTF-8', async () => {
    const { call } = await setUp(make);
    expect(await call('error', Uint8Array.of(0x61, 0xff, 0xc0, 0x62))).toMatchObject({
      error: { code: 'plugin_error', message: 'a\ufffd\ufffdb' },
    });
  });
}

function describePointers(make: MakeSandbox): void {
  itEndsWith(
    make,
    [
      'use_freed',
      'foreign',
      'null',
      'negative',
      'huge_pointer',
      'before',
      'past_end',
      'past_end_word',
      'store_past_end',
      'input_past_end',
      'input_negative',
      'output_past_end',
      'error_foreign',
      'log_foreign',
      'var_foreign',
    ].map((name) => [name, 'bad_pointer'] as const),
  );

  it('frees what is not there, and twice, without harm', async () => {
    const { call } = await setUp(make);
    expect(byteOf(await call('free_twice'))).toBe(0);
  });
}

function describeFloods(make: MakeSandbox): void {
  itEndsWith(make, [
    ['alloc_negative', 'host_memory_limit'],
    ['alloc_2_40', 'host_memory_limit'],
    ['alloc_2_63', 'host_memory_limit'],
    ['alloc_much', 'host_memory_limit'],
    ['alloc_many', 'host_memory_limit'],
    ['alloc_and_free', 'ok'],
    ['output_negative', 'output_too_large'],
    ['output_large', 'output_too_large'],
    ['output_full', 'ok'],
    ['var_many', 'var_limit'],
    ['var_much', 'var_limit'],
    ['var_same', 'ok'],
    ['log_many', 'ok'],
  ]);

  it('keeps 200 lines of log and counts the rest', async () => {
    const { call } = await setUp(make);
    const logs = logsOf(await call('log_many'));
    expect(logs).toHaveLength(201);
    expect(logs[0]).toEqual({ level: 'info', text: 'a' });
    expect(logs.at(-1)).toEqual({ level: 'warn', text: 'lines dropped: 4800' });
  });

  it('keeps 64 KiB of log', async () => {
    const { call } = await setUp(make);
    const lengths = async (input: string) =>
      logsOf(await call('log_twice', input)).map(({ text }) => text.length);
    expect(await lengths('x'.repeat(30_000))).toEqual([30_000, 30_000, 1]);
    expect(await lengths('x'.repeat(40_000))).toEqual([40_000, 25_536, 'lines dropped: 1'.length]);
    // Escaped, a character is six times as long.
    expect(await lengths('\0'.repeat(20_000))).toEqual([65_536, 'lines dropped: 2'.length]);
  });
}

function describeValues(make: MakeSandbox): void {
  it('gives a plugin its settings, and nothing of a prototype', async () => {
    const { call } = await setUp(make);
    const config = { language: 'de', empty: '', schlüssel: 'Wert ✓' };
    expect(textOf(await call('config', 'language', { config }))).toBe('de');
    expect(textOf(await call('config', 'schlüssel', { config }))).toBe('Wert ✓');
    expect(textOf(await call('config', 'empty', { config }))).toBe('');
    for (const key of ['', 'Language', '__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      expect(textOf(await call('config', key, { config }))).toBe('?');
    }
  });

  it('takes __proto__ as the name of a setting like any other', async () => {
    const { call } = await setUp(make);
    const config = JSON.parse('{"__proto__":"mine"}') as { [key: string]: string };
    expect(textOf(await call('config', '__proto__', { config }))).toBe('mine');
    expect(textOf(await call('config', 'toString', { config }))).toBe('?');
  });

  it.each(['config', 'var_key_input'])(
    '%s refuses a name that is not UTF-8 or too long',
    async (name) => {
      const { call } = await setUp(make);
      expect(codeOf(await call(name, Uint8Array.of(0xff)))).toBe('bad_utf8');
      // A surrogate, written as three bytes.
      expect(codeOf(await call(name, Uint8Array.of(0xed, 0xa0, 0x80)))).toBe('bad_utf8');
      expect(codeOf(await call(name, 'x'.repeat(256)))).toBe('ok');
      expect(codeOf(await call(name, 'x'.repeat(257)))).toBe('limit');
    },
  );

  it('keeps variables for one call', async () => {
    const { call } = await setUp(make);
    expect(textOf(await call('var_write_read', 'kept'))).toBe('kept');
    expect(textOf(await call('var_read'))).toBe('?');
    expect(byteOf(await call('var_delete', 'kept'))).toBe(1);
  });

  it('escapes control characters in the log', async () => {
    const { call } = await setUp(make);
    expect(logsOf(await call('log', 'a\u001b[31m\r\n\u2028b\u0085'))).toEqual([
      { level: 'info', text: 'a\\u001b[31m\\u000d\n\\u2028b\\u0085' },
    ]);
  });
}

function codeIsOk(reply: Result<PluginReply>): boolean {
  return reply.ok;
}

function describeCalls(make: MakeSandbox): void {
  it('makes a fresh instance for every call', async () => {
    const { call } = await setUp(make);
    expect(byteOf(await call('count'))).toBe(1);
    expect(byteOf(await call('count'))).toBe(1);
  });

  it('never mixes calls that run at the same time', async () => {
    const { call, sandbox } = await setUp(make);
    const inputs = Array.from({ length: 10 }, (_, i) => `call ${i} `.repeat(1 + i * 50));
    const calls = inputs.map((input) => call('var_write_read', input));
    expect((await Promise.all(calls)).map(textOf)).toEqual(inputs);
    expect(sandbox.loads).toBe(1);
  });

  it('lets a call fail alone among others, each in its place with its own fuel', async () => {
    const { call } = await setUp(make);
    const words = Array.from({ length: 60 }, (_, i) => ['echo', 'trap', 'recurse'][i % 3] ?? '');
    const replies = await Promise.all(words.map((name, i) => call(name, `call ${i}`)));
    const codes = { echo: 'ok', trap: 'trap', recurse: 'stack_overflow' };
    expect(replies.map(codeOf)).toEqual(words.map((name) => codes[name as keyof typeof codes]));
    const alone = await call('echo', 'call 9');
    expect(replies[9]).toEqual(alone);
    expect(replies.filter(codeIsOk).map(textOf)).toEqual(
      words.flatMap((name, i) => (name === 'echo' ? [`call ${i}`] : [])),
    );
  });

  it('loads the same bytes once', async () => {
    const { call, sandbox, bytes } = await setUp(make);
    for (let i = 0; i < 5; i += 1) expect(codeOf(await call('nothing'))).toBe('ok');
    expect(sandbox.loads).toBe(1);
    expect(bytes.reads).toBe(1);
  });

  it('keeps tenants with the same plugin apart', async () => {
    const { call, sandbox, put } = await setUp(make);
    expect(codeOf(await call('nothing', '', { tenant: 'b' }))).toBe('plugin_not_found');
    await put('b');
    const [a, b] = await Promise.all([
      call('config', 'who', { config: { who: 'a' } }),
      call('config', 'who', { tenant: 'b', config: { who: 'b' } }),
    ]);
    expect([textOf(a), textOf(b)]).toEqual(['a', 'b']);
    expect(textOf(await call('var_write_read', 'of a'))).toBe('of a');
    expect(textOf(await call('var_read', '', { tenant: 'b' }))).toBe('?');
    expect(sandbox.loads).toBe(2);
  });

  it('finds a plugin that was missing before', async () => {
    const { put, call } = await setUp(make);
    const options = { tenant: 'late' };
    expect(codeOf(await call('echo', 'x', options))).toBe('plugin_not_found');
    expect(codeOf(await call('echo', 'x', options))).toBe('plugin_not_found');
    await put('late');
    expect(textOf(await call('echo', 'x', options))).toBe('x');
  });

  it('tries again after a load that failed', async () => {
    const { put, wasm, call } = await setUp(make);
    await put('broken', wasm.slice(0, 100));
    expect(codeOf(await call('echo', 'x', { tenant: 'broken' }))).toBe('sandbox_unavailable');
    await put('broken');
    expect(textOf(await call('echo', 'x', { tenant: 'broken' }))).toBe('x');
  });

  it('survives guests that take all the memory they may', async () => {
    const { call } = await setUp(make, 'big-memory');
    const replies = await Promise.all(Array.from({ length: 6 }, () => call('touch')));
    expect(replies.map(codeOf)).toEqual(Array<string>(6).fill('ok'));
  });

  it('does not start a call that was given up', async () => {
    const { call, sandbox } = await setUp(make);
    const cancelled = AbortSignal.abort();
    const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
    expect(codeOf(await call('nothing', '', { signal: cancelled }))).toBe('cancelled');
    expect(codeOf(await call('nothing', '', { signal: late }))).toBe('timeout');
    expect(sandbox.loads).toBe(0);
  });

  it('validates with the engine', async () => {
    const { sandbox, wasm } = await setUp(make);
    expect(sandbox.validate(wasm)).toBe(true);
    expect(sandbox.validate(wasm.slice(0, -1))).toBe(false);
    expect(sandbox.validate(new Uint8Array(0))).toBe(false);
  });
}
