/** Tables in delimited text, whole and in pieces. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPlugin, type LoadedPlugin } from './call.ts';

let plugin: LoadedPlugin;

beforeAll(async () => {
  plugin = await loadPlugin('csv-tools');
}, 60_000);

const parse = (text: string, more = {}) => plugin.call('parse', { text, ...more });
const rows = async (text: string, more = {}) =>
  (await parse(text, { rows: 'lists', ...more }))['rows'];

describe('parse', () => {
  it.each([
    ['a,b\n1,2\n', [['1', '2']]],
    [
      'a,b\r\n1,2\r\n3,4',
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['a,b\r1,2\r', [['1', '2']]],
    ['\ufeffa\n1', [['1']]],
    ['a\n\n\n1\n\n', [['1']]],
    ['a\n"x, ""y""\nz"\n', [['x, "y"\nz']]],
    ['"a"\n""\n', [['']]],
    [
      'a,b\n1\n,\n',
      [
        ['1', null],
        ['', ''],
      ],
    ],
    ['a\n x \n', [[' x ']]],
    ['a\nx"y\n', [['x"y']]],
    ['ä\n漢字 👩‍👩‍👧\n', [['漢字 👩‍👩‍👧']]],
    ['', []],
    ['a,b', []],
  ])('reads %j', async (text, wanted) => {
    expect(await rows(text)).toEqual(wanted);
  });

  it.each([',', ';', '\t', '|'])('takes %j for a delimiter', async (delimiter) => {
    const text = ['a', 'b,;\t|'].map((field) => `"${field}"`).join(delimiter);
    expect((await parse(text, { delimiter }))['columns']).toEqual(['a', 'b,;\t|']);
  });

  it.each([
    ['1', 1],
    ['-2.5e3', -2500],
    [' 7 ', 7],
    ['', null],
    ['01', '01'],
    ['+1', '+1'],
    ['1.', '1.'],
    ['.5', '.5'],
    ['1e', '1e'],
    ['-', '-'],
    ['1e999', '1e999'],
    ['NaN', 'NaN'],
    ['true', 'true'],
    ['9007199254740993', 9007199254740992],
  ])('with numbers %j is %j', async (field, value) => {
    expect(await rows(`a,b\n${field},x`, { values: 'numbers' })).toEqual([[value, 'x']]);
  });

  it.each([
    ['a,a\n1,2', 'row 1: column 2 has the name of another'],
    ['a,,b\n', 'row 1: column 2 has no name'],
    ['a\n1\n2,3', 'row 3: 2 fields for 1 columns'],
    ['a\n"x', 'row 2: a quote that never ends'],
    ['a\n"x"y\n', 'row 2: text behind a closing quote'],
    ['a,'.repeat(1_100), 'row 1: more than 1024 fields'],
  ])('refuses %j', async (text, why) => {
    expect(await plugin.refusal('parse', JSON.stringify({ text }))).toBe(`Cannot read ${why}`);
  });

  it.each([
    ['delimiter', ',,'],
    ['delimiter', 'x'],
    ['delimiter', 1],
    ['rows', 'x'],
    ['values', 0],
    ['limit', 0],
  ])('refuses %s %j', async (key, value) => {
    const input = JSON.stringify({ text: 'a', [key]: value });
    expect(await plugin.refusal('parse', input)).toContain(`"${key}"`);
  });

  it('keeps columns with names of prototypes', async () => {
    const { rows: found } = await parse('__proto__,constructor\n1,2');
    expect(JSON.stringify(found)).toBe('[{"__proto__":"1","constructor":"2"}]');
  });

  it('gives back any table that was written by the rules', async () => {
    const field = fc.string({ unit: 'grapheme', maxLength: 8 });
    const table = fc.array(fc.tuple(field, field, field), { maxLength: 6 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), async (cells, end) => {
        const lines = [['a', 'b', 'c'], ...cells].map((row) => row.map(quoted).join(','));
        expect(await rows(lines.join(end))).toEqual(cells);
      }),
      { numRuns: 60 },
    );
  });
});

describe('aggregate', () => {
  const TEXT = 'k,v,w\nx,1,2\ny,2,\nx,3,no\nx,,1e1\n';

  it('counts and sums by a column', async () => {
    expect(await plugin.call('aggregate', { text: TEXT, by: 'k', of: ['v', 'w'] })).toEqual({
      rows: 4,
      groups: [
        {
          key: 'x',
          count: 3,
          columns: {
            v: { count: 2, other: 0, sum: 4, average: 2, min: 1, max: 3 },
            w: { count: 2, other: 1, sum: 12, average: 6, min: 2, max: 10 },
          },
        },
        {
          key: 'y',
          count: 1,
          columns: {
            v: { count: 1, other: 0, sum: 2, average: 2, min: 2, max: 2 },
            w: { count: 0, other: 0, sum: 0, average: null, min: null, max: null },
          },
        },
      ],
    });
  });

  it.each([
    [{ by: 'none' }, '"by": there is no column "none"'],
    [{ of: ['v', 'none'] }, '"of": there is no column "none"'],
    [{ by: 1 }, '"by"'],
    [{ of: 'v' }, '"of"'],
    [{ of: [1] }, '"of"'],
    [{ of: Array.from({ length: 33 }, () => 'v') }, '"of": at most 32'],
  ])('refuses %j', async (more, why) => {
    expect(await plugin.refusal('aggregate', JSON.stringify({ text: TEXT, ...more }))).toContain(
      why,
    );
  });

  it('refuses what comes to no number, and too many groups', async () => {
    const large = { text: 'v\n1e308\n1e308\n', of: ['v'] };
    expect(await plugin.refusal('aggregate', JSON.stringify(large))).toContain('larger than');
    const many = Array.from({ length: 10_001 }, (_, index) => `k${index}`).join('\n');
    const grouped = JSON.stringify({ text: `k\n${many}`, by: 'k' });
    expect(await plugin.refusal('aggregate', grouped)).toContain('more than 10000 groups');
  });
});

describe('aggregate_file', () => {
  const wish = { by: 'k,1', of: ['v'], delimiter: ',' };
  const lines = Array.from({ length: 400 }, (_, index) => `"g ""${index % 7}""\nü",${index / 4}`);
  const text = `\ufeff"k,1",v\r\n${lines.join('\r\n')}`;
  const chunks = (size: number) =>
    Array.from({ length: Math.ceil(text.length / size) }, (_, index) => ({
      index,
      offset: index * size,
      text: text.slice(index * size, (index + 1) * size),
    }));

  it.each([1, 2, 3, 7, 64, 1_000, 100_000])(
    'gives the same as a whole, cut every %i characters',
    async (size) => {
      const whole = await plugin.call('aggregate', { text, ...wish });
      const parts = chunks(size);
      expect(await plugin.fold('aggregate_file', parts, 500, wish)).toEqual(whole);
      expect(await plugin.fold('aggregate_file', parts, Math.ceil(parts.length / 3), wish)).toEqual(
        whole,
      );
    },
  );

  it('is empty for a file without rows', async () => {
    const empty = { rows: 0, groups: [] };
    expect(await plugin.fold('aggregate_file', [], 1)).toEqual(empty);
    expect(await plugin.fold('aggregate_file', [{ text: 'a,b\n' }], 1)).toEqual(empty);
  });

  it('refuses a row without end, and states that are none of its own', async () => {
    const state = { delimiter: 44, by: null, of: [], columns: null, rows: 0, groups: [], rest: '' };
    const step = (change: object, items: unknown = []) =>
      plugin.refusal(
        'aggregate_file_step',
        JSON.stringify({ state: { ...state, ...change }, items, index: 0 }),
      );
    expect(await step({}, [{ text: `a\n"${'x'.repeat(300_000)}` }])).toContain(
      'longer than 262144',
    );
    expect(await step({ rest: 1 })).toContain('"rest"');
    expect(await step({ groups: {} })).toContain('"groups"');
    expect(await step({ delimiter: ',' })).toContain('"delimiter"');
    expect(await step({ columns: [1] })).toContain('"state"');
    for (const groups of [[1], [[]], [[1]], [['k']], [['k', 'n']]]) {
      expect(await step({ columns: ['k'], groups })).toContain('"state"');
    }
    for (const measure of [1, [], [1, 2, 3, 4], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 'x']]) {
      const kept = { columns: ['v'], of: ['v'], groups: [['k', 1, measure]] };
      expect(await step(kept)).toContain('"state"');
    }
  });
});
