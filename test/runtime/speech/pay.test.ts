/** How long a recording can be, before anybody has listened; and that every price says where it is from. */
import { describe, expect, it } from 'vitest';
import { PRICE_LIST } from '../../../src/runtime/models/price-list.ts';
import { voicePriceOf } from '../../../src/runtime/models/prices.ts';
import { mostMinutes } from '../../../src/runtime/speech/pay.ts';

function wav(bytesPerSecond: number, seconds: number): Uint8Array {
  const audio = new Uint8Array(44 + bytesPerSecond * seconds);
  audio.set(new TextEncoder().encode('RIFF'));
  new DataView(audio.buffer).setUint32(28, bytesPerSecond, true);
  return audio;
}

describe('mostMinutes()', () => {
  it('is what a WAV file says', () => {
    expect(mostMinutes(wav(16_000, 120))).toBeCloseTo(2, 3);
  });

  it.each([
    ['a WAV file that says nothing can be', wav(0, 0)],
    ['a WAV file that says next to nothing', wav(1, 60)],
    ['any other', new Uint8Array(30_000)],
  ])('of %s is what its bytes can hold', (_what, audio) => {
    expect(mostMinutes(audio)).toBeCloseTo(audio.length / 500 / 60, 9);
  });
});

describe('the list of prices', () => {
  it('says of each entry where it is from, and when', () => {
    for (const { source, asOf, models } of PRICE_LIST) {
      expect(source).not.toBe('');
      expect(asOf).toMatch(/^20\d\d-(?:0[1-9]|1[0-2])$/);
      expect(Object.keys(models)).not.toEqual([]);
    }
    const names = PRICE_LIST.flatMap(({ models }) => Object.keys(models));
    expect(new Set(names).size).toBe(names.length);
  });

  it('of voices gives way to the settings', () => {
    const own = { per_million_characters: 1 };
    const tts = { provider: 'openai', model: 'tts-1' };
    expect(voicePriceOf(tts, {})).toEqual({ per_million_characters: 15 });
    expect(voicePriceOf(tts, { 'openai/*': own })).toBe(own);
    expect(voicePriceOf({ provider: 'elevenlabs', model: 'eleven_v3' }, {})).toBeUndefined();
  });
});
