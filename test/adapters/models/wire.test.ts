/** What each provider is sent, read off the wire. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelCall, Models } from '../../../src/runtime/ports/models.ts';
import { callOf, signal, startModels, TOOL } from '../../support/providers/models.ts';
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

describe('the whole of a request', () => {
  const whole = (provider: string, options: object) =>
    callOf(provider, {
      system: 'Be calm',
      messages: [
        { role: 'user', content: 'One' },
        { role: 'assistant', content: 'Two' },
        { role: 'user', content: 'Three' },
      ],
      tools: [TOOL],
      options: { temperature: 0.25, max_tokens: 99, top_p: 0.5, ...options },
    });

  it('reaches OpenAI chat', async () => {
    const options = {
      stop: ['END'],
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      service_tier: 'flex',
      odd: { a: [1] },
    };
    const { request, body } = await ask(whole('openai', options));
    expect(request.path).toBe('/v1/chat/completions');
    expect(request.headers['authorization']).toBe('Bearer sk-openai-4714');
    expect(body).toEqual({
      model: expect.stringMatching(/^m\d/),
      messages: [
        { role: 'system', content: 'Be calm' },
        { role: 'user', content: 'One' },
        { role: 'assistant', content: 'Two' },
        { role: 'user', content: 'Three' },
      ],
      temperature: 0.25,
      max_tokens: 99,
      top_p: 0.5,
      stop: ['END'],
      seed: 7,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      service_tier: 'flex',
      odd: { a: [1] },
      tools: [
        {
          type: 'function',
          function: { name: TOOL.name, description: 'Counts words', parameters: TOOL.input },
        },
      ],
    });
  });

  it('reaches OpenAI responses', async () => {
    const { request, body } = await ask(whole('openai', { api: 'responses', store: false }));
    expect(request.path).toBe('/v1/responses');
    expect(body).toMatchObject({
      input: [
        { role: 'system', content: 'Be calm' },
        { role: 'user', content: [{ type: 'input_text', text: 'One' }] },
        { role: 'assistant', content: 'Two' },
        { role: 'user', content: [{ type: 'input_text', text: 'Three' }] },
      ],
      temperature: 0.25,
      max_output_tokens: 99,
      top_p: 0.5,
      store: false,
      tools: [
        { type: 'function', name: TOOL.name, description: 'Counts words', parameters: TOOL.input },
      ],
    });
    expect(body).not.toHaveProperty('api');
  });

  it('reaches Anthropic', async () => {
    // Its newer models take one of the two alone.
    const options = { top_k: 5, top_p: null, stop: 'END', thinking: { type: 'disabled' } };
    const { request, body } = await ask(whole('anthropic', options));
    expect(request.path).toBe('/v1/messages');
    expect(request.headers['x-api-key']).toBe('sk-ant-4715');
    expect(body).toMatchObject({
      system: [{ type: 'text', text: 'Be calm' }],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'One' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Two' }] },
        { role: 'user', content: [{ type: 'text', text: 'Three' }] },
      ],
      temperature: 0.25,
      max_tokens: 99,
      top_k: 5,
      stop_sequences: ['END'],
      thinking: { type: 'disabled' },
      tools: [{ name: TOOL.name, description: 'Counts words', input_schema: TOOL.input }],
    });
  });

  it('reaches Google', async () => {
    const options = {
      top_k: 5,
      seed: 7,
      stop: ['END'],
      presence_penalty: 0.1,
      generationConfig: { candidateCount: 1 },
      safetySettings: [],
    };
    const { request, body } = await ask(whole('google', options));
    expect(request.path).toMatch(/^\/v1beta\/models\/m\d+:generateContent$/);
    expect(request.headers['x-goog-api-key']).toBe('goog-4716');
    expect(body).toMatchObject({
      systemInstruction: { parts: [{ text: 'Be calm' }] },
      contents: [
        { role: 'user', parts: [{ text: 'One' }] },
        { role: 'model', parts: [{ text: 'Two' }] },
        { role: 'user', parts: [{ text: 'Three' }] },
      ],
      generationConfig: {
        temperature: 0.25,
        maxOutputTokens: 99,
        topP: 0.5,
        topK: 5,
        seed: 7,
        stopSequences: ['END'],
        presencePenalty: 0.1,
        candidateCount: 1,
      },
      safetySettings: [],
      tools: [{ functionDeclarations: [{ name: TOOL.name, description: 'Counts words' }] }],
    });
  });

  it.each([
    ['ollama', undefined],
    ['my-vllm', 'Bearer key-4717'],
  ])('reaches the compatible server %s', async (provider, authorization) => {
    const { request, body } = await ask(whole(provider, { stop: ['END'], seed: 7, min_p: 0.1 }));
    expect(request.path).toBe('/v1/chat/completions');
    expect(request.headers['authorization']).toBe(authorization);
    expect(body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be calm' },
        { content: 'One' },
        { content: 'Two' },
        { content: 'Three' },
      ],
      temperature: 0.25,
      max_tokens: 99,
      top_p: 0.5,
      stop: ['END'],
      seed: 7,
      min_p: 0.1,
      tools: [{ function: { name: TOOL.name } }],
    });
  });

  it('reaches Workers AI, whose models have slashes in their names', async () => {
    const given = { ...whole('workers-ai', {}), model: '@cf/meta/llama-3.1-8b-instruct' };
    const { request, body } = await ask(given);
    expect(request.path).toBe('/client/v4/accounts/a1/ai/v1/chat/completions');
    expect(request.headers['authorization']).toBe('Bearer cf-4721');
    expect(body).toMatchObject({ model: '@cf/meta/llama-3.1-8b-instruct', max_tokens: 99 });
  });

  it('says which options the provider cannot take', async () => {
    const { reply, body } = await ask(
      callOf('openai', { options: { api: 'responses', seed: 7, stop: 'x' } }),
    );
    expect(reply.ok && reply.value.ignored).toEqual(['seed', 'stopSequences']);
    expect(body).not.toHaveProperty('seed');
  });
});

it.each([
  [{ temperature: 'warm' }],
  [{ stop: 7 }],
  [{ messages: [] }],
  [{ stream: true }],
  [{ api: 'soap' }],
])('options %j are refused before anything is sent', async (options) => {
  const given = callOf('openai', { options });
  expect(await models.generate(given, { signal })).toMatchObject({
    ok: false,
    error: { code: 'model_options_invalid' },
  });
  expect(fake.seen(given.model)).toEqual([]);
});
