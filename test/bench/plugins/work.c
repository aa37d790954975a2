/* Work of everyday kinds without a library: sorting, counting words in a table, multiplying matrices, reading JSON. */
#define EXPORT(name) __attribute__((export_name(#name)))

typedef unsigned int u32;

static u32 numbers[20000];
static char text[65536];
static u32 table[4096];
static double a[64][64], b[64][64], c[64][64];

static u32 seed;
static u32 next(void) {
  seed = seed * 1664525u + 1013904223u;
  return seed >> 8;
}

static void sort_range(u32 *from, u32 *to) {
  while (to - from > 1) {
    u32 pivot = from[(to - from) / 2], *low = from, *high = to - 1;
    while (low <= high) {
      while (*low < pivot) low++;
      while (*high > pivot) high--;
      if (low > high) break;
      u32 kept = *low;
      *low++ = *high;
      *high-- = kept;
    }
    if (high + 1 - from < to - low) {
      sort_range(from, high + 1);
      from = low;
    } else {
      sort_range(low, to);
      to = high + 1;
    }
  }
}

EXPORT(sorted) u32 sorted(u32 count) {
  seed = count;
  for (u32 i = 0; i < count; i++) numbers[i] = next();
  sort_range(numbers, numbers + count);
  u32 hash = 0;
  for (u32 i = 0; i < count; i++) hash = hash * 31 + numbers[i];
  return hash;
}

EXPORT(words) u32 words(u32 size) {
  seed = size;
  for (u32 i = 0; i < size; i++) text[i] = next() % 6 == 0 ? ' ' : 'a' + next() % 4;
  for (u32 i = 0; i < 4096; i++) table[i] = 0;
  u32 hash = 2166136261u, distinct = 0;
  for (u32 i = 0; i < size; i++) {
    if (text[i] != ' ') {
      hash = (hash ^ (u32)text[i]) * 16777619u;
      continue;
    }
    if (table[hash & 4095]++ == 0) distinct++;
    hash = 2166136261u;
  }
  return distinct;
}

EXPORT(matrix) double matrix(u32 size) {
  for (u32 i = 0; i < size; i++)
    for (u32 j = 0; j < size; j++) {
      a[i][j] = i + j;
      b[i][j] = (double)i - j;
    }
  for (u32 i = 0; i < size; i++)
    for (u32 j = 0; j < size; j++) {
      double sum = 0;
      for (u32 k = 0; k < size; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  return c[size - 1][size / 2];
}

static u32 read_value(const char *at, u32 i, u32 depth) {
  u32 start = i;
  switch (at[i]) {
    case '[':
      do i += read_value(at, i + 1, depth + 1) + 1;
      while (at[i] == ',');
      return i + 1 - start;
    case '"':
      do i++;
      while (at[i] != '"');
      return i + 1 - start;
    default:
      while (at[i] >= '0' && at[i] <= '9') i++;
      return i - start;
  }
}

EXPORT(json) u32 json(u32 items) {
  u32 i = 0;
  text[i++] = '[';
  for (u32 item = 0; item < items; item++) {
    if (item > 0) text[i++] = ',';
    const char *value = item % 3 == 0 ? "12345" : item % 3 == 1 ? "\"a word or two\"" : "[1,\"x\",[22]]";
    while (*value) text[i++] = *value++;
  }
  text[i++] = ']';
  u32 total = 0;
  for (u32 round = 0; round < 8; round++) total += read_value(text, 0, 0);
  return total;
}
