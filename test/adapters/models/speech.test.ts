/** Speech read off the wire: what each provider is asked, and what becomes of its answers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createModels } from '../../../src/adapters/models/models.ts';
import { readServers } from '../../../src/adapters/models/servers.ts';
import type { SpeechCall, TranscriptCall } from '../../../src/runtime/ports/speech.ts';
import { mp3Of, startVoices } from '../../support/providers/voices.ts';
import type { FakeVoices } from '../../support/providers/voices.ts';

let voices: FakeVoices;
let models: ReturnType<typeof createModels>;
const { signal } = new AbortController();

beforeAll(async () => {
  voices = await startVoices();
  const servers = readServers({
    OPENAI_API_KEY: 'sk-openai',
    OPENAI_BASE_URL: `${voices.url}/v1`,
    ELEVENLABS_API_KEY: 'xi-key',
    ELEVENLABS_BASE_URL: voices.url,
    ANTHROPIC_API_KEY: 'sk-ant',
    MODEL_SERVERS: `local=${voices.url}/v1`,
  });
  models = createModels({
    servers,
    send: (url, init) => fetch(url, init),
    sendOwn: (url, init) => fetch(url, init),
    clock: { now: () => 0 },
  });
});

afterAll(() => voices.close());
beforeEach(() => void voices.seen.splice(0));

const speak = (provider: string, options: SpeechCall['options'] = {}, text = 'Good evening.') =>
  models.speak({ provider, model: 'm', text, options }, signal);
const hear = (provider: string, options: TranscriptCall['options'] = {}, model = 'whisper-1') =>
  models.transcribe(
    { provider, model, audio: Uint8Array.of(1, 2, 3), contentType: 'audio/mpeg; x=1', options },
    signal,
  );

describe('speak()', () => {
  it('asks OpenAI with every option', async () => {
    const said = await speak('openai', {
      voice: 'nova',
      format: 'opus',
      speed: 1.25,
      instructions: 'Whisper.',
      stream_format: 'audio',
    });
    const [request] = voices.seen;
    expect(request).toMatchObject({
      path: '/v1/audio/speech',
      headers: { authorization: 'Bearer sk-openai' },
      body: {
        model: 'm',
        input: 'Good evening.',
        voice: 'nova',
        response_format: 'opus',
        speed: 1.25,
        instructions: 'Whisper.',
        stream_format: 'audio',
      },
    });
    expect(said).toEqual({
      ok: true,
      value: { audio: mp3Of('Good evening.'), format: 'opus', ignored: [] },
    });
  });

  it('asks ElevenLabs at the address that was set up, with every option', async () => {
    const said = await speak('elevenlabs', {
      voice: 'Xb7hH8MSUJpSbSDYk0k2',
      format: 'mp3_22050_32',
      speed: 0.9,
      language: 'de',
      voice_settings: { stability: 0.3 },
    });
    const [request] = voices.seen;
    expect(request).toMatchObject({
      path: '/v1/text-to-speech/Xb7hH8MSUJpSbSDYk0k2?output_format=mp3_22050_32',
      headers: { 'xi-api-key': 'xi-key' },
      body: {
        model_id: 'm',
        text: 'Good evening.',
        language_code: 'de',
        voice_settings: { stability: 0.3, speed: 0.9 },
      },
    });
    expect(said).toMatchObject({ ok: true, value: { format: 'mp3_22050_32', ignored: [] } });
  });

  it('asks any server that speaks the protocol', async () => {
    await speak('local', { voice: 'a' });
    expect(voices.seen[0]).toMatchObject({ path: '/v1/audio/speech', body: { voice: 'a' } });
  });

  it('says which options were not honoured, and in what the audio is then', async () => {
    expect(await speak('openai', { format: 'ulaw', language: 'de' })).toMatchObject({
      ok: true,
      value: { format: 'mp3', ignored: ['format', 'language'] },
    });
    expect(await speak('elevenlabs', { instructions: 'x' })).toMatchObject({
      value: { ignored: ['instructions'] },
    });
  });

  it.each([
    ['a voice that leaves the address', { voice: '../../v1/user' }],
    ['a voice that is no text', { voice: 7 }],
    ['a speed that is no number', { speed: 'fast' }],
    ['another input', { input: 'x' }],
    ['another model', { model_id: 'x' }],
  ])('refuses %s', async (_what, options) => {
    expect(await speak('elevenlabs', options)).toMatchObject({
      ok: false,
      error: { code: 'model_options_invalid' },
    });
    expect(voices.seen).toEqual([]);
  });

  it('is not for providers without a voice', async () => {
    expect(await speak('anthropic')).toMatchObject({ error: { code: 'model_not_found' } });
    expect(await speak('nobody')).toMatchObject({ error: { code: 'provider_unknown' } });
    expect(
      await models.generate(
        { provider: 'elevenlabs', model: 'm', messages: [], options: {} },
        { signal },
      ),
    ).toMatchObject({ error: { code: 'model_not_found' } });
  });

  it.each([
    [{ status: 429, headers: { 'retry-after': '2' } }, 'provider_rate_limited', 2_000],
    [{ status: 503 }, 'provider_overloaded', undefined],
    [{ status: 401 }, 'provider_auth', undefined],
    [{ status: 400 }, 'provider_invalid_request', undefined],
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'provider_error', undefined],
  ] as const)('tells %j apart', async (reply, code, retryAfterMs) => {
    for (const provider of ['openai', 'elevenlabs']) {
      voices.next({ ...reply, body: '{"error":{"message":"Good evening. sk-openai"}}' });
      const said = await speak(provider);
      expect(said).toMatchObject({
        error: { code, ...(retryAfterMs !== undefined && { retryAfterMs }) },
      });
      expect(JSON.stringify(said)).not.toMatch(/Good evening|sk-openai/);
    }
  });
});

describe('speechLimit()', () => {
  it.each([
    ['openai', 'tts-1', 4_096],
    ['elevenlabs', 'eleven_v3', 5_000],
    ['elevenlabs', 'eleven_multilingual_v2', 10_000],
    ['elevenlabs', 'eleven_flash_v2_5', 40_000],
    ['mock', 'voice', 1_000],
  ])('of %s/%s is what its reference says', (provider, model, limit) => {
    expect(models.speechLimit({ provider, model })).toBe(limit);
  });
});

describe('transcribe()', () => {
  it('sends OpenAI the recording with every option', async () => {
    const heard = await hear('openai', { language: 'en', prompt: 'Names: Ada', temperature: 0.2 });
    expect(voices.seen[0]).toMatchObject({
      path: '/v1/audio/transcriptions',
      headers: { authorization: 'Bearer sk-openai' },
      body: {
        model: 'whisper-1',
        language: 'en',
        prompt: 'Names: Ada',
        temperature: '0.2',
        file: { name: 'audio.mp3', type: 'audio/mpeg', bytes: [1, 2, 3] },
      },
    });
    expect(heard).toEqual({
      ok: true,
      value: {
        text: 'Good evening.',
        language: 'en',
        durationSeconds: 1.5,
        segments: [{ text: 'Good evening.', start: 0, end: 1.5 }],
        ignored: [],
      },
    });
  });

  it('sends ElevenLabs the same, and says what it cannot use', async () => {
    const heard = await hear(
      'elevenlabs',
      { language: 'en', prompt: 'x', diarize: false, num_speakers: 2 },
      'scribe_v1',
    );
    expect(voices.seen[0]).toMatchObject({
      path: '/v1/speech-to-text',
      headers: { 'xi-api-key': 'xi-key' },
      body: { model_id: 'scribe_v1', language_code: 'en', diarize: 'false', num_speakers: '2' },
    });
    expect(heard).toMatchObject({
      ok: true,
      value: {
        text: 'Good evening.',
        language: 'en',
        segments: [
          { text: 'Good', start: 0, end: 0.5 },
          { text: 'evening.', start: 0.6, end: 1.5 },
        ],
        ignored: ['prompt'],
      },
    });
  });

  it('fails with a code when the answer cannot be read', async () => {
    voices.next({ body: '<html>' });
    expect(await hear('openai')).toMatchObject({ error: { code: 'provider_error' } });
    voices.next({ status: 429, headers: { 'retry-after': '3' }, body: '{}' });
    expect(await hear('elevenlabs', {}, 'scribe_v1')).toMatchObject({
      error: { code: 'provider_rate_limited', retryAfterMs: 3_000 },
    });
  });
});

describe('mock', () => {
  it('hears what it said', async () => {
    const said = await speak('mock', {}, 'Grüße an alle.');
    if (!said.ok) throw new Error('it did not speak');
    const { audio } = said.value;
    expect(new TextDecoder().decode(audio.subarray(0, 4))).toBe('RIFF');
    expect(
      await models.transcribe(
        { provider: 'mock', model: 'ear', audio, contentType: 'audio/wav', options: {} },
        signal,
      ),
    ).toMatchObject({ ok: true, value: { text: 'Grüße an alle.' } });
  });

  it('answers from examples, and does not hear what is no text', async () => {
    const call = { provider: 'mock', model: 'ear', contentType: 'audio/mpeg', options: {} };
    const audio = Uint8Array.of(0xff, 0xfb);
    expect(await models.transcribe({ ...call, audio, examples: ['Hi'] }, signal)).toMatchObject({
      value: { text: 'Hi' },
    });
    expect(await models.transcribe({ ...call, audio }, signal)).toMatchObject({
      error: { code: 'provider_invalid_request' },
    });
  });
});
