import { describe, expect, it } from 'vitest';
import { inspectModule } from '../../../src/core/plugin/inspect.ts';
import { custom, moduleOf, wat } from '../../support/wasm/module.ts';

const GUEST = wat(`(module
  (import "extism:host/env" "input_length" (func $len (result i64)))
  (import "extism:host/env" "http_request" (func (param i64 i64) (result i64)))
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2 16)
  (table (export "t") 1 funcref)
  (global (export "g") (mut i32) (i32.const 0))
  (func $run (export "run") (result i32) (i32.wrap_i64 (call $len)))
  (func (export "quiet"))
  (func (export "add") (param i32 i64) (result f64) (f64.const 0))
  (func (export "wide") (result i64) (i64.const 0))
  (func (export "_initialize"))
  (func (export "__wasm_call_ctors"))
  (start 4))`);

describe('inspectModule()', () => {
  it('describes imports, exports, memory and what may be called', () => {
    expect(inspectModule(GUEST)).toEqual({
      ok: true,
      value: {
        size: GUEST.length,
        functions: 6,
        imports: [
          { module: 'extism:host/env', name: 'input_length', kind: 'function' },
          { module: 'extism:host/env', name: 'http_request', kind: 'function' },
          { module: 'wasi_snapshot_preview1', name: 'fd_write', kind: 'function' },
        ],
        exports: [
          { name: 'memory', kind: 'memory' },
          { name: 't', kind: 'table' },
          { name: 'g', kind: 'global' },
          { name: 'run', kind: 'function', params: [], results: ['i32'] },
          { name: 'quiet', kind: 'function', params: [], results: [] },
          { name: 'add', kind: 'function', params: ['i32', 'i64'], results: ['f64'] },
          { name: 'wide', kind: 'function', params: [], results: ['i64'] },
          { name: '_initialize', kind: 'function', params: [], results: [] },
          { name: '__wasm_call_ctors', kind: 'function', params: [], results: [] },
        ],
        callable: ['run', 'quiet'],
        memory: { minPages: 2, maxPages: 16 },
        usesWasi: true,
        usesConfig: false,
        usesHttp: true,
        hasStart: true,
        customSections: [],
      },
    });
  });

  it('describes the empty module', () => {
    expect(inspectModule(moduleOf())).toMatchObject({
      ok: true,
      value: { size: 8, functions: 0, memory: undefined, callable: [], hasStart: false },
    });
  });

  it('places the contents of custom sections', () => {
    const bytes = moduleOf(custom('a', [1, 2, 3]), custom('b'));
    expect(inspectModule(bytes)).toMatchObject({
      ok: true,
      value: {
        customSections: [
          { name: 'a', offset: 12, size: 3 },
          { name: 'b', offset: 19, size: 0 },
        ],
      },
    });
  });
});
