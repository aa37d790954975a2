/** Ids that grow with time, and chance. */
import { monotonicFactory } from 'ulid';
import type { Ids } from '../../runtime/ports.ts';

export function createIds(): Ids {
  const ulid = monotonicFactory(random);
  return { next: (prefix) => `${prefix}_${ulid()}`, random };
}

/** From the platform's generator: ids are also what keeps one caller from guessing another's. */
function random(): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return word / 2 ** 32;
}
