/** What the text-tools plugin promises, on its built module. */

import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlugin, type LoadedPlugin } from './call.ts';

let plugin: LoadedPlugin;

beforeAll(async () => {
  plugin = await loadPlugin('text-tools');
}, 60_000);

const count = (text: string) => plugin.call('word_count', { text });
const refusal = (id: string, input: unknown) => plugin.refusal(id, JSON.stringify(input));

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

  it('gives zeros for a text of nothing', async () => {
    const zeros = { words: 0, characters: 0, sentences: 0, paragraphs: 0, reading_minutes: 0 };
    expect(await count('')).toEqual(zeros);
    expect(await count(' \n\t\u3000')).toEqual({ ...zeros, characters: 4 });
    expect(await count('…!')).toMatchObject({ words: 0, sentences: 0, paragraphs: 1 });
  });

  it.each([
    ["don't stop", 2],
    ['don’t stop', 2],
    ['well-known snake_case', 2],
    ['3.14 is 1,000', 4],
    ['a/b a—b', 4],
    ["'quoted' -dash- end.", 3],
    ['naïve cafe\u0301', 2],
    ['Привет, мир', 2],
    ['שָׁלוֹם עולם', 2],
    ['مرحبا بالعالم', 2],
    ['नमस्ते दुनिया', 2],
    ['안녕 세계', 2],
    ['你好 world', 3],
    ['カタカナ', 4],
    ['東京2025年', 4],
    ['🙂 🙃', 0],
    ['x\u00ady co\u200dop', 2],
    ['½ ² ٣', 3],
  ])('counts the words of %j', async (text, words) => {
    expect(await count(text)).toMatchObject({ words });
  });

  it.each([
    ['a\nb', 1],
    ['a\n\nb', 2],
    ['a\r\n\r\nb', 2],
    ['a\r\rb', 2],
    ['a\n \t\nb\n\n\n\nc\n', 3],
    ['\n\n\na', 1],
    ['a\u2029b', 2],
    ['a “quoted” line\n\nb', 2],
    ['exactly eight by eight\n\nsixteen bytes!!!', 2],
  ])('counts the paragraphs of %j', async (text, paragraphs) => {
    expect(await count(text)).toMatchObject({ paragraphs });
  });

  it('measures reading by words and by Han characters', async () => {
    expect(await count('word '.repeat(1000))).toMatchObject({ reading_minutes: 5 });
    expect(await count('字'.repeat(1000))).toMatchObject({ words: 1000, reading_minutes: 2.5 });
  });
});

describe('split_sentences', () => {
  const split = async (text: string) =>
    (await plugin.call('split_sentences', { text }))['sentences'];

  it.each<[string, string[]]>([
    ['', []],
    ['  \n ', []],
    ['One', ['One']],
    ['One. Two! Three?', ['One.', 'Two!', 'Three?']],
    ['What?! No… Yes.', ['What?!', 'No…', 'Yes.']],
    ['Wait… what? and so on.', ['Wait… what? and so on.']],
    ['Dr. Lee met Mrs. Ray and Prof. Dr. Kim.', ['Dr. Lee met Mrs. Ray and Prof. Dr. Kim.']],
    ['It cost 3.50 at 10.30 a.m. in v1.2.3.', ['It cost 3.50 at 10.30 a.m. in v1.2.3.']],
    ['It was 5 p.m. Then we left.', ['It was 5 p.m.', 'Then we left.']],
    ['Apples, pears, etc. Then nuts.', ['Apples, pears, etc.', 'Then nuts.']],
    ['Apples, pears, etc. are fruit.', ['Apples, pears, etc. are fruit.']],
    ['In the U.S. Congress met, e.g. Friday.', ['In the U.S. Congress met, e.g. Friday.']],
    ['J. R. R. Tolkien wrote. So did I. You?', ['J. R. R. Tolkien wrote.', 'So did I.', 'You?']],
    [
      'See Fig. 3 on p. 7. I said no. No. 5 is out.',
      ['See Fig. 3 on p. 7.', 'I said no.', 'No. 5 is out.'],
    ],
    ['"Stop!" he cried. "Why?" She left.', ['"Stop!" he cried.', '"Why?"', 'She left.']],
    ['(It rained.) We stayed.', ['(It rained.)', 'We stayed.']],
    ['See example.com. It works.', ['See example.com.', 'It works.']],
    ['Am 3. Oktober, d.h. bald. Z.B. Heute.', ['Am 3. Oktober, d.h. bald.', 'Z.B. Heute.']],
    ['Er kam am 12. Mai. „Wirklich?“ Ja.', ['Er kam am 12. Mai.', '„Wirklich?“', 'Ja.']],
    ['¿Qué? ¡No! El Sr. García vive.', ['¿Qué?', '¡No!', 'El Sr. García vive.']],
    ['M. Dupont et Mme Roy. Oui.', ['M. Dupont et Mme Roy.', 'Oui.']],
    ['你好。再见！真的吗？是', ['你好。', '再见！', '真的吗？', '是']],
    ['「行こう。」と言った。はい', ['「行こう。」', 'と言った。', 'はい']],
    ['こんにちは!元気?はい', ['こんにちは!', '元気?', 'はい']],
    ['مرحبا بك؟ نعم۔ جيد.', ['مرحبا بك؟', 'نعم۔', 'جيد.']],
    ['यह है। वह था॥ ठीक', ['यह है।', 'वह था॥', 'ठीक']],
    ['# Title\nText of\ntwo lines.\n\nNext', ['# Title', 'Text of\ntwo lines.', 'Next']],
    ['List:\n- one\n* two\n1. three\n2. four', ['List:', '- one', '* two', '1. three', '2. four']],
    ['a\u2029b\u2028c', ['a', 'b', 'c']],
    ['Yes. . . ! No', ['Yes. . . !', 'No']],
    ['...', ['...']],
    ['Wow‼️ Next 👍. Go', ['Wow‼️', 'Next 👍.', 'Go']],
    ['End.” Next', ['End.”', 'Next']],
    ['Well.5 is odd. 6 too.', ['Well.5 is odd.', '6 too.']],
  ])('splits %j', async (text, sentences) => {
    expect(await split(text)).toEqual(sentences);
  });
});

describe('excerpt', () => {
  const cut = (text: string, most: number) =>
    plugin.call('excerpt', { text, max_characters: most });

  it('gives the whole of a text that fits, without the white space around it', async () => {
    expect(await cut('  All of it.\n', 10)).toEqual({ excerpt: 'All of it.', truncated: false });
    expect(await plugin.call('excerpt', { text: '' })).toEqual({ excerpt: '', truncated: false });
  });

  it('cuts after a sentence when one fits', async () => {
    const text = 'One sentence here. Another sentence follows and is long.';
    expect(await cut(text, 30)).toEqual({ excerpt: 'One sentence here.', truncated: true });
    expect(await cut(text, 18)).toEqual({ excerpt: 'One sentence here.', truncated: true });
  });

  it('cuts after a word with an ellipsis otherwise', async () => {
    const text = 'A sentence without an end in sight';
    expect(await cut(text, 15)).toEqual({ excerpt: 'A sentence…', truncated: true });
    expect(await cut('Hi. A sentence without an end', 20)).toEqual({
      excerpt: 'Hi. A sentence…',
      truncated: true,
    });
  });

  it('does not take a period within a number or name for an end', async () => {
    expect(await cut('It costs exactly 3.50 dollars today', 19)).toEqual({
      excerpt: 'It costs exactly…',
      truncated: true,
    });
    expect(await cut('The famous Dr. Lee came', 15)).toMatchObject({ excerpt: 'The famous Dr.…' });
  });

  it('cuts within a word only when it is very long', async () => {
    expect(await cut('a'.repeat(50), 10)).toEqual({
      excerpt: `${'a'.repeat(9)}…`,
      truncated: true,
    });
    expect(await cut('你好世界你好世界', 5)).toEqual({ excerpt: '你好世界…', truncated: true });
    expect(await cut('long', 1)).toEqual({ excerpt: '…', truncated: true });
  });

  it('takes 200 characters by default and refuses other bounds', async () => {
    const { excerpt } = await plugin.call('excerpt', { text: 'word '.repeat(100) });
    expect((excerpt as string).length).toBe(200);
    for (const most of [0, -1, 1.5, 100_001, '5']) {
      expect(await refusal('excerpt', { text: 'a', max_characters: most })).toContain(
        '"max_characters"',
      );
    }
    const whole = { text: 'a', max_characters: null };
    expect(await plugin.call('excerpt', whole)).toEqual({ excerpt: 'a', truncated: false });
  });
});

describe('quality_score', () => {
  const rate = (text: string, more: object = {}) => plugin.call('quality_score', { text, ...more });
  const GOOD = `${'The quick brown fox jumps over the lazy dog near a small river. '}${'Many curious children watched this strange event with great joy and wonder. '}`;

  it('is the weighted mean of its checks', async () => {
    const { quality_score: score, checks } = await rate(GOOD, {
      min_words: 40,
      keywords: ['fox', 'cat'],
    });
    const list = Object.values(checks as Record<string, { score: number; weight: number }>);
    const sum = list.reduce((total, check) => total + check.score * check.weight, 0);
    const weights = list.reduce((total, check) => total + check.weight, 0);
    expect(score).toBe(Math.round((sum / weights) * 10) / 10);
    expect(Object.keys(checks as object)).toEqual([
      'length',
      'sentence_length',
      'variety',
      'structure',
      'keywords',
    ]);
  });

  it('gives ten and no suggestion to what passes all', async () => {
    expect(await rate(GOOD, { min_words: 20, keywords: ['lazy dog'] })).toMatchObject({
      quality_score: 10,
      suggestions: [],
    });
  });

  it('gives nothing to a text without words', async () => {
    for (const text of ['', ' \n', '?!', '🙂']) {
      const { quality_score: score, suggestions } = await rate(text);
      expect(score).toBe(0);
      expect(suggestions).toHaveLength(1);
    }
  });

  it('names the keywords that are missing', async () => {
    const output = await rate(GOOD, {
      min_words: 10,
      keywords: ['Lazy Dog', 'dog lazy', 'rive', 'cat "x"'],
    });
    expect(output).toMatchObject({ checks: { keywords: { score: 2.5, value: 0.25 } } });
    expect(output['suggestions']).toEqual([
      'Mention the keyword: dog lazy',
      'Mention the keyword: rive',
      'Mention the keyword: cat "x"',
    ]);
  });

  it('finds keywords whatever their case and script', async () => {
    const text = 'Über DIE ÄPFEL. ПРИВЕТ мир. 你好世界。 don’t';
    const keywords = ['über die', 'Äpfel', 'привет', '好世', "don't"];
    expect(await rate(text, { keywords })).toMatchObject({ checks: { keywords: { value: 1 } } });
  });

  it('leaves the check of keywords out when there are none', async () => {
    for (const keywords of [undefined, null, []]) {
      const { checks } = await rate(GOOD, { keywords });
      expect(checks).not.toHaveProperty('keywords');
    }
  });

  it('lowers the score for repetition, long sentences and long paragraphs', async () => {
    const repeated = await rate('same word '.repeat(60), { min_words: 1 });
    expect(repeated).toMatchObject({
      checks: { variety: { score: 0 }, sentence_length: { score: 0 } },
    });
    expect(repeated['suggestions']).toHaveLength(2);
    const words = Array.from(
      { length: 450 },
      (_, index) => `W${index}${index % 15 === 14 ? '.' : ''} `,
    );
    expect(await rate(words.join(''), { min_words: 1 })).toMatchObject({
      checks: { structure: { score: 0 }, sentence_length: { score: 10 }, variety: { score: 10 } },
    });
  });

  it('refuses what are no keywords', async () => {
    for (const keywords of ['a', [1], Array(101).fill('a')]) {
      expect(await refusal('quality_score', { text: 'a', keywords })).toContain('"keywords"');
    }
    expect(await refusal('quality_score', { text: 'a', min_words: 0 })).toContain('"min_words"');
  });
});

describe('keywords', () => {
  interface Keyword {
    readonly word: string;
    readonly count: number;
    readonly score: number;
  }
  const find = async (text: string, more: object = {}) => {
    const { keywords, language } = await plugin.call('keywords', { text, ...more });
    return { list: keywords as Keyword[], language };
  };
  const wordsOf = async (text: string, more: object = {}) =>
    (await find(text, more)).list.map(({ word }) => word);

  it('gives the most frequent words first, of two as frequent the earlier', async () => {
    const { list, language } = await find(
      'The sun and the moon: the moon has the light of the sun, the sun shines.',
    );
    expect(list).toEqual([
      { word: 'sun', count: 3, score: 1 },
      { word: 'moon', count: 2, score: 0.667 },
      { word: 'light', count: 1, score: 0.333 },
      { word: 'shines', count: 1, score: 0.333 },
    ]);
    expect(language).toBe('en');
  });

  it.each([
    [
      'de',
      'Der Hund und die Katze sind im Garten. Der Hund schläft.',
      ['hund', 'katze', 'garten', 'schläft'],
    ],
    [
      'es',
      'El perro y el gato están en la casa. El perro duerme.',
      ['perro', 'gato', 'casa', 'duerme'],
    ],
    [
      'fr',
      "L'homme et le chien sont dans la maison. Le chien dort et l’homme lit.",
      ['homme', 'chien', 'maison', 'dort', 'lit'],
    ],
    [
      'und',
      'Il gatto dorme sopra tavolo, gatto nero',
      ['gatto', 'dorme', 'sopra', 'tavolo', 'nero'],
    ],
  ])('knows the stop words of %s', async (language, text, words) => {
    expect(await find(text)).toMatchObject({ language });
    expect(await wordsOf(text)).toEqual(words);
  });

  it('takes the language it is told', async () => {
    expect(await wordsOf('hat die der', { language: 'de' })).toEqual([]);
    expect(await wordsOf('hat die der', { language: 'en-GB' })).toEqual(['hat', 'die', 'der']);
    expect(await find('the cat', { language: 'EN' })).toMatchObject({ language: 'en' });
    expect(await find('the cat', { language: 'pt_BR' })).toMatchObject({ language: 'und' });
    expect(await refusal('keywords', { text: 'a', language: 1 })).toContain('"language"');
  });

  it('takes Han in pairs and katakana whole', async () => {
    expect(await wordsOf('机器学习。机器', { limit: 2 })).toEqual(['机器', '器学']);
    expect(await wordsOf('データのデータ、猫')).toEqual(['データ', '猫']);
  });

  it('counts a word whatever its case, and without a possessive', async () => {
    expect(await find('Straße STRASSE straße ПРИВЕТ Привет', { language: 'xx' })).toMatchObject({
      list: [
        { word: 'straße', count: 2 },
        { word: 'привет', count: 2 },
        { word: 'strasse', count: 1 },
      ],
    });
    expect(await wordsOf("Ada Lovelace's notes and Lovelace’s engine and Lovelace")).toContain(
      'lovelace',
    );
  });

  it('leaves out numbers and gives at most as many as asked', async () => {
    const text = 'alpha beta gamma delta epsilon 2025 1999 12345';
    expect(await wordsOf(text, { limit: 3 })).toEqual(['alpha', 'beta', 'gamma']);
    expect(await wordsOf(text)).toHaveLength(5);
    expect(await wordsOf('')).toEqual([]);
    expect(await refusal('keywords', { text, limit: 101 })).toContain('"limit"');
  });
});

describe('summarize', () => {
  const TEXT =
    'Solar power grows fast. It rained a lot today. Solar panels turn light into power for homes. Nobody was there. Homes with solar panels sell power.';

  it('chooses the sentences that say most, in the order of the text', async () => {
    expect(await plugin.call('summarize', { text: TEXT, sentences: 3 })).toEqual({
      summary:
        'Solar power grows fast. Solar panels turn light into power for homes. Homes with solar panels sell power.',
      sentences: [
        'Solar power grows fast.',
        'Solar panels turn light into power for homes.',
        'Homes with solar panels sell power.',
      ],
    });
  });

  it('gives all of a shorter text', async () => {
    expect(await plugin.call('summarize', { text: 'One. Two.' })).toEqual({
      summary: 'One. Two.',
      sentences: ['One.', 'Two.'],
    });
    expect(await plugin.call('summarize', { text: '' })).toEqual({ summary: '', sentences: [] });
  });

  it('puts no space between sentences of a script without spaces', async () => {
    expect(await plugin.call('summarize', { text: '你好。 再见。' })).toMatchObject({
      summary: '你好。再见。',
    });
  });

  it('refuses to choose none', async () => {
    expect(await refusal('summarize', { text: TEXT, sentences: 0 })).toContain('"sentences"');
  });
});
