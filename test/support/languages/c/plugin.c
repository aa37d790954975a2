/* What the modules of Extism's own corpus do, in C: the same host functions, used the same way. */
#include "extism.h"

static extism_text joined(extism_text a, extism_text b) {
  uint8_t *bytes = extism_reserve(a.size + b.size);
  for (size_t at = 0; at < a.size; at++) bytes[at] = a.bytes[at];
  for (size_t at = 0; at < b.size; at++) bytes[a.size + at] = b.bytes[at];
  return (extism_text){bytes, a.size + b.size};
}

static extism_text number(uint64_t value) {
  uint8_t *bytes = extism_reserve(20);
  size_t at = 20;
  do {
    bytes[--at] = (uint8_t)('0' + value % 10);
    value /= 10;
  } while (value > 0);
  return (extism_text){bytes + at, 20 - at};
}

static uint64_t value_of(extism_text text) {
  uint64_t value = 0;
  for (size_t at = 0; at < text.size; at++) value = value * 10 + (text.bytes[at] - '0');
  return value;
}

static int holds(extism_text text, uint8_t byte) {
  for (size_t at = 0; at < text.size; at++) {
    if (text.bytes[at] == byte) return 1;
  }
  return 0;
}

EXTISM_EXPORT(count_vowels) {
  extism_block given = extism_config_get(extism_store(EXTISM_TEXT("vowels")));
  extism_text vowels = given == 0 ? EXTISM_TEXT("aeiouAEIOU") : extism_load(given);
  extism_text input = extism_input();
  uint64_t count = 0;
  for (size_t at = 0; at < input.size; at++) count += (uint64_t)holds(vowels, input.bytes[at]);
  extism_block key = extism_store(EXTISM_TEXT("total"));
  uint64_t total = value_of(extism_load(extism_var_get(key))) + count;
  extism_var_set(key, extism_store(number(total)));
  extism_text answer = joined(EXTISM_TEXT("{\"count\":"), number(count));
  answer = joined(answer, EXTISM_TEXT(",\"total\":"));
  answer = joined(answer, number(value_of(extism_load(extism_var_get(key)))));
  answer = joined(answer, joined(EXTISM_TEXT(",\"vowels\":\""), vowels));
  extism_output(joined(answer, EXTISM_TEXT("\"}")));
  return 0;
}

EXTISM_EXPORT(hello) {
  extism_output(EXTISM_TEXT("Hello, world!"));
  return 0;
}

EXTISM_EXPORT(setting) {
  extism_text value = extism_load(extism_config_get(extism_store(extism_input())));
  extism_output(joined(EXTISM_TEXT("setting: "), value));
  return 0;
}

EXTISM_EXPORT(fail) { return extism_fail(EXTISM_TEXT("Some error message")); }

EXTISM_EXPORT(log_all) {
  extism_log_debug(extism_store(EXTISM_TEXT("this is a debug log")));
  extism_log_info(extism_store(EXTISM_TEXT("this is an info log")));
  extism_log_warn(extism_store(EXTISM_TEXT("this is a warn log")));
  extism_log_error(extism_store(EXTISM_TEXT("this is an error log")));
  return 0;
}

EXTISM_EXPORT(variables) {
  extism_block key = extism_store(EXTISM_TEXT("a"));
  extism_text before = extism_load(extism_var_get(key));
  extism_var_set(key, extism_store(extism_input()));
  extism_text after = extism_load(extism_var_get(key));
  extism_var_set(key, 0);
  extism_text last = extism_load(extism_var_get(key));
  extism_output(joined(joined(before, EXTISM_TEXT("<")), joined(after, joined(EXTISM_TEXT(">"), last))));
  return 0;
}

EXTISM_EXPORT(allocate) {
  for (uint64_t size = 0; size < 5000; size++) extism_free(extism_alloc(size));
  return 0;
}

/* As the corpus' echo: the output is set before it is written. */
EXTISM_EXPORT(echo) {
  extism_text input = extism_input();
  extism_block block = extism_alloc(input.size);
  extism_output_set(block, input.size);
  for (size_t at = 0; at < input.size; at++) extism_store_u8(block + at, input.bytes[at]);
  return 0;
}

EXTISM_EXPORT(http_get) {
  extism_block body = extism_http_request(extism_store(extism_input()), 0);
  extism_text status = number((uint64_t)extism_http_status_code());
  extism_output(joined(joined(status, EXTISM_TEXT(" ")), extism_load(body)));
  return 0;
}

EXTISM_EXPORT(loop_forever) {
  volatile uint32_t turns = 0;
  for (;;) turns++;
  return 0;
}
