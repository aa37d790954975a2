;; Touches all the memory that a module may have.
(module
  (memory (export "memory") 1024 1024)
  (func (export "touch") (result i32)
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 67108863)) (i32.const 0)))
