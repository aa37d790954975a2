;; A fold whose state is what the last step got.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "input_load_u8" (func $input_load_u8 (param i64) (result i32)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (memory 1)
  (data (i32.const 0) "{\"state\":0}")

  ;; The first bytes of memory, the input, and a brace, as wanted.
  (func $answer (param $head i32) (param $input i64) (param $brace i32) (result i32)
    (local $p i64) (local $at i64) (local $i i64)
    (local.set $p (call $alloc (i64.add (i64.extend_i32_u (i32.add (local.get $head) (local.get $brace))) (local.get $input))))
    (local.set $at (local.get $p))
    (block $heads (loop $byte
      (br_if $heads (i64.ge_u (local.get $i) (i64.extend_i32_u (local.get $head))))
      (call $store_u8 (local.get $at) (i32.load8_u (i32.wrap_i64 (local.get $i))))
      (local.set $at (i64.add (local.get $at) (i64.const 1)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br $byte)))
    (local.set $i (i64.const 0))
    (block $inputs (loop $byte
      (br_if $inputs (i64.ge_u (local.get $i) (local.get $input)))
      (call $store_u8 (local.get $at) (call $input_load_u8 (local.get $i)))
      (local.set $at (i64.add (local.get $at) (i64.const 1)))
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (br $byte)))
    (if (local.get $brace) (then
      (call $store_u8 (local.get $at) (i32.const 125))
      (local.set $at (i64.add (local.get $at) (i64.const 1)))))
    (call $output_set (local.get $p) (i64.sub (local.get $at) (local.get $p)))
    (i32.const 0))

  (func (export "keep_init") (result i32) (call $answer (i32.const 11) (i64.const 0) (i32.const 0)))
  (func (export "keep_step") (result i32) (call $answer (i32.const 9) (call $input_length) (i32.const 1)))
  (func (export "keep_finish") (result i32) (call $answer (i32.const 0) (call $input_length) (i32.const 0))))
