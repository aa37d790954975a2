;; Counts its fuel as an instrumented module does: takes some, and ends when none is left.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "free" (func $free (param i64)))
  (import "extism:host/env" "load_u8" (func $load_u8 (param i64) (result i32)))
  (import "extism:host/env" "log_error" (func $log_error (param i64)))
  (global $fuel (export "__fuel") (mut i64) (i64.const 50000000))
  (func $spend (param $units i64)
    (global.set $fuel (i64.sub (global.get $fuel) (local.get $units)))
    (if (i64.lt_s (global.get $fuel) (i64.const 0)) (then (unreachable))))
  (func (export "_initialize") (call $spend (i64.const 1000)))
  (func (export "little") (result i32) (call $spend (i64.const 234)) (i32.const 0))
  (func (export "spin") (result i32) (loop $again (call $spend (i64.const 1000)) (br $again)) (i32.const 0))
  (func (export "trap") (result i32) (call $spend (i64.const 10)) (unreachable))
  ;; Spends its fuel in host functions alone.
  (func (export "host_work") (result i32)
    (loop $again (call $free (call $alloc (i64.const 16000000))) (br $again)) (i32.const 0))
  ;; Each line is long, and longer when it is shown.
  (func (export "log_flood") (result i32)
    (local $p i64)
    (local.set $p (call $alloc (i64.const 65536)))
    (loop $again (call $log_error (local.get $p)) (br $again)) (i32.const 0))
  (func (export "loads") (result i32)
    (local $p i64)
    (local.set $p (call $alloc (i64.const 8)))
    (loop $again (drop (call $load_u8 (local.get $p))) (br $again)) (i32.const 0))
  ;; Keeps on after a host function has refused: the fuel is gone by then.
  (func (export "bad_pointer") (result i32) (call $load_u8 (i64.const 5))))
