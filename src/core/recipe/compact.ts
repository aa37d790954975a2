/** Drops keys whose value is undefined, so that optional fields are absent and not undefined. */

export type Compact<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

export function compact<T extends object>(object: T): Compact<T> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  // SAFETY: exactly the members that are undefined are gone, which is what Compact says.
  return Object.fromEntries(entries) as Compact<T>;
}
