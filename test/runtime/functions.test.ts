/** Functions of plugins: from a reference to a call, from JSON to bytes and back. */
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../support/manual-clock.ts';
import { createMemoryGrants } from '../../src/adapters/memory/grants.ts';
import { createMemorySettings } from '../../src/adapters/memory/settings.ts';
import { createMemoryCatalog } from '../../src/adapters/memory/catalog.ts';
import { fail, ok } from '../../src/core/errors.ts';
import type { JsonValue } from '../../src/core/json.ts';
import type { PinnedFunction } from '../../src/core/recipe/plan.ts';
import { createFunctions } from '../../src/runtime/functions.ts';
import type { PluginCall, Ports } from '../../src/runtime/ports.ts';

const target: PinnedFunction = {
  plugin: 'p',
  version: '1.0.0',
  hash: 'ab',
  function: 'f',
  export: 'f_export',
  contentType: 'json',
  bundled: false,
  pure: true,
};
const catalog = createMemoryCatalog({ clock: { now: () => 0 } });
const ports = {
  catalog,
  clock: createManualClock(),
  grants: createMemoryGrants(),
  settings: createMemorySettings(),
};
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const live = new AbortController().signal;

function withReply(output: Uint8Array | string, calls: PluginCall[] = []) {
  const sandbox: Ports['sandbox'] = {
    validate: () => true,
    async call(call) {
      calls.push(call);
      const bytes = typeof output === 'string' ? new TextEncoder().encode(output) : output;
      return ok({ output: bytes, fuel: 7, memoryPages: 2, logs: [] });
    },
  };
  return createFunctions({ ...ports, sandbox });
}

type Type = PinnedFunction['contentType'];

async function called(contentType: Type, input: JsonValue, output: Uint8Array | string = 'null') {
  const calls: PluginCall[] = [];
  const functions = withReply(output, calls);
  const result = await functions.call(
    { tenant: 't', target: { ...target, contentType }, input },
    live,
  );
  return { result, sent: calls[0] };
}

describe('call()', () => {
  it.each<[Type, JsonValue, string]>([
    ['json', { a: ['ü'] }, '{"a":["ü"]}'],
    ['json', 'text', '"text"'],
    ['json', null, 'null'],
    ['text', 'text ü', 'text ü'],
    ['auto', 'text', 'text'],
    ['auto', { a: 1 }, '{"a":1}'],
    ['bytes', 'aGk=', 'hi'],
  ])('of type %s sends %j as %j', async (type, input, expected) => {
    const { sent } = await called(type, input);
    expect(text(sent!.input)).toBe(expected);
    expect(sent).toMatchObject({
      tenant: 't',
      hash: 'ab',
      export: 'f_export',
      bundled: false,
      config: {},
    });
  });

  it.each<[Type, string, JsonValue]>([
    ['json', '{"a":1}', { a: 1 }],
    ['json', '', null],
    ['text', '{"a":1}', '{"a":1}'],
    ['text', '', ''],
    ['auto', '{"a":1}', { a: 1 }],
    ['auto', 'plain', 'plain'],
    ['auto', '', ''],
    ['bytes', 'hi', 'aGk='],
  ])('of type %s takes %j for %j', async (type, output, expected) => {
    const { result } = await called(type, 'aGk=', output);
    expect(result).toMatchObject({
      ok: true,
      value: { output: expected, fuel: 7, memoryPages: 2 },
    });
  });

  it.each<[string, string, Type, JsonValue, Uint8Array | string]>([
    ['text that is no string', 'inputs_invalid', 'text', { a: 1 }, ''],
    ['bytes that are no base64', 'inputs_invalid', 'bytes', '***', ''],
    ['JSON that is none', 'bad_output', 'json', null, '{'],
    ['JSON that nests too deep', 'bad_output', 'json', null, '['.repeat(200) + ']'.repeat(200)],
    ['text that is no UTF-8', 'bad_output', 'text', 'x', new Uint8Array([0xff])],
    ['JSON that is no UTF-8', 'bad_output', 'json', null, new Uint8Array([0x22, 0xff, 0x22])],
  ])('refuses %s', async (_, code, ...given) => {
    const { result } = await called(...given);
    expect(result).toMatchObject({ ok: false, error: { code } });
  });

  it('takes megabytes of bytes', async () => {
    const { result } = await called('bytes', 'aGk=', new Uint8Array(1024 * 1024).fill(7));
    expect(result.ok && (result.value.output as string).length).toBe(
      Math.ceil((1024 * 1024) / 3) * 4,
    );
  });

  it('keeps a byte order mark, which is text', async () => {
    const { result } = await called('text', 'x', '\ufeffhi');
    expect(result).toMatchObject({ ok: true, value: { output: '\ufeffhi' } });
  });

  it('names the function in a failure, whose code it keeps', async () => {
    const sandbox: Ports['sandbox'] = {
      validate: () => true,
      call: async () => fail('trap', 'unreachable'),
    };
    const result = await createFunctions({ ...ports, sandbox }).call(
      { tenant: 't', target, input: null },
      live,
    );
    expect(result).toMatchObject({ ok: false, error: { code: 'trap' } });
    expect(!result.ok && result.error.message).toContain('p.f');
  });
});

describe('find()', () => {
  it('takes a pin of the plan before anything else', async () => {
    const functions = withReply('');
    expect(await functions.find('t', 'p.f', { 'p.f': target })).toEqual({
      ok: true,
      value: target,
    });
  });

  it('takes what the catalog has now for a reference made at run time', async () => {
    const functions = withReply('');
    expect(await functions.find('t', 'p.f', {})).toMatchObject({
      ok: false,
      error: { code: 'function_not_found' },
    });
  });

  it.each(['constructor', '__proto__', 'toString'])('finds no pin called %s', async (reference) => {
    const functions = withReply('');
    expect(await functions.find('t', reference, {})).toMatchObject({ ok: false });
  });
});

describe('an output against what the function declares', () => {
  const output = {
    type: 'object',
    required: ['score'],
    properties: { score: { type: 'number' } },
  };
  const outcome = async (given: string, more: Partial<PinnedFunction> = {}) => {
    const request = { tenant: 't', target: { ...target, output, ...more }, input: 'aGk=' };
    const result = await withReply(given).call(request, live);
    return result.ok ? 'ok' : `${result.error.code}: ${result.error.message}`;
  };

  it('passes when it fits, and ends the call when it does not', async () => {
    expect(await outcome('{"score": 1, "more": 2}')).toBe('ok');
    expect(await outcome('{"score": "1"}')).toMatch(/^bad_output: .*"p\.f".* at \/score: /);
    expect(await outcome('{}')).toMatch(/^bad_output: /);
    expect(await outcome('')).toMatch(/^bad_output: /);
    expect(await outcome('"x"', { contentType: 'auto' })).toMatch(/^bad_output: /);
  });

  it('is believed of a bundled function, and of one that gives bytes', async () => {
    expect(await outcome('{}', { bundled: true })).toBe('ok');
    expect(await outcome('{}', { contentType: 'bytes' })).toBe('ok');
  });

  it('fails by a schema that cannot be used', async () => {
    expect(await outcome('{}', { output: { $ref: '#/nowhere' } })).toMatch(/^bad_output: /);
  });
});
