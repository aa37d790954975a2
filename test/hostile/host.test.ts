/** Guests that abuse what the host offers: pointers, sizes, floods, settings, requests. */
import { beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, call, post, putPlugin } from '../support/api-client.ts';
import {
  callPlugin,
  callUpload,
  ends,
  freshName,
  guest,
  keepWell,
  told,
  upload,
} from '../support/hostile/api.ts';
import { plugin } from '../support/hostile/plugin.ts';
import { I64, many, op } from '../support/hostile/wasm.ts';
import type { Bytes } from '../support/hostile/wasm.ts';

keepWell();

const KIT = freshName();
const BIG = 2n ** 63n;

beforeAll(async () => {
  await bodyOf(await putPlugin(KIT, '1.0.0', guest('kit')), 201);
});

const at = (...parts: readonly Bytes[]) => parts.flat();
/** Calls one host function with the arguments, drops its results, and again for ever if asked. */
function host(name: string, args: readonly (bigint | number)[], more: 'once' | 'forever' = 'once') {
  const code = at(...args.map((arg) => op.i64(arg)), op.call(0));
  const dropped = WITHOUT_RESULT.has(name) ? code : at(code, op.drop);
  return plugin({ imports: [name], run: more === 'once' ? dropped : op.forever(dropped) });
}
const WITHOUT_RESULT = new Set([
  'free',
  'output_set',
  'error_set',
  'var_set',
  'store_u64',
  'log_info',
  'log_error',
]);

describe('the kit', () => {
  it.each([
    ['use_freed', 'bad_pointer'],
    ['foreign', 'bad_pointer'],
    ['null', 'bad_pointer'],
    ['negative', 'bad_pointer'],
    ['huge_pointer', 'bad_pointer'],
    ['before', 'bad_pointer'],
    ['past_end', 'bad_pointer'],
    ['past_end_word', 'bad_pointer'],
    ['store_past_end', 'bad_pointer'],
    ['input_past_end', 'bad_pointer'],
    ['input_negative', 'bad_pointer'],
    ['output_past_end', 'bad_pointer'],
    ['error_foreign', 'bad_pointer'],
    ['log_foreign', 'bad_pointer'],
    ['var_foreign', 'bad_pointer'],
    ['free_twice', 'ok'],
    ['alloc_negative', 'host_memory_limit'],
    ['alloc_2_40', 'host_memory_limit'],
    ['alloc_2_63', 'host_memory_limit'],
    ['alloc_much', 'host_memory_limit'],
    ['alloc_many', 'host_memory_limit'],
    ['alloc_and_free', 'ok'],
    ['output_negative', 'output_too_large'],
    ['output_large', 'output_too_large'],
    ['var_many', 'var_limit'],
    ['var_much', 'var_limit'],
    ['var_same', 'ok'],
    ['log_many', 'ok'],
    ['code', 'plugin_error'],
    ['error', 'plugin_error'],
    ['error_and_zero', 'plugin_error'],
    ['error_taken_back', 'ok'],
    ['http', 'http_denied'],
    ['http_foreign', 'http_denied'],
    ['takes_one', 'function_not_found'],
    ['gives_i64', 'function_not_found'],
    ['gives_two', 'function_not_found'],
    ['memory', 'function_not_found'],
    ['nowhere', 'function_not_found'],
    ['constructor', 'function_not_found'],
    ['toString', 'function_not_found'],
    ['__proto__', 'function_not_found'],
    ['__fuel', 'function_not_found'],
    ['_start', 'function_not_found'],
  ])('%s ends with %s', async (fn, code) => {
    expect(await callPlugin(KIT, fn, 'https://example.com')).toMatchObject({ code });
  });
});

describe('sizes', () => {
  const sizes = [-1n, 2n ** 32n, 2n ** 40n, 2n ** 53n, BIG, BIG - 1n];
  ends(
    sizes.map((size) => [`alloc of ${size}`, host('alloc', [size]), 'host_memory_limit'] as const),
  );
  ends(
    sizes.map(
      (size) =>
        [`an output of ${size}`, host('output_set', [0, size]), 'output_too_large'] as const,
    ),
  );
  ends([
    ['an output of 0 bytes from nowhere', host('output_set', [-1n, 0]), 'ok'],
    ['an output of 1 byte from nowhere', host('output_set', [2n ** 32n, 1]), 'bad_pointer'],
  ]);
});

describe('pointers', () => {
  const pointers = [1n, -1n, 2n ** 32n, 2n ** 53n + 1n, BIG, BIG - 1n];
  ends(
    pointers.flatMap((pointer) =>
      ['load_u8', 'load_u64', 'log_error', 'config_get', 'var_get'].map(
        (name) => [`${name} at ${pointer}`, host(name, [pointer]), 'bad_pointer'] as const,
      ),
    ),
  );
  ends(pointers.map((pointer) => [`free of ${pointer}`, host('free', [pointer]), 'ok'] as const));
  ends(
    pointers.map((pointer) => [`length of ${pointer}`, host('length', [pointer]), 'ok'] as const),
  );
  ends([
    ['a word written past the input', host('store_u64', [8, 1]), 'bad_pointer'],
    ['an error from nowhere', host('error_set', [-1n]), 'bad_pointer'],
    ['a variable from nowhere', host('var_set', [2n ** 32n, 2n ** 33n]), 'bad_pointer'],
    ['a block that was freed, and its successor', freed(), 'bad_pointer'],
    ['a block of the call before', host('load_u8', [2n ** 32n]), 'bad_pointer'],
  ]);

  function freed(): Uint8Array {
    const block = at(op.i64(8), op.call(0));
    return plugin({
      imports: ['alloc', 'free', 'load_u8'],
      locals: [[1, I64]],
      run: at(
        block,
        op.set(0),
        op.get(0),
        op.call(1),
        block,
        op.drop,
        op.get(0),
        op.call(2),
        op.drop,
      ),
    });
  }
});

describe('floods', () => {
  const alive = (size: number) =>
    plugin({ imports: ['alloc'], run: op.forever(at(op.i64(size), op.call(0), op.drop)) });
  const again = (size: number) =>
    plugin({
      imports: ['alloc', 'free'],
      run: op.forever(at(op.i64(size), op.call(0), op.call(1))),
    });
  const written = (name: string, size: number) =>
    plugin({
      imports: ['alloc', name],
      locals: [[1, I64]],
      run: at(op.i64(size), op.call(0), op.set(0), op.forever(at(op.get(0), op.call(1)))),
    });
  ends([
    ['of empty blocks', alive(0), 'host_memory_limit'],
    ['of blocks of 1 MiB', alive(1024 * 1024), 'host_memory_limit'],
    ['of blocks that are freed', again(8), 'out_of_fuel'],
    ['of large blocks that are freed', again(8 * 1024 * 1024), 'out_of_fuel'],
    ['of lines', written('log_info', 1), 'out_of_fuel'],
    ['of lines of 1 MiB', written('log_info', 1024 * 1024), 'out_of_fuel'],
    ['of errors', written('error_set', 8_192), 'out_of_fuel'],
    [
      'of input lengths',
      plugin({ imports: ['input_length'], run: op.forever(at(op.call(0), op.drop)) }),
      'out_of_fuel',
    ],
    [
      'of levels',
      plugin({ imports: ['get_log_level'], run: op.forever(at(op.call(0), op.drop)) }),
      'out_of_fuel',
    ],
    [
      'of copies of the output',
      plugin({ imports: ['output_offset'], run: op.forever(at(op.call(0), op.drop)) }),
      'host_memory_limit',
    ],
    ['of lengths of nothing', host('length', [-1n], 'forever'), 'out_of_fuel'],
    ['of frees of nothing', host('free', [-1n], 'forever'), 'out_of_fuel'],
    ['of outputs', host('output_set', [0, 0], 'forever'), 'out_of_fuel'],
    ['of requests', host('http_request', [0, 0], 'forever'), 'http_denied'],
    [
      'of status codes',
      plugin({ imports: ['http_status_code'], run: op.forever(at(op.call(0), op.drop)) }),
      'out_of_fuel',
    ],
  ]);

  it('of lines is cut, and says so', async () => {
    const answer = await post(`/v1/plugins/${KIT}/functions/log_many/call`, { input: '' });
    const { logs } = await bodyOf<{ logs: { text: string }[] }>(answer, 200);
    expect(logs).toHaveLength(201);
  });
});

describe('settings', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', ''])(
    '%j is none when it was not given',
    async (key) => {
      expect(await callPlugin(KIT, 'config', key)).toMatchObject({ code: 'ok', output: '?' });
      const config = { other: 'x' };
      expect(await callPlugin(KIT, 'config', key, { config })).toMatchObject({ output: '?' });
    },
  );

  it.each(['constructor', 'toString', 'hasOwnProperty'])(
    '%s is one when it was given',
    async (key) => {
      const config = { [key]: 'mine' };
      expect(await callPlugin(KIT, 'config', key, { config })).toMatchObject({ output: 'mine' });
      expect(await callPlugin(KIT, 'config', key)).toMatchObject({ output: '?' });
    },
  );

  it('__proto__ reaches no prototype', async () => {
    const body = '{"input":"polluted","config":{"__proto__":{"polluted":"yes"}}}';
    const answer = await told(await rawCall('config', body));
    expect(answer.output ?? '?').toBe('?');
    expect(await callPlugin(KIT, 'config', 'polluted')).toMatchObject({ output: '?' });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['a setting that is no text', { config: { a: 1 } }],
    ['a name of 257 characters', { config: { ['a'.repeat(257)]: 'x' } }],
    ['a list', { config: ['a'] }],
    ['a version that is none', { version: '../1' }],
    ['a field that is not known', { fuel: 1e9 }],
  ])('%s is refused', async (_, more) => {
    expect(await callPlugin(KIT, 'echo', '', more)).toMatchObject({
      status: 400,
      code: 'bad_request',
    });
  });

  it.each([
    ['deep', '{"input":'.concat('['.repeat(50_000), ']'.repeat(50_000), '}'), 'invalid_json'],
    ['cut off', '{"input":"', 'invalid_json'],
    ['two', '{"input":1}{"input":2}', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['a number', '1', 'bad_request'],
  ])('a body that is %s is refused', async (_, body, code) => {
    expect(await told(await rawCall('echo', body))).toMatchObject({ status: 400, code });
  });

  it('an input of over 1 MiB is refused', async () => {
    expect(await callPlugin(KIT, 'echo', 'x'.repeat(1024 * 1024))).toMatchObject({ status: 413 });
  });

  function rawCall(fn: string, body: string): Promise<Response> {
    return call(`/v1/plugins/${KIT}/functions/${fn}/call`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
  }
});

describe('text that is none', () => {
  const bytes = (...values: number[]) =>
    plugin({
      imports: ['alloc', 'store_u8', 'output_set'],
      locals: [[1, I64]],
      run: at(
        op.i64(values.length),
        op.call(0),
        op.set(0),
        ...values.map((value, i) => at(op.get(0), op.i64(i), op.i64Add, op.i32(value), op.call(1))),
        op.get(0),
        op.i64(values.length),
        op.call(2),
      ),
    });
  ends([
    ['a byte of 0xff', bytes(0xff), 'bad_output'],
    ['half a surrogate pair', bytes(0xed, 0xa0, 0x80), 'bad_output'],
    ['an overlong slash', bytes(0xc0, 0xaf), 'bad_output'],
    ['a character that is cut off', bytes(0xe2, 0x82), 'bad_output'],
    ['a NUL', bytes(0), 'ok'],
    ['half an escape of JSON', bytes(0x22, 0x5c, 0x75), 'ok'],
  ]);

  it('JSON with "__proto__" stays data', async () => {
    const text = '{"__proto__":{"polluted":1},"constructor":{"prototype":{}}}';
    const answer = await callUpload(bytes(...new TextEncoder().encode(text)));
    expect(JSON.stringify(answer.output)).toBe(text);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['cut off', bytes(0x7b, 0x22)],
    ['nested 1 000 deep', bytes(...many(1_000, 0x5b), ...many(1_000, 0x5d))],
    ['two values', bytes(0x31, 0x20, 0x32)],
    ['no number', bytes(0x4e, 0x61, 0x4e)],
  ])('JSON that is %s is none of a function that promises it', async (_, module) => {
    const name = freshName();
    const functions = [{ id: 'run', content_type: 'json' }];
    const manifest = JSON.stringify({ name, version: '1.0.0', functions });
    await bodyOf(await putPlugin(name, '1.0.0', module, manifest), 201);
    expect(await callPlugin(name, 'run')).toMatchObject({ code: 'bad_output' });
  });

  it('a text that would be deep JSON stays text', async () => {
    const deep = `${'['.repeat(40_000)}${']'.repeat(40_000)}`;
    expect(await callPlugin(KIT, 'echo', deep)).toMatchObject({ code: 'ok', output: deep });
  });
});

describe('ways around a limit', () => {
  const loopAfter = (name: string, args: readonly (bigint | number)[]) =>
    plugin({
      imports: [name],
      run: at(...args.map((arg) => op.i64(arg)), op.call(0), op.drop, op.forever([])),
    });
  ends([
    ['a loop behind a refused request', loopAfter('http_request', [0, 0]), 'http_denied'],
    ['a loop behind a refused block', loopAfter('alloc', [-1n]), 'host_memory_limit'],
    [
      'a request in the start function',
      plugin({
        imports: ['http_request'],
        run: [],
        start: 2,
        more: [{ type: ':', code: at(op.i64(0), op.i64(0), op.call(0), op.drop) }],
      }),
      'http_denied',
    ],
    [
      'an error set before a trap',
      plugin({ imports: ['error_set'], run: at(op.i64(0), op.call(0), op.unreachable) }),
      'trap',
    ],
    [
      'an indirect call of a host function',
      plugin({ imports: ['alloc'], run: at(op.i32(0), op.callIndirect(1)), table: [1] }),
      'trap',
    ],
    [
      'a host function as an export',
      plugin({ imports: ['alloc'], run: [], exports: [['alloc', 0]] }),
      'ok',
    ],
  ]);

  it.each(['swallow', 'metered'])(
    'a guest that brings what would hide one is refused: %s',
    async (name) => {
      expect(await upload(guest(name))).toMatchObject({ code: 'plugin_invalid' });
    },
  );
});
