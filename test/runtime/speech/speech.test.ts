/** Speech nodes through the real compiler, engine and driver: pieces, joins, restarts, chains. */
import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../../src/adapters/memory/files.ts';
import { createModels } from '../../../src/adapters/models/models.ts';
import { fail } from '../../../src/core/errors.ts';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { isFinal } from '../../../src/core/run/events.ts';
import type { Speech, SpeechCall } from '../../../src/runtime/ports/speech.ts';
import { createManualClock, EPOCH } from '../../support/manual-clock.ts';
import { recipe } from '../../support/recipe-text.ts';
import { createTestStores } from '../../support/stores.ts';
import { startRun } from '../../support/run-recipe.ts';
import type { StartedRun } from '../../support/run-recipe.ts';

const speak = (more: JsonObject = {}) => ({
  id: 'speak',
  type: 'text_to_speech_task',
  input: { text: '{{ text }}' },
  ...more,
});
const listen = (more: JsonObject = {}) => ({
  id: 'hear',
  type: 'speech_to_text_task',
  input: { audio_file: '{{ speak }}' },
  ...more,
});
const inputs = [{ id: 'text', type: 'text' }];
const LONG = Array.from({ length: 200 }, (_, at) => `Sentence number ${at} is here. `).join('');

const newFiles = () => createMemoryFiles({ clock: { now: () => EPOCH } });

async function bytesOf(files: ReturnType<typeof newFiles>, id: string): Promise<Uint8Array> {
  const file = await files.find('tenant', id);
  const stream = await files.open('tenant', file!, { offset: 0, length: file!.size });
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The offline voice, with the calls that it got. */
function voice(more: Partial<Speech> = {}) {
  const calls: SpeechCall[] = [];
  const mock = createModels();
  const models: Partial<Speech> = {
    async speak(call, signal) {
      calls.push(call);
      return mock.speak({ ...call, provider: 'mock' }, signal);
    },
    ...more,
  };
  return { calls, models };
}

/** Digests of files are made elsewhere: time moves only for a step that waits to be tried again. */
async function finish(text: string, options: Parameters<typeof startRun>[1]): Promise<StartedRun> {
  const started = await startRun(text, options);
  const { state, clock } = started;
  while (!isFinal(state.status)) {
    await new Promise(setImmediate);
    const steps = [...state.active.values()];
    const waiting = steps.flatMap(({ retryAt }) => (retryAt === undefined ? [] : [retryAt]));
    const isIdle = steps.every(({ phase }) => phase !== 'running' && phase !== 'ready');
    if (waiting.length > 0 && isIdle)
      await clock.advance(Math.max(0, Math.min(...waiting) - clock.now()));
  }
  return started;
}

const run = (
  nodes: JsonObject[],
  more: Parameters<typeof startRun>[1] = {},
  text = 'Hello there.',
) => finish(recipe({ user_inputs: inputs, nodes }), { inputs: { text }, ...more });

describe('text_to_speech_task', () => {
  it('gives a stored file that any file input takes', async () => {
    const files = newFiles();
    const { output } = await run([speak()], { files });
    const file = output('speak') as { id: string };
    expect(file).toMatchObject({ content_type: 'audio/wav', name: 'speak.wav', size: 44 + 12 });
    expect(file.id).toMatch(/^speech-01-speak$/);
    expect((await bytesOf(files, file.id)).length).toBe(56);
  });

  it('speaks a long text in pieces and loses no word of it', async () => {
    const files = newFiles();
    const { calls, models } = voice();
    const { output, events } = await run([speak(), listen()], { files, models }, LONG);
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.every(({ text }) => text.length <= 1_000 && text.endsWith('. '))).toBe(true);
    expect(output('hear')).toBe(LONG);
    expect(events().filter(({ type }) => type === 'node.progress')).toHaveLength(calls.length);
    // The parts are gone, and the file says how long it is.
    const { id } = output('speak') as { id: string };
    const bytes = await bytesOf(files, id);
    expect(new DataView(bytes.buffer).getUint32(40, true)).toBe(LONG.length);
    expect(await files.find('tenant', `${id}.0`)).toBeUndefined();
  });

  it('speaks shorter pieces when the node says so', async () => {
    const { calls, models } = voice();
    await run(
      [speak({ options: { max_characters: 40 } })],
      { models },
      'One two three. '.repeat(10),
    );
    expect(calls.map(({ text }) => text.length)).toEqual([30, 30, 30, 30, 30]);
  });

  it('gives the voice every option, the input nearest', async () => {
    const { calls, models } = voice();
    const node = speak({
      model: { provider: 'mock', model: 'v', stability: 0.5, voice: 'far' },
      voice: 'near',
      format: 'wav',
      input: { text: '{{ text }}', voice: '{{ "nearest" }}', speed: 2 },
    });
    await run([node], { models });
    expect(calls[0]).toMatchObject({
      model: 'v',
      text: 'Hello there.',
      options: { voice: 'nearest', speed: 2, stability: 0.5, format: 'wav' },
    });
  });

  it('warns of what the voice does not take', async () => {
    const { warnings } = await run([speak({ format: 'mp3' })]);
    expect(warnings()).toContain('option_ignored');
  });

  it.each([
    ['nothing to say', {}, '  \n '],
    ['what is no text', { input: { text: 7 } }, 'x'],
  ])('refuses %s', async (_what, more, text) => {
    const { state } = await run([speak(more)], {}, text);
    expect(state.failure).toMatchObject({ code: 'inputs_invalid', node: 'speak' });
  });

  it('refuses before it pays for pieces that cannot be joined', async () => {
    const { calls, models } = voice();
    const { state } = await run([speak({ format: 'flac' })], { models }, LONG);
    expect(state.failure).toMatchObject({ code: 'speech_format' });
    expect(calls).toEqual([]);
  });

  it('speaks a text without a sentence, and characters of any kind', async () => {
    const text = '👩‍👧'.repeat(900);
    const { output } = await run([speak(), listen()], {}, text);
    expect(output('hear')).toBe(text);
  });

  it('goes to the next model when one is overloaded, and says so', async () => {
    const { calls, models } = voice();
    const busy: Partial<Speech> = {
      ...models,
      speak: async (call, signal) =>
        call.model === 'busy'
          ? fail('provider_overloaded', 'no room')
          : models.speak!(call, signal),
    };
    const { events, status } = await run([speak({ model: ['mock/busy', 'mock/free'] })], {
      models: busy,
    });
    expect(status()).toBe('completed');
    expect(calls.map(({ model }) => model)).toEqual(['free']);
    expect(events().find(({ type }) => type === 'node.fallback')).toMatchObject({
      model: 'mock/busy',
      next: 'mock/free',
    });
  });

  it('does not go to the next when the key is wrong', async () => {
    const { models } = voice({ speak: async () => fail('provider_auth', 'no') });
    const { state } = await run([speak({ model: ['mock/a', 'mock/b'] })], { models });
    expect(state.failure).toMatchObject({ code: 'provider_auth' });
  });

  it('pays for no piece twice when it is tried again', async () => {
    const files = newFiles();
    const { calls, models } = voice();
    let breaks = 1;
    const once: Partial<Speech> = {
      ...models,
      speak: async (call, signal) => {
        if (calls.length === 3 && breaks > 0) {
          breaks -= 1;
          return fail('provider_network', 'cut');
        }
        return models.speak!(call, signal);
      },
    };
    const retry = { max_attempts: 2, initial_delay: 1, jitter: 0 };
    const { output } = await run([speak({ retry }), listen()], { files, models: once }, LONG);
    expect(output('hear')).toBe(LONG);
    expect(calls.map(({ text }) => text).join('')).toBe(LONG);
  });

  it('may be the task of a map', async () => {
    const nodes = [
      {
        id: 'all',
        type: 'map',
        over: ['a', 'b'],
        collect: 'values',
        task: { type: 'text_to_speech_task', input: { text: '{{ item }}' } },
      },
    ];
    const { output } = await run(nodes);
    const files = output('all') as JsonValue[];
    expect(new Set(files.map((file) => (file as JsonObject)['id'])).size).toBe(2);
  });

  it('is found again under `cache`, and another word or voice is spoken', async () => {
    const { calls, models } = voice();
    const more = { files: newFiles(), models, stores: createTestStores(createManualClock()) };
    const cached = (own: JsonObject = {}) => [speak({ cache: '1h', ...own })];
    const first = await run(cached(), more);
    const second = await run(cached(), more);
    expect(second.output('speak')).toEqual(first.output('speak'));
    expect(second.state.rows.get('speak')?.stats).toMatchObject({ cached: true });
    expect(calls).toHaveLength(1);
    await run(cached({ voice: 'other' }), more);
    await run(cached(), more, 'Other words.');
    expect(calls).toHaveLength(3);
  });

  it('waits for its `rate_limit` by timer', async () => {
    const { calls, models } = voice();
    const nodes = [
      {
        id: 'all',
        type: 'map',
        over: ['a', 'b', 'c'],
        task: {
          type: 'text_to_speech_task',
          input: { text: '{{ item }}' },
          rate_limit: { limit: 1, window: 60 },
        },
      },
    ];
    const { status, clock, events } = await run(nodes, { models });
    expect(status()).toBe('completed');
    expect(calls).toHaveLength(3);
    expect(clock.now() - EPOCH).toBeGreaterThanOrEqual(120_000);
    expect(events().some(({ type }) => type === 'node.throttled')).toBe(true);
  });

  it('is refused within a budget of money when it has no price', async () => {
    const text = (limits: JsonObject) =>
      recipe({ nodes: [speak({ model: 'elevenlabs/eleven_v3', input: { text: 'x' } })], limits });
    const { state } = await finish(text({ max_cost_usd: 1 }), { models: voice().models });
    expect(state.failure).toMatchObject({ code: 'price_unknown' });
    const allowed = { max_cost_usd: 1, allow_unpriced: true };
    expect((await finish(text(allowed), { models: voice().models })).status()).toBe('completed');
  });
});

describe('what speech costs', () => {
  const rules = async () => ({
    models: { aliases: {}, limits: {} },
    prices: {},
    voicePrices: { 'x/*': { per_million_characters: 1_000, per_minute: 0.6 } },
  });
  const spoken = async (text: string, limits: JsonObject, models = voice()) => {
    const node = speak({ model: 'x/v', input: { text }, retry: { max_attempts: 2 } });
    const started = await finish(recipe({ nodes: [node], limits }), {
      models: models.models,
      modelRules: rules,
    });
    return { ...started, calls: models.calls };
  };
  const metricsOf = (view: object) => (view as { metrics: { [name: string]: unknown } }).metrics;

  it('is its characters, whatever they are', async () => {
    const { view } = await spoken('語🙂a', {});
    expect(metricsOf(view())).toMatchObject({ cost_usd: 0.003, unreported_cost_usd: null });
  });

  it('is known before: no piece is spoken that would pass the budget', async () => {
    const words = 'Good evening. '.repeat(200);
    const { state, calls, view } = await spoken(words, { max_cost_usd: 2 });
    expect(state.failure).toMatchObject({ code: 'budget_exceeded' });
    const characters = calls.reduce((sum, { text }) => sum + text.length, 0);
    expect(characters).toBeLessThanOrEqual(2_000);
    expect(metricsOf(view())['cost_usd']).toBeCloseTo(characters / 1_000, 9);
  });

  it.each([
    [true, { cost_usd: null, unreported_cost_usd: 0.002 }],
    [false, { cost_usd: null, unreported_cost_usd: null }],
  ])('may have been spent by a voice that broke off: %s', async (mayHaveCost, expected) => {
    const broken = voice({
      speak: async () => ({
        ok: false,
        error: { code: 'provider_network', message: 'cut', retryable: false, mayHaveCost },
      }),
    });
    expect(metricsOf((await spoken('ab', {}, broken)).view())).toMatchObject(expected);
  });

  const hear = async (durationSeconds: number | undefined, limits: JsonObject = {}) => {
    const heard = { text: 'Hi', segments: [], ignored: [] };
    const asked: number[] = [];
    const transcribe: Speech['transcribe'] = async ({ audio }) => {
      asked.push(audio.length);
      const told = durationSeconds === undefined ? {} : { durationSeconds };
      return { ok: true, value: { ...heard, ...told } };
    };
    const nodes = [speak({ model: 'mock/voice' }), listen({ model: 'x/ear' })];
    const started = await finish(recipe({ user_inputs: inputs, nodes, limits }), {
      inputs: { text: 'x'.repeat(800) },
      models: { ...createModels(), transcribe },
      modelRules: rules,
    });
    return { ...started, asked };
  };

  it('of what is heard is the minutes that the provider tells', async () => {
    expect(metricsOf((await hear(30)).view())).toMatchObject({ cost_usd: 0.3 });
  });

  it.each([undefined, -5, NaN, Infinity])(
    'is the most that the file can hold when it tells %s',
    async (seconds) => {
      // 844 bytes of WAV at 8 000 a second.
      const { cost_usd: cost, unreported_cost_usd: most } = metricsOf((await hear(seconds)).view());
      expect([cost, most]).toEqual([0, expect.closeTo((0.6 * 844) / 8_000 / 60, 6)]);
    },
  );

  it('is not begun when the file can hold more than the budget', async () => {
    const { state, asked } = await hear(1, { max_cost_usd: 0.0001 });
    expect(state.failure).toMatchObject({ code: 'budget_exceeded', node: 'hear' });
    expect(asked).toEqual([]);
  });
});

describe('speech_to_text_task', () => {
  it.each([
    ['text', 'Hello there.'],
    ['json', { text: 'Hello there.', language: null, duration_seconds: 0.0015 }],
    [
      'segments',
      {
        text: 'Hello there.',
        language: null,
        duration_seconds: 0.0015,
        segments: [{ text: 'Hello there.', start: 0, end: 0.0015 }],
      },
    ],
  ])('gives %s', async (response_format, expected) => {
    const { output } = await run([speak(), listen({ response_format })]);
    expect(output('hear')).toEqual(expected);
  });

  it.each([
    ['a file that is not there', { audio_file: 'nothing' }, {}, 'file_not_found'],
    ['no file', { audio_file: 7 }, {}, 'inputs_invalid'],
    [
      'another format',
      { audio_file: '{{ speak }}' },
      { response_format: 'srt' },
      'model_options_invalid',
    ],
  ])('refuses %s', async (_what, input, more, code) => {
    const { state } = await run([speak(), listen({ input, ...more })]);
    expect(state.failure).toMatchObject({ code, node: 'hear' });
  });

  it('refuses what is too large to be sent, before it is read', async () => {
    const files = newFiles();
    const large = new Uint8Array(25 * 1024 * 1024 + 1);
    await files.put('tenant', 'large', {
      body: new Response(large).body!,
      contentType: 'audio/wav',
      maxBytes: large.length,
    });
    const { state } = await run([listen({ input: { audio_file: 'large' } })], { files });
    expect(state.failure).toMatchObject({ code: 'audio_too_large' });
  });
});
