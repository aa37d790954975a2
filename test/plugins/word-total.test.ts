/** The fold of text-tools: the words of a text, however it is cut. */

import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlugin, type LoadedPlugin } from './call.ts';

let plugin: LoadedPlugin;

beforeAll(async () => {
  plugin = await loadPlugin('text-tools');
}, 60_000);

function chunksOf(parts: readonly string[]): unknown[] {
  return parts.map((text, index) => ({ index, offset: 0, text }));
}

/** Parts of so many characters. */
function cut(text: string, size: number): string[] {
  const characters = Array.from(text);
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) =>
    characters.slice(index * size, (index + 1) * size).join(''),
  );
}

async function words(parts: readonly string[], perStep?: number): Promise<unknown> {
  return (await plugin.fold('word_total', chunksOf(parts), perStep))['words'];
}

const TEXT =
  'Don’t split "well-known" words: 3.14 is π, snake_case too.\n\n' +
  'Über allen Gipfeln ist Ruh; e\u0301te\u0301 👩‍🚀 你好，世界。これはペンです。 한국어 문장 ภาษาไทย the end';

describe('word_total', () => {
  it.each([1, 2, 3, 5, 7, 11, 64, 1_000])(
    'counts the words of a text cut every %i characters as word_count does',
    async (size) => {
      const { words: whole, reading_minutes: minutes } = await plugin.call('word_count', {
        text: TEXT,
      });
      const parts = chunksOf(cut(TEXT, size));
      expect(await plugin.fold('word_total', parts)).toEqual({
        words: whole,
        reading_minutes: minutes,
      });
      expect(await words(cut(TEXT, size), 3)).toBe(whole);
    },
  );

  it.each([
    [['wo', 'rd'], 1],
    [['wo', 'rd', 's only'], 2],
    [['word ', 'word'], 2],
    [['word', ' word'], 2],
    [['don', "'", 't'], 1],
    [['a', '', ' ', '', 'b'], 2],
    [['你', '好'], 2],
    [['你', 'abc', 'def', '好'], 3],
    [[], 0],
    [['', ''], 0],
    [['one "two" \\ three\tfour\nfive'], 5],
  ])('counts in %j %i', async (parts, expected) => {
    expect(await words(parts)).toBe(expected);
    expect(await words(parts, 1)).toBe(expected);
  });

  it('keeps little of what has no place to cut', async () => {
    const endless = Array.from({ length: 20 }, () => 'x'.repeat(10_000));
    const state = await plugin.fold('word_total', chunksOf(endless), 1);
    expect(state['words']).toBeLessThan(30);
  });

  it('goes on from a state alone', async () => {
    const first = chunksOf(cut(TEXT, 4));
    const whole = await plugin.fold('word_total', first, 2);
    expect(await plugin.fold('word_total', first, 5)).toEqual(whole);
  });

  it.each([
    ['{}', '"state"'],
    ['{"state":null,"items":[]}', '"spaced"'],
    ['{"state":{"spaced":"1"},"items":[]}', '"spaced"'],
    ['{"state":{"spaced":0,"spaceless":0},"items":[]}', '"rest"'],
    ['{"state":{"spaced":0,"spaceless":0,"rest":""},"items":{}}', '"items"'],
    ['{"state":{"spaced":0,"spaceless":0,"rest":""},"items":[1]}', '"text"'],
    ['{"state":{"spaced":0,"spaceless":0,"rest":""},"items":[{"base64":"AA=="}]}', '"text"'],
  ])('refuses the step %s', async (input, name) => {
    expect(await plugin.refusal('word_total_step', input)).toContain(name);
  });
});
