import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8, findUtf8 } from '../../../src/core/plugin/utf8.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

describe('findUtf8()', () => {
  it('reads any bytes as the platform does', () => {
    const likely = fc.constantFrom(
      0x41,
      0x7f,
      0x80,
      0xbf,
      0xc0,
      0xc2,
      0xe0,
      0xed,
      0xa0,
      0xef,
      0xf0,
      0xf4,
      0xf5,
    );
    const bytes = fc.array(fc.oneof(likely, fc.nat({ max: 255 })), { maxLength: 12 });
    fc.assert(
      fc.property(bytes, (values) => {
        const given = Uint8Array.from(values);
        expect(findUtf8(given)).toBe(decoded(given));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads long texts', () => {
    const text = 'aé€😀\ufeff'.repeat(20_000);
    expect(findUtf8(new TextEncoder().encode(text))).toBe(text);
  });
});

describe('encodeUtf8()', () => {
  it('writes any text as the platform does, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const given of [text, `${text}\ud800`, `\udfff${text}`]) {
          expect(encodeUtf8(given)).toEqual(new TextEncoder().encode(given));
        }
      }),
    );
  });
});
