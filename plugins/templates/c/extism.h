/* The host functions that a plugin may import, and what moves bytes to and from them. No C library is needed. */
#ifndef EXTISM_H
#define EXTISM_H

#include <stddef.h>
#include <stdint.h>

#define EXTISM_IMPORT(name) __attribute__((import_module("extism:host/env"), import_name(#name)))
/* A function of the plugin: `EXTISM_EXPORT(greet) { … return 0; }` */
#define EXTISM_EXPORT(name) __attribute__((export_name(#name))) int32_t name(void)

/* A block of the host's memory: a number, not an address in ours. 0 is none. */
typedef uint64_t extism_block;

EXTISM_IMPORT(input_length) uint64_t extism_input_length(void);
EXTISM_IMPORT(input_load_u8) uint32_t extism_input_load_u8(uint64_t at);
EXTISM_IMPORT(input_load_u64) uint64_t extism_input_load_u64(uint64_t at);
EXTISM_IMPORT(input_offset) extism_block extism_input_offset(void);
EXTISM_IMPORT(alloc) extism_block extism_alloc(uint64_t size);
EXTISM_IMPORT(free) void extism_free(extism_block block);
EXTISM_IMPORT(length) uint64_t extism_length(extism_block block);
EXTISM_IMPORT(load_u8) uint32_t extism_load_u8(uint64_t at);
EXTISM_IMPORT(load_u64) uint64_t extism_load_u64(uint64_t at);
EXTISM_IMPORT(store_u8) void extism_store_u8(uint64_t at, uint32_t byte);
EXTISM_IMPORT(store_u64) void extism_store_u64(uint64_t at, uint64_t word);
EXTISM_IMPORT(output_set) void extism_output_set(extism_block block, uint64_t size);
EXTISM_IMPORT(error_set) void extism_error_set(extism_block message);
EXTISM_IMPORT(config_get) extism_block extism_config_get(extism_block key);
EXTISM_IMPORT(var_get) extism_block extism_var_get(extism_block key);
EXTISM_IMPORT(var_set) void extism_var_set(extism_block key, extism_block value);
EXTISM_IMPORT(http_request) extism_block extism_http_request(extism_block request, extism_block body);
EXTISM_IMPORT(http_status_code) int32_t extism_http_status_code(void);
EXTISM_IMPORT(http_headers) extism_block extism_http_headers(void);
EXTISM_IMPORT(get_log_level) int32_t extism_get_log_level(void);
EXTISM_IMPORT(log_trace) void extism_log_trace(extism_block message);
EXTISM_IMPORT(log_debug) void extism_log_debug(extism_block message);
EXTISM_IMPORT(log_info) void extism_log_info(extism_block message);
EXTISM_IMPORT(log_warn) void extism_log_warn(extism_block message);
EXTISM_IMPORT(log_error) void extism_log_error(extism_block message);

typedef struct {
  const uint8_t *bytes;
  size_t size;
} extism_text;

#define EXTISM_TEXT(literal) ((extism_text){(const uint8_t *)(literal), sizeof(literal) - 1})

extern uint8_t __heap_base;
static uint8_t *extism_top = &__heap_base;

/* Memory that is never given back: every call has a fresh instance. Traps when there is none. */
static void *extism_reserve(size_t size) {
  uint8_t *start = (uint8_t *)(((uintptr_t)extism_top + 15) & ~(uintptr_t)15);
  uintptr_t end = (uintptr_t)start + size;
  uintptr_t have = __builtin_wasm_memory_size(0) << 16;
  if (end < size) __builtin_trap();
  if (end > have && __builtin_wasm_memory_grow(0, (end - have + 65535) >> 16) == (size_t)-1) {
    __builtin_trap();
  }
  extism_top = (uint8_t *)end;
  return start;
}

static inline extism_text extism_input(void) {
  size_t size = (size_t)extism_input_length();
  uint8_t *bytes = extism_reserve(size);
  size_t at = 0;
  for (; at + 8 <= size; at += 8) *(uint64_t *)(bytes + at) = extism_input_load_u64(at);
  for (; at < size; at++) bytes[at] = (uint8_t)extism_input_load_u8(at);
  return (extism_text){bytes, size};
}

static inline extism_block extism_store(extism_text text) {
  extism_block block = extism_alloc(text.size);
  size_t at = 0;
  for (; at + 8 <= text.size; at += 8) {
    uint64_t word;
    __builtin_memcpy(&word, text.bytes + at, 8);
    extism_store_u64(block + at, word);
  }
  for (; at < text.size; at++) extism_store_u8(block + at, text.bytes[at]);
  return block;
}

static inline extism_text extism_load(extism_block block) {
  size_t size = block == 0 ? 0 : (size_t)extism_length(block);
  uint8_t *bytes = extism_reserve(size);
  size_t at = 0;
  for (; at + 8 <= size; at += 8) *(uint64_t *)(bytes + at) = extism_load_u64(block + at);
  for (; at < size; at++) bytes[at] = (uint8_t)extism_load_u8(block + at);
  return (extism_text){bytes, size};
}

static inline void extism_output(extism_text text) {
  extism_output_set(extism_store(text), text.size);
}

/* Ends a function with an error: `return extism_fail(EXTISM_TEXT("…"));` */
static inline int32_t extism_fail(extism_text message) {
  extism_error_set(extism_store(message));
  return 1;
}

#endif
