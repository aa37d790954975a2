/** Chance that can be repeated: everything a generator draws comes from one seed. */

export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from 0, below `end`. */
  below(end: number): number;
  /** A whole number, both bounds included. */
  between(low: number, high: number): number;
  chance(share: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Between none and `most`, few more often than many. */
  some<T>(most: number, make: (index: number) => T): T[];
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    chance: (share) => next() < share,
    pick: (items) => items[below(items.length)]!,
    some: (most, make) =>
      Array.from({ length: Math.floor(next() * next() * (most + 1)) }, (_, index) => make(index)),
  };
}

/** Far apart for neighbours, so that the input of one index tells nothing of the next. */
export function seedOf(seed: number, index: number): number {
  let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

export type Choice<T> = readonly [weight: number, make: () => T];

/** Makes one of the choices, in proportion to their weights. */
export function choose<T>(random: Random, choices: readonly Choice<T>[]): T {
  let left = random.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of choices) {
    left -= weight;
    if (left < 0) return make();
  }
  return choices[0]![1]();
}
