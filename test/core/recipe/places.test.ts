/** A finding inside a text points at the very character, however the text is written in YAML. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSource } from '../../../src/core/recipe/source.ts';

/** Writes lines as a YAML scalar of one style under the key `k`. */
const STYLES: Readonly<Record<string, (lines: readonly string[]) => string>> = {
  literal: (lines) => `|\n${lines.map((line) => (line === '' ? '' : `    ${line}`)).join('\n')}\n`,
  'literal, stripped': (lines) =>
    `|-\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n`,
  'literal with a comment': (lines) =>
    `|+ # note\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n`,
  folded: (lines) => `>\n${lines.map((line) => (line === '' ? '' : `   ${line}`)).join('\n')}\n`,
  'double quotes': (lines) => JSON.stringify(lines.join('\n')),
  'single quotes': (lines) => `'${lines.join(' ').replaceAll("'", "''")}'`,
};

const word = fc.stringMatching(/^[a-zé😀'"\\,.!]{1,8}$/u);
const line = fc.oneof(
  fc.constant(''),
  fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' ')),
);
const lines = fc
  .tuple(word, fc.array(line, { maxLength: 5 }))
  .map(([first, rest]) => [first, ...rest]);

describe('places', () => {
  it.each(Object.entries(STYLES))('are exact inside a scalar: %s', (_, write) => {
    fc.assert(
      fc.property(lines, fc.nat(5), (written, where) => {
        const index = where % written.length;
        const marked = written.map((text, at) =>
          at === index ? `${text} MARK`.trimStart() : text,
        );
        const text = `a: 1\nk: ${write(marked)}`;
        const source = parseSource(text);
        fc.pre(source.faults.length === 0);
        const value = (source.value as { k: string }).k;
        const place = source.placeOf(['k'], { offset: value.indexOf('MARK'), text: value });
        const before = text.slice(0, text.indexOf('MARK')).split('\n');
        expect([place.line, place.column]).toEqual([
          before.length,
          (before.at(-1)?.length ?? 0) + 1,
        ]);
        expect(place.end_column).toBe(place.column + 4);
      }),
      { numRuns: 200 },
    );
  });

  it('fall back to the nearest value that is there', () => {
    const source = parseSource('a:\n  b: 1\n');
    expect(source.placeOf(['a', 'x', 'y'])).toMatchObject({ line: 2, column: 3 });
    expect(source.placeOf(['z'])).toMatchObject({ line: 1, column: 1 });
    expect(source.placeOf(['a', 'b', 'c'])).toMatchObject({ line: 2, column: 6 });
  });

  it('can be of a key', () => {
    const source = parseSource('a:\n  "b c": 1\n');
    expect(source.placeOf(['a', 'b c'], { at: 'key' })).toMatchObject({
      line: 2,
      column: 3,
      end_column: 8,
    });
  });

  it('follow aliases and merges', () => {
    const source = parseSource('x: &x {k: 1}\ny: *x\nz: {<<: *x}\n');
    expect(source.placeOf(['y', 'k'])).toMatchObject({ line: 1, column: 11 });
    expect(source.placeOf(['z', 'k'])).toMatchObject({ line: 1, column: 11 });
  });
});
