/** Lists that are kept in order: where an element belongs is found by halving. */

export type Compare<T> = (a: T, b: T) => number;

/** The first place whose element does not come before `item`. */
export function placeOf<T>(list: readonly T[], item: T, compare: Compare<T>): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = list[middle];
    if (found !== undefined && compare(found, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function insert<T>(list: T[], item: T, compare: Compare<T>): void {
  list.splice(placeOf(list, item, compare), 0, item);
}

/** Whether it was there. `compare` has to tell any two elements apart. */
export function remove<T>(list: T[], item: T, compare: Compare<T>): boolean {
  const place = placeOf(list, item, compare);
  if (list[place] !== item) return false;
  list.splice(place, 1);
  return true;
}
