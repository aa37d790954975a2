(module (import "extism:host/env" "__proto__" (func)) (func (export "run") (result i32) (i32.const 0)))
