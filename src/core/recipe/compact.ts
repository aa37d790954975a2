/** Drops keys whose value is undefined, so that optional fields are absent and not undefined. */

export type Compact<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** For objects with keys that are written in the code: those of an author may be `__proto__`. */
export function compact<T extends object>(object: T): Compact<T> {
  const result: { [key: string]: unknown } = {};
  for (const [key, value] of Object.entries(object)) if (value !== undefined) result[key] = value;
  // SAFETY: exactly the members that are undefined are gone, which is what Compact says.
  return result as Compact<T>;
}
