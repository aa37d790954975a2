/** What is made of each provider's answers: good ones, refusals, and those that break off. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelCall, Models } from '../../../src/runtime/ports/models.ts';
import { callOf, signal, startModels, TOOL } from '../../support/providers/models.ts';
import { WAYS } from '../../support/providers/ways.ts';
import type { FakeProviders } from '../../support/providers/server.ts';

let fake: FakeProviders;
let models: Models;

beforeAll(async () => {
  ({ fake, models } = await startModels());
});
afterAll(() => fake.close());

async function ask(given: ModelCall) {
  const reply = await models.generate(given, { signal });
  const [request] = fake.seen(given.model);
  return { reply, request: request!, body: request?.body };
}

const USAGE_TOLD = { inputTokens: 11, outputTokens: 7 };
const SCHEMA = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };

describe.each(WAYS)('$way', ({ provider, options }) => {
  it('answers with text and what it took', async () => {
    const given = callOf(provider, { options });
    fake.script(given.model, {
      text: ['Good ', 'day'],
      usage: { input: 30, output: 20, cached: 10 },
    });
    const { reply } = await ask(given);
    expect(reply).toMatchObject({
      ok: true,
      value: {
        output: 'Good day',
        usage: { inputTokens: 30, outputTokens: 20, cachedTokens: 10 },
        finish: 'stop',
        toolCalls: [],
        ignored: [],
      },
    });
  });

  it('sends the schema and reads the object', async () => {
    const given = callOf(provider, { options, responseSchema: SCHEMA });
    fake.script(given.model, { text: ['{"n"', ':1}'] });
    const { reply, body } = await ask(given);
    expect(reply.ok && reply.value.output).toEqual({ n: 1 });
    expect(JSON.stringify(body)).toContain('"n":{"type":"integer"}');
  });

  it('streams its text as it comes', async () => {
    const given = callOf(provider, { options });
    fake.script(given.model, { text: ['Good ', 'day', ' to you'], holdAt: 1 });
    const pieces: string[] = [];
    const first = Promise.withResolvers<void>();
    const reply = models.generate(given, {
      signal,
      onText(text) {
        pieces.push(text);
        first.resolve();
      },
    });
    await first.promise;
    expect(pieces).toEqual(['Good ']);
    fake.release(given.model);
    expect(await reply).toMatchObject({
      ok: true,
      value: { output: 'Good day to you', usage: { inputTokens: 11, outputTokens: 7 } },
    });
    expect(pieces.join('')).toBe('Good day to you');
  });

  it.each([false, true])('calls a tool and takes its answer, streamed: %s', async (isStreamed) => {
    const given = callOf(provider, { options, tools: [TOOL] });
    fake.script(
      given.model,
      { toolCalls: [{ name: TOOL.name, input: { text: 'a b' } }] },
      { text: ['Two words'] },
    );
    const how = { signal, ...(isStreamed && { onText: () => {} }) };
    const asked = await models.generate(given, how);
    if (!asked.ok) throw new Error(asked.error.message);
    const { toolCalls, turn, finish } = asked.value;
    expect({ finish, toolCalls }).toMatchObject({
      finish: 'tools',
      toolCalls: [{ tool: TOOL.name, input: { text: 'a b' } }],
    });
    const [{ id }] = toolCalls as unknown as [{ id: string }];
    const answered = await models.generate(
      {
        ...given,
        messages: [
          ...given.messages,
          { role: 'assistant', content: '', toolCalls, turn: turn! },
          { role: 'tool', answers: [{ id, tool: TOOL.name, output: { words: 2 } }] },
        ],
      },
      how,
    );
    expect(answered.ok && answered.value.output).toBe('Two words');
    const sent = JSON.stringify(fake.seen(given.model)[1]?.body);
    expect(sent).toContain('a b');
    expect(sent).toMatch(/words\\*":\s*2/);
  });

  it.each([
    [401, 'authentication_error', 'provider_auth', false],
    [403, 'permission_error', 'provider_auth', false],
    [404, 'not_found_error', 'model_not_found', false],
    [400, 'invalid_request_error', 'provider_invalid_request', false],
    [429, 'rate_limit_error', 'provider_rate_limited', true],
    [429, 'insufficient_quota', 'provider_auth', false],
    [500, 'api_error', 'provider_error', true],
    [503, 'UNAVAILABLE', 'provider_overloaded', true],
    [529, 'overloaded_error', 'provider_overloaded', true],
    [504, 'timeout_error', 'provider_timeout', true],
    [302, 'moved', 'provider_error', true],
  ])('answers %i %s: %s', async (status, type, code, retryable) => {
    const given = callOf(provider, { options });
    const headers = status === 302 ? { location: 'http://127.0.0.1:1/' } : {};
    fake.script(given.model, {
      status,
      headers,
      error: { type, message: 'PLANTED Hello sk-openai' },
    });
    const { reply } = await ask(given);
    expect(reply).toMatchObject({ ok: false, error: { code, retryable } });
    expect(reply.ok || reply.error.mayHaveCost).toBeUndefined();
    expect(JSON.stringify(reply)).not.toMatch(/PLANTED|sk-openai/);
    // Another try is not the adapter's to make.
    expect(fake.seen(given.model)).toHaveLength(1);
  });

  it.each([
    ["This model's maximum context length is 10 tokens", {}],
    ['prompt is too long: 12 tokens > 10 maximum', {}],
    ['The input token count (12) exceeds the maximum number of tokens allowed (10)', {}],
  ])('knows a request that is too long: %s', async (message) => {
    const given = callOf(provider, { options });
    fake.script(given.model, { status: 400, error: { type: 'invalid_request_error', message } });
    const { reply } = await ask(given);
    expect(reply).toMatchObject({ ok: false, error: { code: 'provider_context_length' } });
  });

  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after-ms': '250' }, 250],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:09 GMT' }, 9000],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('asks for patience with %j', async (headers, retryAfterMs) => {
    const given = callOf(provider, { options });
    fake.script(given.model, {
      status: 429,
      headers: { ...headers } as Record<string, string>,
      error: { type: 'rate_limit_error', message: 'wait' },
    });
    const { reply } = await ask(given);
    expect(!reply.ok && reply.error.retryAfterMs).toBe(retryAfterMs);
  });

  it.each([
    ['no JSON', { body: '<html>' }, 'provider_error'],
    ['other JSON', { body: '{"hello": 1}' }, 'provider_error'],
    ['nothing', { cutAfter: 0 }, 'provider_network'],
  ])('answers with %s', async (_what, reply, code) => {
    const given = callOf(provider, { options });
    fake.script(given.model, reply);
    expect((await ask(given)).reply).toMatchObject({ ok: false, error: { code, retryable: true } });
  });

  it.each([1, 2])('breaks off after %i pieces of a stream', async (cutAfter) => {
    const given = callOf(provider, { options });
    fake.script(given.model, { text: ['Good ', 'day'], cutAfter });
    const pieces: string[] = [];
    const reply = await models.generate(given, { signal, onText: (text) => pieces.push(text) });
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'provider_network', retryable: true },
    });
    expect(pieces.join('')).toBe(cutAfter === 1 ? 'Good ' : 'Good day');
    // It may have cost more than was told by then, where anything was.
    expect(reply).toMatchObject({ error: { mayHaveCost: true } });
    const told = { anthropic: { inputTokens: 11, outputTokens: 1 }, google: USAGE_TOLD };
    expect(reply.ok || reply.error.usage).toEqual(
      provider in told ? told[provider as keyof typeof told] : undefined,
    );
  });

  it('ends at its length, or by its filter', async () => {
    const given = callOf(provider, { options });
    fake.script(
      given.model,
      { text: ['Goo'], finish: 'length' },
      { text: ['no'], finish: 'content_filter' },
    );
    expect(await models.generate(given, { signal })).toMatchObject({
      ok: true,
      value: { output: 'Goo', finish: 'length' },
    });
    expect(await models.generate(given, { signal })).toMatchObject({
      ok: false,
      error: { code: 'provider_content_filter', usage: { inputTokens: 11, outputTokens: 7 } },
    });
  });

  it('is given up when nobody waits for it any longer', async () => {
    const given = callOf(provider, { options });
    fake.script(given.model, { holdAt: 0, text: ['late'] });
    const stop = new AbortController();
    const reply = models.generate(given, { signal: stop.signal });
    await fake.asked(given.model, 1);
    stop.abort();
    expect(await reply).toMatchObject({ ok: false, error: { code: 'timeout' } });
  });
});

it('Google says its patience in the details', async () => {
  const given = callOf('google');
  const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.5s' }];
  fake.script(given.model, {
    status: 429,
    body: JSON.stringify({
      error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x', details },
    }),
  });
  const { reply } = await ask(given);
  expect(reply).toMatchObject({
    ok: false,
    error: { code: 'provider_rate_limited', retryAfterMs: 34_500 },
  });
});
