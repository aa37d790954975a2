;; Joins the QuickJS engine with the host functions of a plugin. Nearly all that an author meets is in
;; prelude.js; here is what moves bytes, which JavaScript alone cannot.
(module
  (import "engine" "memory" (memory 1))
  (import "engine" "_initialize" (func $initialize))
  (import "engine" "qjs_init" (func $init (result i32)))
  (import "engine" "wasm_malloc" (func $malloc (param i32) (result i32)))
  (import "engine" "wasm_free" (func $free (param i32)))
  (import "engine" "qjs_eval" (func $eval (param i32 i32 i32 i32) (result i32)))
  (import "engine" "qjs_call" (func $call (param i32 i32 i32 i32) (result i32)))
  (import "engine" "qjs_execute_pending_job" (func $execute_job (result i32)))
  (import "engine" "qjs_get_global" (func $get_global (result i32)))
  (import "engine" "qjs_get_undefined" (func $undefined (result i32)))
  (import "engine" "qjs_get_null" (func $null (result i32)))
  (import "engine" "qjs_get_float64" (func $float (param i32) (result f64)))
  (import "engine" "qjs_get_string_len" (func $chars (param i32 i32) (result i32)))
  (import "engine" "qjs_free_cstring" (func $free_chars (param i32)))
  (import "engine" "qjs_get_array_buffer" (func $buffer (param i32 i32) (result i32)))
  (import "engine" "qjs_new_number" (func $new_number (param f64) (result i32)))
  (import "engine" "qjs_new_string" (func $new_string (param i32 i32) (result i32)))
  (import "engine" "qjs_new_array_buffer" (func $new_buffer (param i32 i32) (result i32)))
  (import "engine" "qjs_new_host_function" (func $new_function (param i32 i32 i32) (result i32)))
  (import "engine" "qjs_set_prop_string" (func $set_property (param i32 i32 i32) (result i32)))
  (import "engine" "qjs_free_value" (func $free_value (param i32)))
  (import "engine" "qjs_is_exception" (func $is_exception (param i32) (result i32)))
  (import "engine" "qjs_get_exception" (func $get_exception (result i32)))

  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/env" "input_load_u8" (func $input_byte (param i64) (result i32)))
  (import "extism:host/env" "input_load_u64" (func $input_word (param i64) (result i64)))
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "free" (func $free_block (param i64)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "extism:host/env" "load_u8" (func $load_byte (param i64) (result i32)))
  (import "extism:host/env" "load_u64" (func $load_word (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store_byte (param i64 i32)))
  (import "extism:host/env" "store_u64" (func $store_word (param i64 i64)))
  (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
  (import "extism:host/env" "error_set" (func $error_set (param i64)))
  (import "extism:host/env" "config_get" (func $config_get (param i64) (result i64)))
  (import "extism:host/env" "var_get" (func $var_get (param i64) (result i64)))
  (import "extism:host/env" "var_set" (func $var_set (param i64 i64)))
  (import "extism:host/env" "log_trace" (func $log_trace (param i64)))
  (import "extism:host/env" "log_debug" (func $log_debug (param i64)))
  (import "extism:host/env" "log_info" (func $log_info (param i64)))
  (import "extism:host/env" "log_warn" (func $log_warn (param i64)))
  (import "extism:host/env" "log_error" (func $log_error (param i64)))
  (import "extism:host/env" "http_request" (func $http_request (param i64 i64) (result i64)))
  (import "extism:host/env" "http_status_code" (func $http_status (result i32)))
  (import "extism:host/env" "http_headers" (func $http_headers (result i64)))

  ;; The build gives them their real name once the engine's own are bound to what is below.
  (import "wasi_snapshot_previewX" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_previewX" "random_get" (func $random (param i32 i32) (result i32)))

  ;; What the build evaluates into the snapshot: names and the prelude's text.
  (data $names "@NAMES@")
  (data $prelude "@PRELUDE@")

  ;; The prelude's function, and room for two numbers that the engine writes.
  (global $main (mut i32) (i32.const 0))
  (global $scratch (mut i32) (i32.const 0))
  ;; What the packer put behind the memory: a description, then the author's text with a nought behind it.
  (global $head (mut i32) (i32.const 0))
  (global $head_size (mut i32) (i32.const 0))
  (global $source_size (mut i32) (i32.const 0))
  (global $file_name (mut i32) (i32.const 0))
  ;; Bytes of a JavaScript value, or of a copy of what the host gave.
  (global $at (mut i32) (i32.const 0))
  (global $size (mut i32) (i32.const 0))

  (func $reserve (param $size i32) (result i32) (local $at i32)
    (local.set $at (call $malloc (i32.add (local.get $size) (i32.const 8))))
    (if (i32.eqz (local.get $at)) (then (unreachable)))
    (local.get $at))

  ;; Copies a value's bytes into a block: of a string, or of an ArrayBuffer. 0 for undefined and null.
  (func $block_of (param $value i32) (param $is_text i32) (result i64)
    (local $block i64) (local $chars i32) (local $i i32)
    (if (local.get $is_text)
      (then
        (global.set $at (local.tee $chars (call $chars (local.get $value) (global.get $scratch)))))
      (else
        (global.set $at (call $buffer (local.get $value) (global.get $scratch)))))
    (global.set $size (i32.load (global.get $scratch)))
    (local.set $block (call $alloc (i64.extend_i32_u (global.get $size))))
    (block $words_done
      (loop $words
        (br_if $words_done (i32.gt_u (i32.add (local.get $i) (i32.const 8)) (global.get $size)))
        (call $store_word
          (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))
          (i64.load align=1 (i32.add (global.get $at) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 8)))
        (br $words)))
    (block $bytes_done
      (loop $bytes
        (br_if $bytes_done (i32.ge_u (local.get $i) (global.get $size)))
        (call $store_byte
          (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))
          (i32.load8_u (i32.add (global.get $at) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $bytes)))
    (if (local.get $chars) (then (call $free_chars (local.get $chars))))
    (local.get $block))

  (func $take_input (local $i i32)
    (global.set $size (i32.wrap_i64 (call $input_length)))
    (global.set $at (call $reserve (global.get $size)))
    (block $words_done
      (loop $words
        (br_if $words_done (i32.gt_u (i32.add (local.get $i) (i32.const 8)) (global.get $size)))
        (i64.store align=1 (i32.add (global.get $at) (local.get $i))
          (call $input_word (i64.extend_i32_u (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 8)))
        (br $words)))
    (block $bytes_done
      (loop $bytes
        (br_if $bytes_done (i32.ge_u (local.get $i) (global.get $size)))
        (i32.store8 (i32.add (global.get $at) (local.get $i))
          (call $input_byte (i64.extend_i32_u (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $bytes))))

  (func $take_block (param $block i64) (local $i i32)
    (global.set $size (i32.wrap_i64 (call $length (local.get $block))))
    (global.set $at (call $reserve (global.get $size)))
    (block $words_done
      (loop $words
        (br_if $words_done (i32.gt_u (i32.add (local.get $i) (i32.const 8)) (global.get $size)))
        (i64.store align=1 (i32.add (global.get $at) (local.get $i))
          (call $load_word (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))))
        (local.set $i (i32.add (local.get $i) (i32.const 8)))
        (br $words)))
    (block $bytes_done
      (loop $bytes
        (br_if $bytes_done (i32.ge_u (local.get $i) (global.get $size)))
        (i32.store8 (i32.add (global.get $at) (local.get $i))
          (call $load_byte (i64.add (local.get $block) (i64.extend_i32_u (local.get $i)))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $bytes)))
    (call $free_block (local.get $block)))

  ;; What was taken, as a value; the copy is given back.
  (func $taken (param $as_text i32) (result i32) (local $value i32)
    (local.set $value
      (if (result i32) (local.get $as_text)
        (then (call $new_string (global.get $at) (global.get $size)))
        (else (call $new_buffer (global.get $at) (global.get $size)))))
    (call $free (global.get $at))
    (local.get $value))

  (func $value_of (param $block i64) (param $as_text i32) (result i32)
    (if (i64.eqz (local.get $block)) (then (return (call $null))))
    (call $take_block (local.get $block))
    (call $taken (local.get $as_text)))

  (func $argument (param $arguments i32) (param $index i32) (result i32)
    (i32.load (i32.add (local.get $arguments) (i32.shl (local.get $index) (i32.const 2)))))

  (func $log (param $level i32) (param $block i64)
    (block $error (block $warn (block $info (block $debug (block $trace
      (br_table $trace $debug $info $warn $error (local.get $level)))
      (call $log_trace (local.get $block)) (return))
      (call $log_debug (local.get $block)) (return))
      (call $log_info (local.get $block)) (return))
      (call $log_warn (local.get $block)) (return))
    (call $log_error (local.get $block)))

  ;; host(operation, …): the numbers are those of OPERATION in prelude.js. An answer of 0 throws.
  (func (export "host_call")
    (param $name i32) (param $name_size i32) (param $this i32) (param $count i32) (param $arguments i32)
    (result i32)
    (local $a i32) (local $b i32) (local $block i64) (local $value i32)
    (local.set $a (call $argument (local.get $arguments) (i32.const 1)))
    (local.set $b (call $argument (local.get $arguments) (i32.const 2)))
    (block $done
      (block $encode (block $decode (block $random (block $head (block $evaluate (block $error
      (block $http_headers (block $http_status (block $http (block $log (block $var_delete
      (block $var_set (block $var_get (block $config (block $output_bytes (block $output_text
      (block $input_bytes (block $input_text
        (br_table
          $input_text $input_bytes $output_text $output_bytes $config $var_get $var_set $var_delete
          $log $http $http_status $http_headers $error $evaluate $head $random $decode $encode $done
          (i32.trunc_sat_f64_u (call $float (call $argument (local.get $arguments) (i32.const 0))))))
      ;; input_text
        (call $take_input) (return (call $taken (i32.const 1))))
      ;; input_bytes
        (call $take_input) (return (call $taken (i32.const 0))))
      ;; output_text
        (local.set $block (call $block_of (local.get $a) (i32.const 1)))
        (call $output_set (local.get $block) (i64.extend_i32_u (global.get $size)))
        (call $free_block (local.get $block)) (br $done))
      ;; output_bytes
        (local.set $block (call $block_of (local.get $a) (i32.const 0)))
        (call $output_set (local.get $block) (i64.extend_i32_u (global.get $size)))
        (call $free_block (local.get $block)) (br $done))
      ;; config
        (local.set $block (call $block_of (local.get $a) (i32.const 1)))
        (return (call $value_of (call $config_get (local.get $block)) (i32.const 1))))
      ;; var_get
        (local.set $block (call $block_of (local.get $a) (i32.const 1)))
        (return (call $value_of (call $var_get (local.get $block)) (i32.const 0))))
      ;; var_set
        (local.set $block (call $block_of (local.get $a) (i32.const 1)))
        (call $var_set (local.get $block) (call $block_of (local.get $b) (i32.const 0))) (br $done))
      ;; var_delete
        (local.set $block (call $block_of (local.get $a) (i32.const 1)))
        (call $var_set (local.get $block) (i64.const 0)) (br $done))
      ;; log
        (local.set $block (call $block_of (local.get $b) (i32.const 1)))
        (call $log (i32.trunc_sat_f64_u (call $float (local.get $a))) (local.get $block))
        (call $free_block (local.get $block)) (br $done))
      ;; http
        (local.set $block (call $block_of (local.get $a) (i32.const 1)))
        (return (call $value_of
          (call $http_request (local.get $block)
            (if (result i64) (i32.gt_u (local.get $count) (i32.const 2))
              (then (call $block_of (local.get $b) (i32.const 0)))
              (else (i64.const 0))))
          (i32.const 0))))
      ;; http_status
        (return (call $new_number (f64.convert_i32_u (call $http_status)))))
      ;; http_headers
        (return (call $value_of (call $http_headers) (i32.const 1))))
      ;; error
        (call $error_set (call $block_of (local.get $a) (i32.const 1))) (br $done))
      ;; evaluate
        (local.set $value (call $eval
          (i32.add (global.get $head) (global.get $head_size)) (global.get $source_size)
          (global.get $file_name) (i32.trunc_sat_f64_u (call $float (local.get $a)))))
        (if (call $is_exception (local.get $value)) (then (return (i32.const 0))))
        (return (local.get $value)))
      ;; head
        (return (call $new_string (global.get $head) (global.get $head_size))))
      ;; random
        (global.set $size (i32.trunc_sat_f64_u (call $float (local.get $a))))
        (global.set $at (call $reserve (global.get $size)))
        (drop (call $random (global.get $at) (global.get $size)))
        (return (call $taken (i32.const 0))))
      ;; decode
        (local.set $value (call $buffer (local.get $a) (global.get $scratch)))
        (return (call $new_string (local.get $value) (i32.load (global.get $scratch)))))
      ;; encode
        (local.set $value (call $chars (local.get $a) (global.get $scratch)))
        (local.set $a (call $new_buffer (local.get $value) (i32.load (global.get $scratch))))
        (call $free_chars (local.get $value))
        (return (local.get $a)))
    (call $undefined))

  (func (export "host_interrupt") (result i32) (i32.const 0))
  (func (export "host_promise_rejection") (param i32 i32 i32))
  (func (export "host_module_normalize") (param i32 i32) (result i32) (i32.const 0))
  (func (export "host_module_load") (param i32 i32) (result i32) (i32.const 0))
  ;; Everybody is in UTC.
  (func (export "host_get_timezone_offset") (param i32 i32) (result i32) (i32.const 0))

  ;; The engine's own WASI. Before there is a plugin, time stands still, so that each build gives the same bytes.
  (func (export "engine_clock_time_get") (param $id i32) (param $precision i64) (param $out i32) (result i32)
    (if (global.get $head)
      (then (return (call $clock (local.get $id) (local.get $precision) (local.get $out)))))
    (i64.store (local.get $out) (i64.const 0))
    (i32.const 0))
  (func (export "engine_random_get") (param $at i32) (param $size i32) (result i32)
    (if (global.get $head) (then (return (call $random (local.get $at) (local.get $size)))))
    (memory.fill (local.get $at) (i32.const 7) (local.get $size))
    (i32.const 0))
  (func (export "engine_fd_close") (param i32) (result i32) (i32.const 8))
  (func (export "engine_fd_fdstat_get") (param i32 i32) (result i32) (i32.const 8))
  (func (export "engine_fd_seek") (param i32 i64 i32 i32) (result i32) (i32.const 8))
  (func (export "engine_fd_write") (param i32 i32 i32 i32) (result i32) (i32.const 8))

  ;; Run once, when the engine is built.
  (func (export "wizer.initialize") (local $names i32) (local $text i32) (local $global i32)
    (call $initialize)
    (drop (call $init))
    (global.set $scratch (call $reserve (i32.const 16)))
    (local.set $names (call $reserve (i32.const 64)))
    (memory.init $names (local.get $names) (i32.const 0) (i32.const @NAMES_SIZE@))
    (global.set $file_name (i32.add (local.get $names) (i32.const 7)))
    (local.set $global (call $get_global))
    (drop (call $set_property (local.get $global) (local.get $names)
      (call $new_function (local.get $names) (i32.const 6) (i32.const 3))))
    (local.set $text (call $reserve (i32.const @PRELUDE_SIZE@)))
    (memory.init $prelude (local.get $text) (i32.const 0) (i32.const @PRELUDE_SIZE@))
    (i32.store8 (i32.add (local.get $text) (i32.const @PRELUDE_SIZE@)) (i32.const 0))
    (global.set $main (call $eval (local.get $text) (i32.const @PRELUDE_SIZE@)
      (i32.add (local.get $names) (i32.const 17)) (i32.const 0)))
    (call $free (local.get $text))
    (if (call $is_exception (global.get $main)) (then (unreachable))))

  ;; Ends the call with what was thrown and nobody caught: the engine is out of memory.
  (func $fail (result i32)
    (call $error_set (call $block_of (call $get_exception) (i32.const 1)))
    (i32.const -1))

  ;; The prelude's function with a number; below 0 it has thrown.
  (func $step (param $index i32) (result i32) (local $answer i32)
    (i32.store offset=8 (global.get $scratch) (call $new_number (f64.convert_i32_s (local.get $index))))
    (local.set $answer (call $call (global.get $main) (call $undefined) (i32.const 1)
      (i32.add (global.get $scratch) (i32.const 8))))
    (if (call $is_exception (local.get $answer)) (then (return (call $fail))))
    (i32.trunc_sat_f64_s (call $float (local.get $answer))))

  ;; What the packer's exports call: starts the function, lets its promises run, asks what came of it.
  (func (export "__run")
    (param $head i32) (param $head_size i32) (param $source_size i32) (param $index i32) (result i32)
    (local $jobs i32)
    (global.set $head (local.get $head))
    (global.set $head_size (local.get $head_size))
    (global.set $source_size (local.get $source_size))
    (if (i32.lt_s (call $step (local.get $index)) (i32.const 0)) (then (return (i32.const 1))))
    (loop $more
      (br_if $more (i32.gt_s (local.tee $jobs (call $execute_job)) (i32.const 0))))
    (if (i32.lt_s (local.get $jobs) (i32.const 0)) (then (return (call $fail))))
    (call $step (i32.const -1))))
