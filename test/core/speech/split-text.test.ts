/** Long texts in pieces: all of it, in order, none too long. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from '../../../src/core/speech/split-text.ts';

describe('splitText()', () => {
  it.each([
    ['one piece when it fits', 'One. Two.', 20, ['One. Two.']],
    [
      'at ends of sentences',
      'One two. Three four. Five.',
      12,
      ['One two. ', 'Three four. ', 'Five.'],
    ],
    ['as many sentences as fit', 'A. B. C. D.', 6, ['A. B. ', 'C. D.']],
    ['not behind a title', 'Dr. No came. Bye.', 13, ['Dr. No came. ', 'Bye.']],
    ['at ends of wide sentences', '一二三。四五六。', 4, ['一二三。', '四五六。']],
    ['a long sentence at a space', 'one two three four', 9, ['one two ', 'three ', 'four']],
    ['a long word where it must', 'abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['never within a character', 'ab👍👍', 3, ['ab', '👍', '👍']],
    ['a character that is longer than that', '👍👍', 1, ['👍', '👍']],
    ['nothing of nothing', '', 10, []],
  ])('gives %s', (_what, text, most, pieces) => {
    expect(splitText(text, most)).toEqual(pieces);
  });

  it('loses nothing of any text, and no piece is too long', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 400 });
    const prose = fc
      .array(fc.constantFrom('word ', 'End. ', 'Why? ', 'ü', '。', '\n\n', '👩‍👧 ', 'x'.repeat(30)))
      .map((words) => words.join(''));
    fc.assert(
      fc.property(fc.oneof(text, prose), fc.integer({ min: 2, max: 60 }), (given, most) => {
        const pieces = splitText(given, most);
        expect(pieces.join('')).toBe(given);
        expect(pieces.every((piece) => piece.length <= most && piece !== '')).toBe(true);
      }),
    );
  });
});
