import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSplitter } from '../../../src/core/chunk/splitter.ts';
import type { SplitterOptions } from '../../../src/core/chunk/splitter.ts';
import { MAX_CHUNK_BYTES } from '../../../src/core/chunk/spec.ts';
import { codeOf } from '../../../src/core/errors.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

type Options = Pick<SplitterOptions, 'by' | 'size'> & Partial<SplitterOptions>;

/** The chunks of bytes that come in pieces, as copies. */
function chunksOf(pieces: readonly Uint8Array[], options: Options) {
  const splitter = createSplitter({ offset: 0, isText: true, ...options });
  const found: { bytes: Uint8Array; offset: number }[] = [];
  const drain = (isEnd: boolean): void => {
    for (let chunk = splitter.next(isEnd); chunk !== undefined; chunk = splitter.next(isEnd)) {
      found.push({ bytes: chunk.bytes.slice(), offset: chunk.offset });
    }
  };
  for (const piece of pieces) {
    splitter.push(piece);
    drain(false);
  }
  drain(true);
  return found;
}

function split(text: string, options: Options, pieceBytes = 1_000_000): string[] {
  return chunksOf(piecesOf(encoder.encode(text), pieceBytes), options).map(({ bytes }) =>
    decoder.decode(bytes),
  );
}

function piecesOf(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}

describe('lines', () => {
  it.each<[string, number, string[]]>([
    ['', 1, []],
    ['a', 1, ['a']],
    ['a\n', 1, ['a\n']],
    ['a\nb', 1, ['a\n', 'b']],
    ['a\r\nb\r\n', 1, ['a\r\n', 'b\r\n']],
    ['\n\n', 1, ['\n', '\n']],
    ['a\nb\nc\nd\ne', 2, ['a\nb\n', 'c\nd\n', 'e']],
    ['a\nb\n', 5, ['a\nb\n']],
    ['a\rb\n', 1, ['a\rb\n']],
    ['é\n語\n', 1, ['é\n', '語\n']],
  ])('of %j by %i are %j', (text, size, expected) => {
    expect(split(text, { by: 'lines', size })).toEqual(expected);
    expect(split(text, { by: 'lines', size }, 1)).toEqual(expected);
  });

  it('make a chunk of fewer when it would grow too large', () => {
    const line = `${'x'.repeat(400_000)}\n`;
    const sizes = split(line.repeat(5), { by: 'lines', size: 100 }).map(({ length }) => length);
    expect(sizes).toEqual([800_002, 800_002, 400_001]);
    expect(split(line.repeat(5), { by: 'lines', size: 100 }, 70_000)).toHaveLength(3);
  });

  it.each([MAX_CHUNK_BYTES, MAX_CHUNK_BYTES + 1])('may have %i bytes or not', (length) => {
    const text = `a\n${'x'.repeat(length - 1)}\nb\n`;
    const code = codeThrown(() => split(text, { by: 'lines', size: 2 }, 65_536));
    expect(code).toBe(length > MAX_CHUNK_BYTES ? 'chunk_too_large' : undefined);
  });

  it('without an end are refused before they fill the memory', () => {
    const splitter = createSplitter({ by: 'lines', size: 1, offset: 0, isText: true });
    let pushed = 0;
    const code = codeThrown(() => {
      for (; pushed < 100; pushed += 1) {
        splitter.push(new Uint8Array(65_536));
        splitter.next(false);
      }
    });
    expect(code).toBe('chunk_too_large');
    expect(pushed).toBeLessThan(20);
  });
});

describe('bytes', () => {
  it.each<[string, number, string[]]>([
    ['', 4, []],
    ['abcdefgh', 4, ['abcd', 'efgh']],
    ['abcdefghi', 4, ['abcd', 'efgh', 'i']],
    ['abcédef', 4, ['abc', 'éde', 'f']],
    ['語語語', 4, ['語', '語', '語']],
    ['語語語', 6, ['語語', '語']],
    ['😀😀', 5, ['😀', '😀']],
    // A sequence that is longer than the size stays whole.
    ['a😀b語', 1, ['a', '😀', 'b', '語']],
  ])('of %j by %i are %j', (text, size, expected) => {
    expect(split(text, { by: 'bytes', size })).toEqual(expected);
    expect(split(text, { by: 'bytes', size }, 1)).toEqual(expected);
  });

  it('that are no text are cut exactly', () => {
    const bytes = Uint8Array.from({ length: 10 }, () => 0x80);
    const lengths = chunksOf([bytes], { by: 'bytes', size: 4, isText: false }).map(
      (chunk) => chunk.bytes.length,
    );
    expect(lengths).toEqual([4, 4, 2]);
  });

  it('that only claim to be text still end', () => {
    const bytes = Uint8Array.from({ length: 100 }, () => 0x80);
    const chunks = chunksOf([bytes], { by: 'bytes', size: 4 });
    expect(chunks.reduce((sum, chunk) => sum + chunk.bytes.length, 0)).toBe(100);
  });
});

describe('sentences', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['One. Two! Three?', ['One. ', 'Two! ', 'Three?']],
    ['One.  \n Two', ['One.  \n ', 'Two']],
    ['Really?! Yes.', ['Really?! ', 'Yes.']],
    ['Wait... Go', ['Wait... ', 'Go']],
    ['Wait… Go', ['Wait… ', 'Go']],
    ['He said “Go.” She went.', ['He said “Go.” ', 'She went.']],
    ['(Yes.) No.', ['(Yes.) ', 'No.']],
    ['Dr. Smith met J. Doe. They spoke.', ['Dr. Smith met J. Doe. ', 'They spoke.']],
    ['It is 3.14. Good.', ['It is 3.14. ', 'Good.']],
    ['See e.g. this one. Next.', ['See e.g. this one. ', 'Next.']],
    ['So do I. You too.', ['So do I. ', 'You too.']],
    ['你好。再见！真的？是', ['你好。', '再见！', '真的？', '是']],
    ['「はい。」次', ['「はい。」', '次']],
    ['यह है। वह है।', ['यह है। ', 'वह है।']],
    ['Title\n\nText here\nand there', ['Title\n\n', 'Text here\nand there']],
    ['Title\r\n \r\nText', ['Title\r\n \r\n', 'Text']],
    ['a.b.c.d', ['a.b.c.d']],
    ['End.\n', ['End.\n']],
    ['Über. Ärger.', ['Über. ', 'Ärger.']],
  ])('of %j are %j', (text, expected) => {
    expect(split(text, { by: 'sentences', size: 1 })).toEqual(expected);
    expect(split(text, { by: 'sentences', size: 1 }, 1)).toEqual(expected);
  });

  it('are put together by their number', () => {
    expect(split('A b. C d. E f.', { by: 'sentences', size: 2 })).toEqual(['A b. C d. ', 'E f.']);
  });

  it('without an end are refused', () => {
    const text = 'word '.repeat(300_000);
    expect(codeThrown(() => split(text, { by: 'sentences', size: 1 }))).toBe('chunk_too_large');
  });
});

const alphabet = [
  'a',
  'B',
  ' ',
  '\n',
  '\r\n',
  '.',
  '!',
  '…',
  '。',
  '”',
  '」',
  '\u3000',
  'é',
  '😀',
  'Dr',
];
const texts = fc
  .array(fc.constantFrom(...alphabet), { maxLength: 80 })
  .map((parts) => parts.join(''));
const specs = fc.record({
  by: fc.constantFrom('lines', 'bytes', 'sentences'),
  size: fc.integer({ min: 1, max: 7 }),
});

describe('any text', () => {
  it('is its chunks put together, however it comes', () => {
    fc.assert(
      fc.property(texts, specs, fc.integer({ min: 1, max: 9 }), (text, spec, piece) => {
        const whole = split(text, spec);
        expect(whole.join('')).toBe(text);
        expect(whole.every((chunk) => chunk.length > 0)).toBe(true);
        expect(split(text, spec, piece)).toEqual(whole);
      }),
    );
  });

  it('gives the same chunks from any chunk on', () => {
    fc.assert(
      fc.property(texts, specs, fc.nat(), (text, spec, pick) => {
        const bytes = encoder.encode(text);
        const whole = chunksOf([bytes], spec);
        if (whole.length === 0) return;
        const { offset } = whole[pick % whole.length]!;
        const rest = chunksOf([bytes.subarray(offset)], { ...spec, offset });
        expect(rest).toEqual(whole.slice(pick % whole.length));
      }),
    );
  });
});

function codeThrown(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}
