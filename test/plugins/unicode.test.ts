/** Characters beside the engine's own segmenter, and text that comes out as it went in. */

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlugin, type LoadedPlugin } from './call.ts';

let text: LoadedPlugin;
let json: LoadedPlugin;

beforeAll(async () => {
  text = await loadPlugin('text-tools');
  json = await loadPlugin('json-tools');
}, 120_000);

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const segments = (value: string) => [...segmenter.segment(value)].map(({ segment }) => segment);

/** Pieces whose joining is what differs between naive and right. */
const PIECES = [
  'a',
  'Z',
  '0',
  ' ',
  '\r',
  '\n',
  '\t',
  '.',
  '-',
  '\u0301',
  '\u0308',
  '\u200d',
  '\ufe0f',
  'é',
  'ß',
  'я',
  'Й',
  'ё',
  'ѐ',
  'α',
  'א',
  '\u05b8',
  'ب',
  '\u064b',
  'क',
  '\u093f',
  'ก',
  '\u0e33',
  '\u1100',
  '\u1161',
  '\u11a8',
  '가',
  '각',
  '中',
  '文',
  'か',
  '\u3099',
  'カ',
  'ー',
  '。',
  '「',
  '©',
  '❤',
  '👩',
  '👨',
  '🏽',
  '🚀',
  '🇩',
  '🇪',
  '🇫',
  '\u00a0',
  '\u2028',
  '\u2029',
  '…',
  '“',
  '’',
  '\ufeff',
  '\u00ad',
  '\u0000',
  '\u007f',
  '𝒜',
  '𠀀',
  '\u{e0067}',
];
// prettier-ignore
const LATER = new Set([
  // What the plugin leaves out: Thai am, controls that break, and cut clusters of many marks.
  '\u0e33', '\u200d', '\u00ad', '\ufeff', '\u0000', '\u007f', '\t', '\r', '\n', '\u2028', '\u2029',
]);
const mixed = fc
  .array(fc.constantFrom(...PIECES), { maxLength: 24 })
  .map((pieces) => pieces.join(''));
const joinable = fc
  .array(fc.constantFrom(...PIECES.filter((piece) => !LATER.has(piece)), '👩\u200d🚀', '\r\n'), {
    maxLength: 20,
  })
  .map((pieces) => pieces.join(''));

describe('characters', () => {
  it('are those of the engine’s segmenter', async () => {
    await fc.assert(
      fc.asyncProperty(joinable, async (value) => {
        const { characters } = await text.call('word_count', { text: value });
        expect(characters).toBe(segments(value).length);
      }),
      { numRuns: 600 },
    );
  });

  it('of every class are classed as Unicode has them', async () => {
    const samples =
      'aZ09éßøłžʒαΩяЖѢאبनகก中々〇㐀かゟカー가힣ᄀ𝒜𐐀１٣²ªµ·×÷€“”—…©™←☃★♥〜「」。、・！？';
    for (const character of samples) {
      const isWord = /[\p{L}\p{N}]/u.test(character);
      const { words } = await text.call('word_count', { text: character });
      expect(words, character).toBe(isWord ? 1 : 0);
    }
  });

  it('are never cut by an excerpt', async () => {
    await fc.assert(
      fc.asyncProperty(joinable, fc.integer({ min: 1, max: 12 }), async (value, most) => {
        const output = await text.call('excerpt', { text: value, max_characters: most });
        const excerpt = output['excerpt'] as string;
        const kept = output['truncated'] === true ? excerpt.replace(/…$/, '') : excerpt;
        const whole = segments(value.trim());
        expect(segments(excerpt).length).toBeLessThanOrEqual(most);
        expect(whole.join('').startsWith(kept.trimEnd())).toBe(true);
        const cut = segments(kept);
        expect(whole.slice(0, cut.length)).toEqual(cut);
      }),
      { numRuns: 600 },
    );
  });
});

describe('sentences', () => {
  it('keep every character but the white space between them', async () => {
    await fc.assert(
      fc.asyncProperty(mixed, async (value) => {
        const { sentences } = await text.call('split_sentences', { text: value });
        let rest = value;
        for (const sentence of sentences as string[]) {
          const at = rest.indexOf(sentence);
          expect(rest.slice(0, at).trim()).toBe('');
          rest = rest.slice(at + sentence.length);
        }
        expect(rest.trim()).toBe('');
      }),
      { numRuns: 600 },
    );
  });
});

describe('JSON', () => {
  const any = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 });

  it('comes out as it went in, however it was escaped', async () => {
    await fc.assert(
      fc.asyncProperty(any, fc.boolean(), async (value, escapes) => {
        const plain = JSON.stringify({ items: [value] });
        const input = escapes
          ? plain.replace(
              /[^\x20-\x7e]/g,
              (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
            )
          : plain;
        expect(JSON.parse(await json.callText('unique', input))).toEqual({
          items: [JSON.parse(JSON.stringify(value))],
          removed: 0,
        });
      }),
      { numRuns: 600 },
    );
  });

  it('keeps a surrogate that stands alone, in text it took apart as well', async () => {
    const value = 'A\ud83d one. \udc00\ud83d\ude00 two.';
    const { sentences } = await text.call('split_sentences', { text: value });
    expect(sentences).toEqual(['A\ud83d one.', '\udc00😀 two.']);
  });

  it('reads and writes every double as the engine does', async () => {
    const hard = [
      0,
      -0,
      1,
      -1,
      0.1,
      1e21,
      1e-7,
      123456789012345680000,
      5e-324,
      2.2250738585072014e-308,
      1.7976931348623157e308,
      9007199254740994,
      0.30000000000000004,
      1e23,
      8.41e21,
      4.35,
      2 ** 53,
      2 ** -1074,
    ];
    for (const value of hard) {
      const { sum } = await json.call('sum', { items: [value] });
      expect(sum).toBe(value === 0 ? 0 : value);
    }
    await fc.assert(
      fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (value) => {
        const { max } = await json.call('sum', { items: [value] });
        expect(max).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 600 },
    );
  });

  it('rounds a number of many digits to the nearest double', async () => {
    const digits = [
      '9007199254740993',
      '9007199254740992.99999999999999999999',
      '9007199254740993.00000000000000000001',
      '2.22507385850720113605740979670913197593481954635164564e-308',
      '2.4703282292062327208e-324',
      '2.4703282292062328e-324',
      '1.00000000000000011102230246251565404236316680908203125',
      '1.00000000000000011102230246251565404236316680908203124',
      `1.${'0'.repeat(900)}1`,
      '179769313486231570814527423731704356798070e267',
      '0.000000000000000000000000000000000000012345678901234567e38',
      '123456789012345678',
      '1234567890123456789',
      '12345678901234567890',
      '1e-400',
      '100000000000000008388608',
    ];
    for (const number of digits) {
      const answer = JSON.parse(await json.callText('sum', `{"items":[${number}]}`)) as {
        max: number;
      };
      expect(answer.max, number).toBe(Number(number));
    }
  });
});
