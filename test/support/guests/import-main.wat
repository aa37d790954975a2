;; The SDK calls the module itself "main" and would link it to itself.
(module (import "main" "run" (func)) (func (export "run") (result i32) (i32.const 0)))
