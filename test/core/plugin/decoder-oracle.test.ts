/** The decoder beside an engine's: it may refuse more, for a reason it names, and never reads otherwise. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectModule } from '../../../src/core/plugin/inspect.ts';
import { instrumentModule } from '../../../src/core/plugin/instrument.ts';
import { compileGuest, GUEST_FLAVOURS } from '../../support/wasm/guests.ts';
import { body, functionModule, I32, u32, wat } from '../../support/wasm/module.ts';

/** Refusals of modules that an engine takes. */
const POLICY = new Set([
  'limit',
  'unsupported_opcode',
  'unsupported_feature',
  'unsupported_type',
  'unknown_import',
  'import_kind',
  'import_type',
  'reserved_export',
  'duplicate_manifest',
  'bad_utf8',
]);

const RICH = wat(`(module
  (import "extism:host/env" "input_length" (func $len (result i64)))
  (type $t (func (param i32) (result i32)))
  (memory (export "memory") 1 4) (table 2 4 funcref) (global $g (mut i64) (i64.const -5))
  (elem (i32.const 0) $f) (elem func $f) (data (i32.const 8) "hello") (data "passive")
  (func $f (type $t)
    (local i64 f32 f64 v128)
    (block $out (result i32)
      (loop $again
        (br_if $out (i32.const 3) (i32.eqz (local.get 0)))
        (drop)
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_table $again $again (local.get 0)))
      (memory.init 1 (i32.const 0) (i32.const 0) (i32.const 7))
      (memory.copy (i32.const 0) (i32.const 8) (i32.const 4))
      (local.set 4 (v128.load offset=300 align=8 (i32.const 0)))
      (if (result i32) (i64.eqz (call $len)) (then (call_indirect (type $t) (i32.const 1) (i32.const 0)))
        (else (select (i32.const 1) (i32.const 2) (i32.const 0))))))
  (func (export "run") (result i32) (return_call $f (i32.const 2)))
  (start 3) (func))`);

const MODULES: readonly (readonly [string, Uint8Array])[] = [
  ['one that uses most of the format', RICH],
  ['an empty function', functionModule(body([]))],
  ['a guest', await compileGuest(GUEST_FLAVOURS['optimised for size'] ?? [])],
];

/** Accepted by an engine is what this decoder accepts, or refuses by policy; then it can be instrumented. */
function compare(bytes: Uint8Array): void {
  const isValid = WebAssembly.validate(new Uint8Array(bytes));
  const result = inspectModule(bytes);
  if (!result.ok) {
    if (isValid) expect(POLICY).toContain(result.error.code);
    expect(result.error.offset).toBeLessThanOrEqual(bytes.length);
    return;
  }
  const instrumented = instrumentModule(bytes, { fuelExport: '__fuel', startFuel: 1n });
  if (!instrumented.ok) throw new Error(instrumented.error.message);
  expect(WebAssembly.validate(new Uint8Array(instrumented.value.wasm))).toBe(isValid);
}

describe.each(MODULES)('%s', (_name, bytes) => {
  it('is accepted whole', () => {
    expect(inspectModule(bytes).ok).toBe(true);
    compare(bytes);
  });

  it('cut at any byte is refused, or is a shorter valid module', () => {
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.slice(0, length);
      expect([length, inspectModule(cut).ok]).toEqual([length, WebAssembly.validate(cut)]);
    }
  });

  it('with bytes changed is read as an engine reads it', () => {
    const change = fc.record({ at: fc.nat({ max: bytes.length - 1 }), to: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const changed = bytes.slice();
        for (const { at, to } of changes) changed[at] = to;
        compare(changed);
      }),
      { numRuns: 3_000 },
    );
  });

  it('with bytes cut out or put in is read as an engine reads it', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: bytes.length }),
        fc.nat({ max: 4 }),
        fc.uint8Array({ maxLength: 4 }),
        (at, removed, added) => {
          compare(Uint8Array.from([...bytes.slice(0, at), ...added, ...bytes.slice(at + removed)]));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('random bytes', () => {
  it('behind a header never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        compare(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...bytes]));
      }),
      { numRuns: 2_000 },
    );
  });

  it('in a function body are read as an engine reads them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 255 }), { maxLength: 40 }), (bytes) => {
        // Behind `unreachable` any operands are there, so far more bodies are valid.
        compare(functionModule(body([0, ...bytes], [[1, I32]])));
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('the list of opcodes', () => {
  const IMMEDIATES = [
    [],
    [0],
    [0, 0],
    [0x40, 0x0b],
    [0x40, 5, 0x0b],
    [1, I32],
    [0x70],
    ...lengths(),
  ];

  function lengths(): number[][] {
    return [3, 4, 8, 16].map((length) => Array.from({ length }, () => 0));
  }

  /** Operands of any type are there before, and none is looked at behind. */
  function accepts(opcode: readonly number[], by: (bytes: Uint8Array) => boolean): boolean {
    return IMMEDIATES.some((rest) =>
      by(functionModule(body([0, ...opcode, ...rest, 0], [[1, I32]]))),
    );
  }

  const inOurs = (bytes: Uint8Array) => inspectModule(bytes).ok && WebAssembly.validate(bytes);
  const inEngine = (bytes: Uint8Array) => WebAssembly.validate(bytes);
  const differing = (opcodes: readonly (readonly number[])[]) =>
    opcodes
      .filter((opcode) => accepts(opcode, inEngine) !== accepts(opcode, inOurs))
      .map((opcode) => opcode.map((byte) => byte.toString(16)).join(' '));

  it('holds every opcode of an engine but those of refused features', () => {
    const single = Array.from({ length: 256 }, (_, byte) => [byte]);
    const left = differing(single.filter(([byte]) => byte !== 5 && byte !== 0x0b));
    for (const byte of left) {
      const result = inspectModule(functionModule(body([parseInt(byte, 16), 0, 0])));
      expect([byte, result.ok ? 'ok' : result.error.code]).toEqual([byte, 'unsupported_feature']);
    }
  });

  it('holds exactly the bulk and vector opcodes of an engine', () => {
    expect(differing(Array.from({ length: 64 }, (_, code) => [0xfc, ...u32(code)]))).toEqual([]);
    expect(differing(Array.from({ length: 0x114 }, (_, code) => [0xfd, ...u32(code)]))).toEqual([]);
  });
});
