/** Frames between the Worker and a plugin's isolate. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame } from '../../../src/adapters/extism/frame.ts';
import {
  decodeCall,
  decodeReply,
  encodeCall,
  encodeReply,
} from '../../../src/adapters/extism/wire.ts';
import { fail, ok } from '../../../src/core/errors.ts';

const empty = new Uint8Array(0);

describe('decodeFrame()', () => {
  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const frame = decodeFrame(Uint8Array.from(bytes).buffer);
        return frame === undefined || frame.body.length <= bytes.length;
      }),
    );
  });

  it('gives nothing for a frame that is cut short', () => {
    const frame = encodeFrame({ header: { key: 'wörd' }, body: empty });
    for (let size = 0; size < frame.length; size += 1) {
      expect(decodeFrame(frame.slice(0, size).buffer)).toBeUndefined();
    }
    expect(decodeFrame(frame.buffer)).toEqual({ header: { key: 'wörd' }, body: empty });
  });
});

describe('decodeCall()', () => {
  it('gives back the call that was encoded', () => {
    const config = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array(),
        config,
        (name, input, settings) => {
          const call = { export: name, input: Uint8Array.from(input), config: settings };
          const decoded = decodeCall(encodeCall(call).buffer);
          expect(decoded?.export).toBe(name);
          expect(decoded?.input).toEqual(call.input);
          expect(Object.entries(decoded?.config ?? {})).toEqual(Object.entries(settings));
        },
      ),
    );
  });

  it('keeps a setting that is named __proto__', () => {
    // SAFETY: JSON.parse defines the property, as a literal would not.
    const config = JSON.parse('{"__proto__":"mine"}') as { [key: string]: string };
    const decoded = decodeCall(encodeCall({ export: 'run', input: empty, config }).buffer);
    expect(Object.entries(decoded?.config ?? {})).toEqual([['__proto__', 'mine']]);
  });

  it.each([{}, { export: 1, config: {} }, { export: 'run' }, { export: 'run', config: [] }])(
    'gives nothing for the header %j',
    (header) => {
      expect(decodeCall(encodeFrame({ header, body: empty }).buffer)).toBeUndefined();
    },
  );
});

describe('decodeReply()', () => {
  it('gives back the reply that was encoded', () => {
    const reply = ok({
      output: Uint8Array.of(1, 2, 3),
      fuel: 12,
      memoryPages: 2,
      logs: [{ level: 'info', text: 'said' }],
    });
    expect(decodeReply(encodeReply(reply).buffer)).toEqual(reply);
    const error = fail('out_of_fuel', 'Cannot finish the call');
    expect(decodeReply(encodeReply(error).buffer)).toEqual(error);
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
  ])('gives nothing for the header %j', (header) => {
    expect(decodeReply(encodeFrame({ header, body: empty }).buffer)).toBeUndefined();
  });
});
