(module (import "extism:host/env" "no_such_thing" (func)) (func (export "run") (result i32) (i32.const 0)))
