/** Providers that lie, break off, never end, or are none: every answer is one, or a failure with a code. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ModelCall } from '../../../src/runtime/ports/models.ts';
import { messages } from '../../support/providers/anthropic.ts';
import { generateContent } from '../../support/providers/google.ts';
import { callOf, TOOL } from '../../support/providers/models.ts';
import { chat, responses } from '../../support/providers/openai.ts';
import { startRaw } from '../../support/providers/raw.ts';
import { rawModels } from '../../support/providers/raw-models.ts';
import { streamOf } from '../../support/providers/reply.ts';
import { WAYS } from '../../support/providers/ways.ts';

const PROTOCOLS = {
  'openai chat': chat,
  'openai responses': responses,
  anthropic: messages,
  google: generateContent,
  ollama: chat,
  'my-vllm': chat,
} as const;
const TEXT = ['Grüße, ', '語言 🙂👩‍👩‍👧 ', '\\"\n\u2028 end'];
const WHOLE = TEXT.join('');

const { raw, models } = rawModels();

async function ask(call: ModelCall, { isStreamed = false, stop = new AbortController() } = {}) {
  const pieces: string[] = [];
  const reply = await models().generate(call, {
    signal: stop.signal,
    ...(isStreamed && { onText: (text: string) => void pieces.push(text) }),
  });
  return { reply, text: pieces.join('') };
}

const SSE = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };

function says(body: string | Buffer, headers: Record<string, string> = JSON_TYPE, status = 200) {
  raw().answer = (response) => response.writeHead(status, headers).end(body);
}

async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (!response.write(bytes)) await once(response, 'drain');
  await new Promise((next) => setImmediate(next));
}

describe.each(WAYS)('$way', ({ way, provider, options }) => {
  const protocol = PROTOCOLS[way];
  const call = (more: Partial<ModelCall> = {}) => callOf(provider, { options, ...more });
  const bytes = (reply = { text: TEXT }) => streamOf(protocol, reply, 'm');

  it('reads a stream that comes byte by byte', async () => {
    raw().answer = async (response) => {
      response.writeHead(200, SSE);
      for (const byte of bytes()) await write(response, Buffer.of(byte));
      response.end();
    };
    const { reply, text } = await ask(call(), { isStreamed: true });
    expect(reply).toMatchObject({
      ok: true,
      value: { output: WHOLE, usage: { inputTokens: 11, outputTokens: 7 } },
    });
    expect(text).toBe(WHOLE);
  });

  it('reads a stream with comments, other line ends and no space', async () => {
    const odd = `: hello\r\n\r\n${bytes().toString().replaceAll('\n', '\r\n').replaceAll('data: ', 'data:')}`;
    says(odd, SSE);
    expect((await ask(call(), { isStreamed: true })).reply).toMatchObject({
      ok: true,
      value: { output: WHOLE },
    });
  });

  it('cut at any byte, is a failure or the whole', async () => {
    const all = bytes();
    const faults: unknown[] = [];
    for (let at = 0; at < all.length; at += 7) {
      says(all.subarray(0, at), SSE);
      const { reply, text } = await ask(call(), { isStreamed: true });
      if (
        reply.ok
          ? reply.value.output !== WHOLE
          : !/^provider_(?:network|error)$/.test(reply.error.code)
      )
        faults.push({ at, reply });
      if (!WHOLE.startsWith(text)) faults.push({ at, text });
      if (!reply.ok && reply.error.mayHaveCost !== true) faults.push({ at, cost: reply.error });
    }
    expect(faults).toEqual([]);
  });

  it.each([
    ['a page', '<html>PLANTED sk-openai-4714</html>', { 'content-type': 'text/html' }, 200],
    ['a page as JSON', '<html>PLANTED</html>', JSON_TYPE, 200],
    ['a page of a proxy', '<html>502 PLANTED</html>', { 'content-type': 'text/html' }, 502],
    ['nothing', '', JSON_TYPE, 200],
    ['null', 'null', JSON_TYPE, 200],
    ['a list', '[]', JSON_TYPE, 200],
    ['a number', '7', JSON_TYPE, 200],
    ['no choices', '{"choices":[],"candidates":[],"output":[],"content":[]}', JSON_TYPE, 200],
    [
      'wrong types',
      '{"id":1,"choices":[{"message":7}],"candidates":{},"output":{"a":1},"content":"x"}',
      JSON_TYPE,
      200,
    ],
    ['an error that is none', '{"error":null}', JSON_TYPE, 200],
    [
      'an error with a good status',
      '{"error":{"message":"PLANTED","code":"x","type":"y"}}',
      JSON_TYPE,
      200,
    ],
    ['a deep list', '['.repeat(50_000), JSON_TYPE, 200],
    ['bytes', Buffer.from([0xff, 0xfe, 0, 1, 2]), JSON_TYPE, 200],
    ['no content', '', {}, 204],
  ])('answered with %s fails with a code', async (_what, body, headers, status) => {
    for (const isStreamed of [false, true]) {
      says(body, headers as Record<string, string>, status);
      const { reply, text } = await ask(call(), { isStreamed });
      expect(reply).toMatchObject({
        ok: false,
        error: { code: expect.stringMatching(/^provider_(?:error|network|invalid_request)$/) },
      });
      expect(JSON.stringify(reply)).not.toMatch(/PLANTED|sk-openai/);
      expect(text).toBe('');
    }
  });

  it.each([301, 302, 303, 307, 308])(
    'a redirect of %i is not followed, so no key goes on',
    async (status) => {
      const other = await startRaw();
      says('', { location: `${other.url}/v1/chat/completions` }, status);
      for (const isStreamed of [false, true]) {
        expect((await ask(call(), { isStreamed })).reply).toMatchObject({
          ok: false,
          error: { code: 'provider_error' },
        });
      }
      await other.close();
      expect(other.seen).toEqual([]);
    },
  );

  it('has its key in a header, never in the address', async () => {
    says(JSON.stringify(protocol.render({ text: TEXT }, 'm').json));
    await ask(call());
    expect(raw().seen[0]?.path).not.toMatch(/4714|4715|4716|4717|key=/);
  });

  it.each([
    ['less than none', -5],
    ['no number', 'many'],
    ['a part of one', 0.5],
    ['more than there can be', 1e300],
  ])('that counts %s tokens has not told any', async (_what, count) => {
    const { json } = protocol.render(
      { text: ['Hi'], usage: { input: 1234567, output: 1234567 } },
      'm',
    );
    const lie = JSON.stringify(json).replaceAll(/1234567|2469134/g, JSON.stringify(count));
    says(lie);
    const { reply } = await ask(call());
    if (reply.ok) expect(reply.value.usage).toBeUndefined();
    else expect(reply.error).toMatchObject({ code: 'provider_error', mayHaveCost: true });
  });

  it('that does not tell its tokens has an answer all the same', async () => {
    const { json } = protocol.render({ text: ['Hi'] }, 'm');
    const {
      usage: _,
      usageMetadata: __,
      ...rest
    } = json as { usage?: object; usageMetadata?: object };
    says(JSON.stringify(rest));
    const { reply } = await ask(call());
    // Anthropic's protocol has no answer without.
    if (way === 'anthropic') expect(reply.ok).toBe(false);
    else
      expect(reply).toEqual({
        ok: true,
        value: expect.not.objectContaining({ usage: expect.anything() }),
      });
  });

  it.each([false, true])(
    'that is given up sees the connection close, streamed: %s',
    async (isStreamed) => {
      const asked = Promise.withResolvers<ServerResponse>();
      raw().answer = (response) => {
        if (isStreamed) response.writeHead(200, SSE).write(bytes().subarray(0, 400));
        asked.resolve(response);
      };
      const stop = new AbortController();
      const answer = ask(call(), { isStreamed, stop });
      const response = await asked.promise;
      const closed = once(response, 'close');
      stop.abort();
      expect((await answer).reply).toMatchObject({
        ok: false,
        error: { code: 'timeout', mayHaveCost: true },
      });
      await closed;
    },
  );

  it('asks for patience by a page, too', async () => {
    says('<html>slow down</html>', { 'retry-after': '2', 'content-type': 'text/html' }, 429);
    expect((await ask(call())).reply).toMatchObject({
      ok: false,
      error: { code: 'provider_rate_limited', retryAfterMs: 2_000 },
    });
  });

  it.each([false, true])('may call tools side by side, streamed: %s', async (isStreamed) => {
    const toolCalls = ['a', 'b c'].map((text) => ({ name: TOOL.name, input: { text } }));
    if (isStreamed) says(streamOf(protocol, { toolCalls }, 'm'), SSE);
    else says(JSON.stringify(protocol.render({ toolCalls }, 'm').json));
    const { reply } = await ask(call({ tools: [TOOL] }), { isStreamed });
    if (!reply.ok) throw new Error(reply.error.message);
    expect(reply.value.toolCalls.map(({ input }) => input)).toEqual(
      toolCalls.map(({ input }) => input),
    );
    expect(new Set(reply.value.toolCalls.map(({ id }) => id)).size).toBe(2);
  });

  it('may answer with nothing', async () => {
    says(JSON.stringify(protocol.render({ text: [''] }, 'm').json));
    const { reply } = await ask(call());
    expect(reply).toMatchObject({ ok: true, value: { output: '' } });
  });
});

it.each([
  [
    'a stream',
    SSE,
    `data: {"choices":[{"index":0,"delta":{"content":"${'x'.repeat(65_536)}"}}]}\n\n`,
  ],
  ['JSON', JSON_TYPE, ' '.repeat(65_536)],
])('%s that never ends is given up', async (_what, headers, piece) => {
  let isClosed = false;
  raw().answer = async (response) => {
    response.on('close', () => (isClosed = true));
    response.writeHead(200, headers);
    for (let sent = 0; sent < 64 * 1024 * 1024 && !isClosed; sent += piece.length)
      await write(response, Buffer.from(piece));
    response.end();
  };
  const { reply } = await ask(callOf('my-vllm'), { isStreamed: headers === SSE });
  expect(reply).toMatchObject({ ok: false, error: { code: 'provider_error', mayHaveCost: true } });
  expect(JSON.stringify(reply)).toContain('too large');
  await expect.poll(() => isClosed).toBe(true);
});

describe('faults in the middle of a stream', () => {
  it.each([
    [
      'openai',
      { data: { error: { type: 'server_error', message: 'PLANTED', code: 'x' } } },
      'provider_error',
    ],
    [
      'openai',
      { data: { error: { type: 'rate_limit_error', message: 'PLANTED' } } },
      'provider_rate_limited',
    ],
    [
      'anthropic',
      {
        event: 'error',
        data: { type: 'error', error: { type: 'overloaded_error', message: 'PLANTED' } },
      },
      'provider_overloaded',
    ],
    [
      'google',
      { data: { error: { code: 503, status: 'UNAVAILABLE', message: 'PLANTED' } } },
      'provider_overloaded',
    ],
    [
      'my-vllm',
      { data: { error: { type: 'overloaded', message: 'PLANTED' } } },
      'provider_overloaded',
    ],
  ] as const)('of %s: %j', async (provider, frame, code) => {
    const protocol = {
      openai: chat,
      anthropic: messages,
      google: generateContent,
      'my-vllm': chat,
    }[provider];
    const { before, pieces } = protocol.render({ text: ['Good ', 'day'] }, 'm');
    const event = 'event' in frame ? `event: ${frame.event}\n` : '';
    const head = streamOf(
      { ...protocol, render: () => ({ json: {}, before, pieces, after: [] }) },
      {},
      'm',
    );
    says(`${head.toString()}${event}data: ${JSON.stringify(frame.data)}\n\n`, SSE);
    const { reply, text } = await ask(callOf(provider), { isStreamed: true });
    expect(text).toBe('Good day');
    expect(reply).toMatchObject({ ok: false, error: { code, retryable: true, mayHaveCost: true } });
    expect(JSON.stringify(reply)).not.toContain('PLANTED');
  });
});
