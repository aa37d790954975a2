/** Secrets in answers: every form that is looked for, wherever it stands. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createScrubber } from '../../../src/runtime/egress/scrub.ts';

const VALUES = [
  'sk-live-0123456789',
  'pa+ss/wo=rd&<"\'\\>',
  'with space and\ttab',
  'Ünïcödé–语言-🎧',
  '-----BEGIN KEY-----\nab+/cd==\n-----END KEY-----',
  Array.from({ length: 120 }, (_, at) => `${at * at}~${at}`).join('?'),
  '12345678',
];

const bytesOf = (text: string) => new TextEncoder().encode(text);
const hexOf = (text: string) => Buffer.from(text).toString('hex');
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Each gives a text that holds the value, and what of the value must not be found in the answer. */
const FORMS: Record<string, (value: string) => string> = {
  'as it is': (value) => value,
  'percent-encoded': encodeURIComponent,
  'as a form': (value) => new URLSearchParams({ a: value }).toString(),
  'percent-encoded throughout': (value) => hexOf(value).replaceAll(/../g, '%$&'),
  'percent-encoded in upper case': (value) => hexOf(value).toUpperCase().replaceAll(/../g, '%$&'),
  'percent-encoded twice': (value) => encodeURIComponent(encodeURIComponent(value)),
  'in JSON': (value) => JSON.stringify({ value }),
  'in JSON in JSON': (value) => JSON.stringify({ text: JSON.stringify({ value }) }),
  'in JSON with every character escaped': (value) =>
    value
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  'in JSON with slashes escaped': (value) => JSON.stringify(value).replaceAll('/', '\\/'),
  'in HTML': (value) =>
    value
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
  'in HTML by numbers': (value) =>
    Array.from(value, (each) => `&#x${(each.codePointAt(0) ?? 0).toString(16)};`).join(''),
  hex: hexOf,
  'hex in upper case': (value) => hexOf(value).toUpperCase(),
  'hex with colons': (value) => hexOf(value).replaceAll(/..(?=.)/g, '$&:'),
};

describe.each(VALUES)('the value %j', (value) => {
  const scrubber = createScrubber([value]);

  it.each(Object.keys(FORMS))('is not left %s', (form) => {
    const encoded = FORMS[form]?.(value) ?? '';
    const text = scrubber.text(`before ${encoded} after`);
    expect(text).toMatch(/^before .*\*\*\*.* after$/s);
    // Nothing of it but what is around it: quotation marks and keys.
    expect(text.length).toBeLessThan(60);
    const bytes = scrubber.bytes(bytesOf(`before ${encoded} after`));
    expect(new TextDecoder().decode(bytes)).toBe(text);
  });

  it.each([0, 1, 2, 3, 4, 5])('is not left in base64, %i bytes from the start', (offset) => {
    const text = `${'a'.repeat(offset)}${value}${'b'.repeat(5 - offset)}`;
    const plain = base64(text);
    const forms = [
      plain,
      plain.replaceAll('=', ''),
      Buffer.from(text).toString('base64url'),
      encodeURIComponent(plain),
      plain.replaceAll(/.{76}/g, '$&\r\n'),
      JSON.stringify(plain.replaceAll(/.{64}/g, '$&\n')),
    ];
    for (const form of forms) {
      const scrubbed = scrubber.text(`<${form}>`);
      expect(scrubbed).toContain('***');
      // What is left is of its neighbours, with a character or two of each end of a piece.
      expect(scrubbed.length).toBeLessThan(90);
    }
  });
});

const ascii = VALUES.filter((value) => new TextEncoder().encode(value).length === value.length);

it.each(ascii)('%j is not left in UTF-16', (value) => {
  const units = Uint16Array.from(`x${value}x`, (each) => each.charCodeAt(0));
  const scrubbed = createScrubber([value]).bytes(new Uint8Array(units.buffer));
  expect(scrubbed.length).toBeLessThan(30);
});

describe('what is no secret', () => {
  const scrubber = createScrubber(['sk-live-0123456789']);

  it('stays as it is, byte for byte', () => {
    const all = Uint8Array.from({ length: 256 * 40 }, (_, at) => (at * 7) % 256);
    expect(scrubber.bytes(all)).toEqual(all);
    for (const text of ['', 'sk-live-012345678', 'SK-LIVE-0123456789', 'ä 語 🎧', '***']) {
      expect(scrubber.text(text)).toBe(text);
    }
  });

  it('is all there is without secrets', () => {
    const none = createScrubber([]);
    const bytes = bytesOf('sk-live-0123456789');
    expect(none.bytes(bytes)).toBe(bytes);
    expect(none.text('x')).toBe('x');
  });
});

it('one secret within another leaves nothing of either', () => {
  const scrubber = createScrubber(['secret-1', 'a-longer-secret-1-and-more']);
  expect(scrubber.text('a-longer-secret-1-and-more, secret-1')).toBe('***, ***');
});

it('any value is found in any of the forms', () => {
  const value = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 });
  fc.assert(
    fc.property(value, fc.constantFrom(...Object.keys(FORMS)), (secret, form) => {
      fc.pre(secret.trim() === secret && !secret.includes('*'));
      const encoded = FORMS[form]?.(secret) ?? '';
      expect(createScrubber([secret]).text(encoded)).toContain('***');
    }),
    { seed: 4, numRuns: 100 },
  );
});

it('an answer made to take long takes no longer than its length', () => {
  const scrubber = createScrubber(['\\"\\"\\"\\"\\"\\"\\"\\"', 'u'.repeat(4_096)]);
  for (const text of ['\\'.repeat(200_000), 'u'.repeat(4_095), '%25'.repeat(50_000)]) {
    expect(scrubber.text(text).length).toBeLessThanOrEqual(text.length);
  }
});
