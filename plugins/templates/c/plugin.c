/* Counts the vowels of a text. */
#include "extism.h"

static int is_vowel(uint8_t byte) {
  switch (byte | 0x20) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
      return 1;
    default:
      return 0;
  }
}

/* {"count":N} */
static extism_text answer(uint32_t count) {
  static const char start[] = "{\"count\":";
  uint8_t *text = extism_reserve(sizeof(start) + 11);
  uint8_t digits[10];
  size_t size = 0;
  int left = 0;
  for (; start[size] != '\0'; size++) text[size] = (uint8_t)start[size];
  do {
    digits[left++] = (uint8_t)('0' + count % 10);
    count /= 10;
  } while (count > 0);
  while (left > 0) text[size++] = digits[--left];
  text[size++] = '}';
  return (extism_text){text, size};
}

EXTISM_EXPORT(count_vowels) {
  extism_text input = extism_input();
  uint32_t count = 0;
  for (size_t at = 0; at < input.size; at++) count += (uint32_t)is_vowel(input.bytes[at]);
  extism_output(answer(count));
  return 0;
}
