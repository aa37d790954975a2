/** What the readability plugin promises, on its built module. */

import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlugin, type LoadedPlugin } from './call.ts';

let plugin: LoadedPlugin;

beforeAll(async () => {
  plugin = await loadPlugin('readability');
}, 60_000);

const score = (text: string) => plugin.call('score', { text });

describe('score', () => {
  it('gives full points to short words in short sentences', async () => {
    expect(await score('The cat sat. The dog ran.')).toEqual({
      score: 100,
      level: 'very easy',
      words_per_sentence: 3,
      long_words: 0,
      suggestions: [],
    });
  });

  it('follows the LIX formula', async () => {
    // 12 words, 1 sentence, 4 long: LIX 12 + 33.3, and two points off for each step from 20.
    const text = 'We often see that another station sends some letters without any stamps.';
    expect(await score(text)).toMatchObject({ score: 49, long_words: 4, level: 'medium' });
  });

  it('suggests shorter sentences and words where they are long', async () => {
    const text = `${'Institutional considerations necessitate simplification and '.repeat(6)}more.`;
    const output = await score(text);
    expect(output).toMatchObject({ score: 0, level: 'very hard' });
    expect(output['suggestions']).toHaveLength(2);
  });

  it('counts letters, not bytes or marks', async () => {
    expect(await score('Привет')).toMatchObject({ long_words: 0 });
    expect(await score('Приветы')).toMatchObject({ long_words: 1 });
    expect(await score('e\u0301'.repeat(6))).toMatchObject({ long_words: 0 });
  });

  it('takes two Han characters for a word', async () => {
    expect(await score('你好世界。')).toMatchObject({ words_per_sentence: 2, level: 'very easy' });
  });

  it('calls a text without words empty', async () => {
    for (const text of ['', '…', '🙂']) {
      expect(await score(text)).toEqual({
        score: 0,
        level: 'empty',
        words_per_sentence: 0,
        long_words: 0,
        suggestions: [],
      });
    }
  });
});
