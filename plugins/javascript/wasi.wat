;; Binds what the engine asks of WASI to the driver.
(module
  (import "env" "engine_clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (import "env" "engine_random_get" (func $random_get (param i32 i32) (result i32)))
  (import "env" "engine_fd_close" (func $fd_close (param i32) (result i32)))
  (import "env" "engine_fd_fdstat_get" (func $fd_fdstat_get (param i32 i32) (result i32)))
  (import "env" "engine_fd_seek" (func $fd_seek (param i32 i64 i32 i32) (result i32)))
  (import "env" "engine_fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (export "clock_time_get" (func $clock_time_get))
  (export "random_get" (func $random_get))
  (export "fd_close" (func $fd_close))
  (export "fd_fdstat_get" (func $fd_fdstat_get))
  (export "fd_seek" (func $fd_seek))
  (export "fd_write" (func $fd_write)))
