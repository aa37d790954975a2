;; Set up by `_initialize`; `_start` is not called when that is there.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (global $state (mut i32) (i32.const 48))
  (func (export "_initialize") (global.set $state (i32.add (global.get $state) (i32.const 1))))
  (func (export "_start") (unreachable))
  (func (export "state") (result i32)
    (local $p i64)
    (local.set $p (call $alloc (i64.const 1)))
    (call $store_u8 (local.get $p) (global.get $state))
    (call $output_set (local.get $p) (i64.const 1))
    (i32.const 0)))
