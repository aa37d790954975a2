;; Spins before there is an instance, until what is baked into it is used up.
(module
  (global $fuel (export "__fuel") (mut i64) (i64.const 50000000))
  (func $start
    (loop $again
      (global.set $fuel (i64.sub (global.get $fuel) (i64.const 1000)))
      (if (i64.lt_s (global.get $fuel) (i64.const 0)) (then (unreachable)))
      (br $again)))
  (start $start)
  (func (export "run") (result i32) (i32.const 0)))
