;; `_start` wants what nobody gives it.
(module (func (export "_start") (param i64)) (func (export "run") (result i32) (i32.const 0)))
