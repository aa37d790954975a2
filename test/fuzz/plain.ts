/** Whether a value is JSON and nothing else, and whether the platform's prototypes are as they were. */

/** Why a value is no plain JSON, with its path; undefined when it is. */
export function notPlain(value: unknown, path = '$', depth = 0): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (typeof value !== 'object') return `${path} is of type ${typeof value}`;
  if (depth > 1000) return `${path} is nested deeper than 1000 levels`;
  const isList = Array.isArray(value);
  if (Object.getPrototypeOf(value) !== (isList ? Array.prototype : Object.prototype))
    return `${path} has a prototype of its own`;
  if (Object.getOwnPropertySymbols(value).length > 0) return `${path} has a symbol as a key`;
  if (isList && Object.keys(value).length !== value.length) return `${path} has holes or more`;
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    if (isList && key === 'length') continue;
    if (!('value' in descriptor) || descriptor.enumerable !== true)
      return `${path}.${key} is no field`;
    const inner: unknown = descriptor.value;
    const why = notPlain(inner, `${path}.${key.slice(0, 40)}`, depth + 1);
    if (why !== undefined) return why;
  }
  return undefined;
}

const WATCHED: readonly (readonly [string, object])[] = [
  ['Object.prototype', Object.prototype],
  ['Array.prototype', Array.prototype],
  ['Function.prototype', Function.prototype],
  ['String.prototype', String.prototype],
  ['Number.prototype', Number.prototype],
  ['Object', Object],
  ['Map.prototype', Map.prototype],
  ['RegExp.prototype', RegExp.prototype],
];

const keysOf = (): readonly string[] =>
  WATCHED.map(([, object]) => Reflect.ownKeys(object).map(String).join());

const BEFORE = keysOf();

/** The first of the platform's own objects with other keys than at the start. */
export function changedPrototype(): string | undefined {
  const now = keysOf();
  const index = now.findIndex((keys, at) => keys !== BEFORE[at]);
  return WATCHED[index]?.[0];
}
