/** Counts the vowels of a text. */
export function count_vowels(text) {
  return { count: text.match(/[aeiou]/gi)?.length ?? 0 };
}
