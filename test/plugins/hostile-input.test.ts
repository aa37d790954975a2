/** Input that no function may trap on: every plugin reads with the same code, so all are tried. */

import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlugin, type LoadedPlugin } from './call.ts';
import { measure } from './measure.ts';

const NAMES = ['text-tools', 'json-tools', 'readability', 'html-tools', 'csv-tools'];

const plugins = new Map<string, LoadedPlugin>();

beforeAll(async () => {
  for (const name of NAMES) plugins.set(name, await loadPlugin(name));
}, 120_000);

/** What is called: a fold is three exports. */
const functions = () =>
  [...plugins.values()].flatMap((plugin) =>
    plugin.manifest.functions.flatMap(({ id, fold, input }) => {
      const [required = ''] = (input.required ?? []) as string[];
      if (!fold) return [{ plugin, id, required }];
      return [
        { plugin, id: `${id}_init`, required: '' },
        { plugin, id: `${id}_step`, required: 'state' },
        { plugin, id: `${id}_finish`, required: 'state' },
      ];
    }),
  );

/** The functions of a plugin for text, each with an input that has the text. */
function callsWith(text: string, { manifest }: LoadedPlugin): { id: string; input: string }[] {
  const state = { spaced: 0, spaceless: 0, rest: '' };
  return manifest.functions.map(({ id, fold }) =>
    fold
      ? { id: `${id}_step`, input: JSON.stringify({ state, items: [{ text }], index: 0 }) }
      : { id, input: JSON.stringify({ text }) },
  );
}

const NOT_JSON = [
  '',
  ' ',
  '\0',
  '{',
  '{"text"',
  '{"text":',
  '{"text":"a"',
  '{"text":"a",}',
  '{"text":"a"}}',
  '{"text":"a"} x',
  "{'text':'a'}",
  '{text:"a"}',
  '{"a":1 "b":2}',
  '{"text":"a\nb"}',
  '{"text":"\\x41"}',
  '{"text":"\\u00g0"}',
  '{"text":"\\u12"}',
  '{"text":"',
  '{"text":"\\',
  '{"a":01}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":+1}',
  '{"a":-}',
  '{"a":1e}',
  '{"a":1e+}',
  '{"a":0x10}',
  '{"a":NaN}',
  '{"a":Infinity}',
  '{"a":tru}',
  '{"a":nulll}',
  '[1,]',
  '[1 2]',
  '[,1]',
  '\ufeff{}',
  '{"a":1e400}',
  '{"a":-1e309}',
  `{"a":${'9'.repeat(400)}}`,
  '{"a":1.8e308}',
];

const NOT_AN_OBJECT = ['null', 'true', '1', '"text"', '[]', '[{"text":"a"}]'];

/** Sequences that are not UTF-8, inside a string. */
const NOT_UTF8 = [
  [0x80],
  [0xbf],
  [0xc0, 0xaf],
  [0xc1, 0x81],
  [0xc3],
  [0xc3, 0x28],
  [0xe0, 0x80, 0xaf],
  [0xe2, 0x28, 0xa1],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xfe],
  [0xff],
];

describe('every function', () => {
  it('refuses what is not JSON', async () => {
    for (const { plugin, id } of functions()) {
      for (const text of NOT_JSON) {
        expect(await plugin.refusal(id, text), `${id} of ${text}`).toMatch(/^Cannot read input/);
      }
    }
  });

  it('refuses what is not an object', async () => {
    for (const { plugin, id } of functions()) {
      for (const text of NOT_AN_OBJECT) {
        expect(await plugin.refusal(id, text)).toMatch(/^Cannot read input: an object is expected/);
      }
    }
  });

  it('refuses bytes that are not UTF-8 and says where', async () => {
    const encoder = new TextEncoder();
    for (const { plugin, id } of functions()) {
      for (const bytes of NOT_UTF8) {
        const input = new Uint8Array([...encoder.encode('{"text":"é'), ...bytes, 0x22, 0x7d]);
        expect(await plugin.refusal(id, input), `${id} of ${bytes.join(' ')}`).toMatch(
          /^Cannot read input as JSON: (UTF-8|a closing quote) expected at byte \d+/,
        );
      }
    }
  });

  it('refuses what is nested too deeply', async () => {
    const depths = [
      '['.repeat(100_000),
      '{"a":'.repeat(100_000),
      `${'['.repeat(129)}${']'.repeat(129)}`,
    ];
    for (const { plugin, id } of functions()) {
      for (const text of depths) {
        expect(await plugin.refusal(id, text)).toMatch(
          /^Cannot read input: nested deeper than 128/,
        );
      }
    }
  });

  it('refuses an argument that is missing or of another type, by its name', async () => {
    for (const { plugin, id, required } of functions()) {
      if (required === '') continue;
      expect(await plugin.refusal(id, '{}'), id).toContain(`"${required}"`);
      if (required === 'value' || required === 'state') continue;
      for (const value of ['null', '1', '{}', /^(?:text|html)$/.test(required) ? '[]' : '"a"']) {
        expect(await plugin.refusal(id, `{"${required}":${value}}`)).toContain(`"${required}"`);
      }
    }
  });

  it('refuses more than four megabytes', async () => {
    const text = `{"text":"${'a'.repeat(4 * 1024 * 1024)}"}`;
    for (const plugin of plugins.values()) {
      const [{ id } = { id: '' }] = plugin.manifest.functions;
      expect(await plugin.refusal(id, text)).toMatch(/^Cannot read input: at most 4194304 bytes/);
    }
  });

  it('refuses more values than its memory has room for', async () => {
    const items = `{"items":[${'1,'.repeat(1_100_000)}1]}`;
    expect(await plugins.get('json-tools')!.refusal('sum', items)).toContain(
      'more than 1048576 values',
    );
  });

  it('refuses more different words than its memory has room for', async () => {
    const words = Array.from({ length: 450_000 }, (_, index) => index.toString(36)).join(' ');
    for (const id of ['keywords', 'summarize', 'quality_score']) {
      const answer = await plugins.get('text-tools')!.refusal(id, JSON.stringify({ text: words }));
      expect(answer).toContain('more than 400000 different words');
    }
  });

  it('passes over arguments it does not know, the last of two with one name counts', async () => {
    const text = '{"text":"no","__proto__":{"text":"a"},"x":[{}],"text":"one two"}';
    expect(await plugins.get('text-tools')!.callText('split_sentences', text)).toBe(
      '{"sentences":["one two"]}',
    );
  });
});

const PROSE =
  'The quick brown fox jumps over the lazy dog, and then it sleeps. Nobody knew why it was so quick! ';

describe('a megabyte', () => {
  const megabyte = (piece: string) =>
    piece.repeat(Math.ceil(1_000_000 / new TextEncoder().encode(piece).length));
  const BUDGET = 200_000_000;

  it('of prose stays within the fuel of one call', async () => {
    const texts = [megabyte(PROSE), megabyte('Быстрая лиса прыгает через ленивую собаку. ')];
    for (const name of ['text-tools', 'readability']) {
      const plugin = plugins.get(name)!;
      for (const text of texts) {
        for (const { id, input } of callsWith(text, plugin)) {
          const { code, fuel } = await measure(plugin.bytes, id, input);
          expect(code).toBe(0);
          expect(fuel, `${id} of ${text.slice(0, 10)}`).toBeLessThan(BUDGET);
        }
      }
    }
  }, 60_000);

  it('of lists stays within the fuel of one call', async () => {
    const items = `[${megabyte('{"team":"a","size":12,"tags":["x","y"]},').slice(0, -1)}]`;
    const inputs: Record<string, string> = {
      group: `{"items":${items},"by":"team","values":"size"}`,
      sum: `{"items":${items},"by":"size"}`,
      unique: `{"items":${items}}`,
      flatten: `{"items":${items}}`,
      merge: `{"values":${items}}`,
      pick: `{"value":${items},"paths":["[0].team","[-1].size"]}`,
      validate: `{"value":${items},"schema":{"items":{"type":"object","required":["team"],"properties":{"size":{"minimum":1}}}}}`,
    };
    for (const [id, text] of Object.entries(inputs)) {
      const { code, fuel } = await measure(plugins.get('json-tools')!.bytes, id, text);
      expect(code, id).toBe(0);
      expect(fuel, id).toBeLessThan(BUDGET);
    }
  }, 60_000);

  it.each([
    ['one word', 'a'],
    ['spaces', ' '],
    ['line breaks', '\n'],
    ['periods', '.'],
    ['quotes', '"'],
    ['list numbers', '1. '],
    ['abbreviations', 'a. A. '],
    ['combining marks', '\u0301'],
    ['joined emoji', '👨‍👩‍👧'],
    ['joiners', '\u200d'],
    ['flags', '🇩🇪'],
    ['Hangul letters', '\u1100\u1161\u11a8'],
    ['Arabic', 'مرحبا بك؟ '],
    ['Thai', 'ภาษาไทย'],
    ['NUL', '\0'],
    ['lone surrogates', '\ud800'],
    ['apostrophes', "l'"],
  ])(
    'of %s is no trap',
    async (_, piece) => {
      // Six bytes each once they are escaped.
      const isEscaped = piece === '\ud800' || piece === '\0';
      const text = isEscaped ? piece.repeat(160_000) : megabyte(piece);
      for (const name of ['text-tools', 'readability']) {
        const plugin = plugins.get(name)!;
        for (const { id, input } of callsWith(text, plugin)) {
          const measured = await measure(plugin.bytes, id, input);
          expect(measured.code, id).toBe(0);
          expect(measured.pages, id).toBeLessThanOrEqual(1024);
        }
      }
    },
    60_000,
  );
});
