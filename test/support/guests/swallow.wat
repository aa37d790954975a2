;; Catches what host functions throw, which uploads may not do, and goes on.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (import "extism:host/env" "error_set" (func $error_set (param i64)))
  (global $fuel (export "__fuel") (mut i64) (i64.const 50000000))
  (func $pass_a_limit (try (do (drop (call $alloc (i64.const -1)))) (catch_all)))
  (func (export "and_return") (result i32) (call $pass_a_limit) (i32.const 0))
  (func (export "and_fail") (result i32) (call $pass_a_limit) (i32.const 5))
  (func (export "and_trap") (result i32) (call $pass_a_limit) (unreachable))
  (func (export "and_call") (result i32)
    (call $pass_a_limit)
    (try (do (call $output_set (i64.const 0) (i64.const 0))) (catch_all (return (i32.const 0))))
    ;; Not reached: the second call throws as well.
    (loop $ever (br $ever)) (i32.const 0))
  (func (export "and_check_fuel") (result i32)
    (call $pass_a_limit)
    (if (i64.lt_s (global.get $fuel) (i64.const 0)) (then (unreachable)))
    (loop $ever (br $ever)) (i32.const 0)))
