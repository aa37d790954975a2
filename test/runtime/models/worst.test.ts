/** What a call comes to at most: no provider counts more, whatever it counts by. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { maxTokensOf, worstOf } from '../../../src/runtime/models/worst.ts';
import type { ModelCall } from '../../../src/runtime/ports/models.ts';
import { callOf, signal, startModels, TOOL } from '../../support/providers/models.ts';
import { WAYS } from '../../support/providers/ways.ts';

const SCHEMA = { type: 'object', properties: { n: { type: 'integer' } } };
const terms = { priced: { input: 1_000_000, output: 10 }, bytesPerToken: 1 };

const CALLS: readonly [string, Partial<ModelCall>][] = [
  ['a short prompt', {}],
  ['Chinese', { messages: [{ role: 'user', content: '語'.repeat(2_000) }] }],
  ['emoji', { messages: [{ role: 'user', content: '👩‍👩‍👧‍👦'.repeat(200) }] }],
  ['what JSON escapes', { messages: [{ role: 'user', content: '"\\\n\u0007'.repeat(500) }] }],
  [
    'many short messages',
    {
      messages: Array.from({ length: 50 }, (_, at) => ({
        role: at % 2 === 0 ? 'user' : 'assistant',
        content: 'a',
      })),
    },
  ],
  ['a system prompt and tools', { system: 'Be calm', tools: [TOOL, { ...TOOL, name: 'other' }] }],
  ['a schema', { responseSchema: SCHEMA }],
];

describe.each(WAYS)('$way', ({ provider, options }) => {
  it.each(CALLS)('the whole request has no more bytes: %s', async (_what, more) => {
    const { fake, models } = await startModels();
    const call = callOf(provider, { options: { ...options, max_tokens: 50 }, ...more });
    await models.generate(call, { signal });
    const [request] = fake.seen(call.model);
    await fake.close();
    const bytes = Buffer.byteLength(JSON.stringify(request?.body));
    expect(worstOf(call, terms).inputTokens).toBeGreaterThanOrEqual(bytes);
  });
});

it('costs what its tokens do, each at its dearest', () => {
  const call = callOf('x', { options: { max_tokens: 50 } });
  const { inputTokens, inputUsd, outputUsd } = worstOf(call, terms);
  expect(inputUsd).toBe(inputTokens);
  expect(outputUsd).toBe(0.0005);
  const priced = { input: 1, output: 1, cached_input: 0.1, cache_write: 2 };
  expect(worstOf(call, { ...terms, priced }).inputUsd).toBe((2 * inputTokens) / 1e6);
});

it('is less where a token is known to have more bytes', () => {
  const call = callOf('x', { messages: [{ role: 'user', content: 'x'.repeat(9_000) }] });
  const [one, three] = [1, 3].map((bytesPerToken) => worstOf(call, { ...terms, bytesPerToken }));
  expect(one!.inputTokens - three!.inputTokens).toBeGreaterThan(6_000);
});

it.each<[JsonObject, number | undefined]>([
  [{}, undefined],
  [{ max_tokens: 50 }, 50],
  [{ max_tokens: '50' }, 50],
  [{ max_tokens: 50, max_completion_tokens: 900 }, 900],
  [{ max_output_tokens: 70 }, 70],
  [{ max_tokens: 50, generationConfig: { maxOutputTokens: 5_000 } }, 5_000],
  [{ max_tokens: 0 }, undefined],
  [{ max_tokens: null }, undefined],
])('an answer with %j ends at %s', (options, expected) => {
  expect(maxTokensOf({ options })).toBe(expected);
});

it.each<[JsonObject, number]>([
  [{ max_tokens: 50, n: 5 }, 250],
  [{ max_tokens: 50, generationConfig: { candidateCount: 3 } }, 150],
  [{ n: 0 }, 4_096],
])('answers with %j have %i tokens', (options, expected) => {
  expect(worstOf(callOf('x', { options }), terms).outputTokens).toBe(expected);
});
