/** Text from files on its way to a terminal: nothing in it may steer the terminal, and widths are known. */

/** Controls, and marks that turn the direction of text: they could hide what is there. */
const UNSAFE = /[\p{Cc}\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069]/gu;
const WIDE =
  /^(?![\uFF61-\uFFDC])[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]/u;
const NARROW_BY_NATURE = /^[\p{M}\p{Cf}]+$/u;
const EMOJI_STYLE = '\uFE0F';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export interface Cell {
  /** UTF-16 offset in the text. */
  readonly offset: number;
  readonly shown: string;
  /** Columns that it takes. */
  readonly width: number;
}

/** One line of text that shows what is in it and does nothing. */
export function printable(text: string): string {
  return text.replaceAll(/\s*[\r\n]\s*/g, ' ').replaceAll(UNSAFE, '\uFFFD');
}

export function cellsOf(text: string, start: number): Cell[] {
  return [...graphemes.segment(text)].map(({ segment, index }) => {
    const shown = segment === '\t' ? '    ' : printable(segment);
    return { offset: start + index, shown, width: widthOf(shown) };
  });
}

function widthOf(shown: string): number {
  if (shown === '    ') return 4;
  if (NARROW_BY_NATURE.test(shown)) return 0;
  return WIDE.test(shown) || shown.includes(EMOJI_STYLE) ? 2 : 1;
}
