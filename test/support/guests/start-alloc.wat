;; Passes a limit of the host before there is an instance.
(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (func $start (drop (call $alloc (i64.const -1))))
  (start $start)
  (func (export "run") (result i32) (i32.const 0)))
