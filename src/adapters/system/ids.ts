/** Ids that grow with time, and chance. */
import { monotonicFactory } from 'ulid';
import type { Ids } from '../../runtime/ports.ts';

/** An id takes 16 words, and each call of the platform's generator costs more than the words do. */
const WORDS = 256;

/** Chance is from the platform's generator: ids are also what keeps one caller from guessing another's. */
export function createIds(): Ids {
  const words = new Uint32Array(WORDS);
  let at = WORDS;
  const random = (): number => {
    if (at === WORDS) {
      crypto.getRandomValues(words);
      at = 0;
    }
    const word = words[at] ?? 0;
    at += 1;
    return word / 2 ** 32;
  };
  const ulid = monotonicFactory(random);
  return { next: (prefix) => `${prefix}_${ulid()}`, random };
}
