/** How long a text takes to read. */

/** Silent reading of plain prose, in words and in Han characters a minute. */
const WORDS_PER_MINUTE: f64 = 200;
const CHARACTERS_PER_MINUTE: f64 = 400;

export function readingMinutes(spacedWords: f64, spacelessWords: f64): f64 {
  return spacedWords / WORDS_PER_MINUTE + spacelessWords / CHARACTERS_PER_MINUTE;
}
