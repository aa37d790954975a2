/** What the text-tools plugin promises, on its built module. */

import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlugin, type LoadedPlugin } from './call.ts';

let plugin: LoadedPlugin;

beforeAll(async () => {
  plugin = await loadPlugin('text-tools');
}, 60_000);

const count = (text: string) => plugin.call('word_count', { text });

describe('word_count', () => {
  it('counts words, characters, sentences and paragraphs', async () => {
    const text = 'Hello, world! It is a well-known fact.\n\nThe end isn’t near.';
    expect(await count(text)).toEqual({
      words: 11,
      characters: text.length,
      sentences: 3,
      paragraphs: 2,
      reading_minutes: 0.1,
    });
  });

  it('gives zeros for an empty text', async () => {
    const zeros = { words: 0, characters: 0, sentences: 0, paragraphs: 0, reading_minutes: 0 };
    expect(await count('')).toEqual(zeros);
  });

  it('counts a joined emoji, a flag and a combined letter as one character each', async () => {
    expect(await count('👨‍👩‍👧')).toMatchObject({ characters: 1, words: 0 });
    expect(await count('🇩🇪🇫🇷')).toMatchObject({ characters: 2 });
    expect(await count('e\u0301')).toMatchObject({ characters: 1, words: 1 });
  });

  it('counts each Han and kana character as a word', async () => {
    expect(await count('你好世界。これは。')).toMatchObject({ words: 7, sentences: 2 });
  });
});

describe('excerpt', () => {
  it('cuts after a sentence when one fits', async () => {
    const text = 'One sentence here. Another sentence follows and is long.';
    expect(await plugin.call('excerpt', { text, max_characters: 30 })).toEqual({
      excerpt: 'One sentence here.',
      truncated: true,
    });
  });

  it('cuts after a word with an ellipsis otherwise', async () => {
    const text = 'A sentence without an end in sight';
    expect(await plugin.call('excerpt', { text, max_characters: 15 })).toEqual({
      excerpt: 'A sentence…',
      truncated: true,
    });
  });
});

describe('quality_score', () => {
  it('names the checks and the keywords that are missing', async () => {
    const output = await plugin.call('quality_score', {
      text: 'The quick brown fox jumps over the lazy dog. The fox was happy to be outside in June.',
      min_words: 10,
      keywords: ['Lazy Dog', 'cat'],
    });
    expect(output).toMatchObject({ checks: { keywords: { score: 5, value: 0.5 } } });
    expect(output['suggestions']).toEqual(['Mention the keyword: cat']);
  });

  it('gives an empty text nothing', async () => {
    expect(await plugin.call('quality_score', { text: '' })).toMatchObject({ quality_score: 0 });
  });
});
