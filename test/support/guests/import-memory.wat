(module (import "extism:host/env" "alloc" (memory 1)) (func (export "run") (result i32) (i32.const 0)))
