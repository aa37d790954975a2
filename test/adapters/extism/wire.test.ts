/** Frames between the Worker and a plugin's isolate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../src/runtime/frame.ts';
import {
  decodeCalls,
  decodeReplies,
  encodeCalls,
  encodeReplies,
} from '../../../src/adapters/extism/wire.ts';
import { fail, ok } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';

const empty = new Uint8Array(0);
const text = fc.string({ unit: 'grapheme' });
const bytes = fc.uint8Array().map((each) => Uint8Array.from(each));

describe('decodeFrame()', () => {
  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (given) => {
        const frame = decodeFrame(Uint8Array.from(given).buffer);
        return frame === undefined || frame.body.length <= given.length;
      }),
    );
  });

  it('gives nothing for a frame that is cut short', () => {
    const frame = encodeFrame({ key: 'wörd' }, []);
    for (let size = 0; size < frame.length; size += 1) {
      expect(decodeFrame(frame.slice(0, size).buffer)).toBeUndefined();
    }
    expect(decodeFrame(frame.buffer)).toEqual({ header: { key: 'wörd' }, body: empty });
  });
});

describe('decodeCalls()', () => {
  it('gives back the calls that were encoded, each with its own input', () => {
    const call = fc.record({ export: text, input: bytes, config: fc.dictionary(text, text) });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 5 }), (calls) => {
        const decoded = decodeCalls(encodeCalls(calls).buffer) ?? [];
        expect(decoded.map(({ export: name, input }) => [name, input])).toEqual(
          calls.map(({ export: name, input }) => [name, input]),
        );
        const settings = (list: readonly { config: object }[]) =>
          list.map(({ config }) => Object.entries(config));
        expect(settings(decoded)).toEqual(settings(calls));
      }),
    );
  });

  it('keeps a setting that is named __proto__', () => {
    // SAFETY: JSON.parse defines the property, as a literal would not.
    const config = JSON.parse('{"__proto__":"mine"}') as { [key: string]: string };
    const decoded = decodeCalls(encodeCalls([{ export: 'run', input: empty, config }]).buffer);
    expect(Object.entries(decoded?.[0]?.config ?? {})).toEqual([['__proto__', 'mine']]);
  });

  it.each([
    {},
    { list: {} },
    { list: [null] },
    { list: [{ export: 1, config: {}, size: 0 }] },
    { list: [{ export: 'run', size: 0 }] },
    { list: [{ export: 'run', config: [], size: 0 }] },
    { list: [{ export: 'run', config: {} }] },
    { list: [{ export: 'run', config: {}, size: -1 }] },
    { list: [{ export: 'run', config: {}, size: 0.5 }] },
    { list: [{ export: 'run', config: {}, size: 1 }] },
  ])('gives nothing for the header %j', (header: JsonObject) => {
    expect(decodeCalls(encodeFrame(header, []).buffer)).toBeUndefined();
  });

  it('gives nothing when bytes are left over', () => {
    const header = { list: [{ export: 'run', config: {}, size: 1 }] };
    expect(decodeCalls(encodeFrame(header, [Uint8Array.of(1)]).buffer)).toHaveLength(1);
    expect(decodeCalls(encodeFrame(header, [Uint8Array.of(1, 2)]).buffer)).toBeUndefined();
  });
});

describe('decodeReplies()', () => {
  const reply = (output: Uint8Array, fuel: number) =>
    ok({ output, fuel, memoryPages: 2, logs: [{ level: 'info', text: 'said' }] });

  it('gives back the replies that were encoded, in their order', () => {
    const replies = [
      reply(Uint8Array.of(1, 2, 3), 12),
      fail('out_of_fuel', 'Cannot finish the call'),
      reply(empty, 0),
      reply(Uint8Array.of(4), 13),
    ];
    const turn = { replies, pages: 5 };
    expect(decodeReplies(encodeReplies(turn).buffer)).toEqual(turn);
    const none = { replies: [], pages: 0 };
    expect(decodeReplies(encodeReplies(none).buffer)).toEqual(none);
  });

  it.each([
    {},
    { ok: true },
    { ok: true, memoryPages: '2', logs: [] },
    { ok: true, memoryPages: 2, logs: {} },
    { ok: false, code: 'trap' },
    { ok: false, code: 'no_such_code', message: 'x' },
    { ok: false, code: 'toString', message: 'x' },
    { ok: 'yes', memoryPages: 2, logs: [] },
  ])('gives nothing for the entry %j', (entry: JsonObject) => {
    const frame = encodeFrame({ list: [{ ...entry, size: 0 }], pages: 1 }, []);
    expect(decodeReplies(frame.buffer)).toBeUndefined();
  });

  it.each([undefined, -1, 0.5, '1'])('gives nothing for %j pages', (pages) => {
    const frame = encodeFrame({ list: [], ...(pages !== undefined && { pages }) }, []);
    expect(decodeReplies(frame.buffer)).toBeUndefined();
  });
});
