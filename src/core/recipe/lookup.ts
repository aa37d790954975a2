/** Finds a definition by its dotted path: exact, namespace, file stem, then one level under a wrapper. */
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { parseWholeReference, stepInto, wrappersOf } from './reference-text.ts';

export interface Scopes {
  readonly root: JsonObject;
  readonly namespaces: ReadonlyMap<string, JsonObject>;
  readonly stems: ReadonlyMap<string, readonly JsonObject[]>;
}

export interface Hit {
  /** Names the place: two hits of one key are the same definition. */
  readonly key: string;
  readonly value: JsonValue;
}

export type Lookup =
  | { readonly type: 'found'; readonly hit: Hit }
  | { readonly type: 'missing' }
  | { readonly type: 'ambiguous'; readonly candidates: readonly string[] };

/** Follows references and merges at the top of a value, so that a path can pass through them. */
export type Shallow = (value: JsonValue) => JsonValue;

export function lookUp(scopes: Scopes, path: readonly string[], shallow: Shallow): Lookup {
  const exact = walk(scopes.root, path, shallow);
  if (exact !== undefined) return found(path.join('.'), exact);
  const [first = '', ...rest] = path;
  const space = scopes.namespaces.get(first);
  const inSpace = space === undefined ? undefined : within(space, rest, first, shallow);
  if (inSpace !== undefined) return inSpace;
  const trees = scopes.stems.get(first) ?? [];
  const hits = trees.flatMap((tree, index) => {
    const hit = within(tree, rest, `${first}#${index + 1}`, shallow);
    return hit === undefined ? [] : [hit];
  });
  if (hits.length > 0) return oneOf(hits);
  return underWrapper(scopes.root, path, '', shallow) ?? { type: 'missing' };
}

/** For values that only a run knows: `models.fast` in the definitions of a plan. */
export function findDefinition(definitions: JsonObject, path: string): JsonValue | undefined {
  const whole = parseWholeReference(path.startsWith('@') ? path : `@${path}`);
  if (whole?.subscripts === undefined) return undefined;
  // a plan does not tell namespaces from definitions, so every map may be one
  const spaces = Object.entries(definitions).filter((entry) => isJsonObject(entry[1]));
  const namespaces = new Map(spaces as [string, JsonObject][]);
  const scopes = { root: definitions, namespaces, stems: new Map() };
  const result = lookUp(scopes, whole.path, (value) => value);
  if (result.type !== 'found') return undefined;
  return whole.subscripts.reduce<JsonValue | undefined>(stepInto, result.hit.value);
}

function within(
  tree: JsonObject,
  rest: readonly string[],
  key: string,
  shallow: Shallow,
): Lookup | undefined {
  if (rest.length === 0) return found(key, tree);
  const exact = walk(tree, rest, shallow);
  if (exact !== undefined) return found(`${key}.${rest.join('.')}`, exact);
  return underWrapper(tree, rest, `${key}.`, shallow);
}

function underWrapper(
  tree: JsonObject,
  path: readonly string[],
  prefix: string,
  shallow: Shallow,
): Lookup | undefined {
  const hits = wrappersOf(tree).flatMap(([name, inner]) => {
    const value = walk(inner, path, shallow);
    return value === undefined ? [] : [found(`${prefix}${name}.${path.join('.')}`, value)];
  });
  return hits.length === 0 ? undefined : oneOf(hits);
}

function oneOf(hits: readonly Lookup[]): Lookup {
  const [first] = hits;
  if (hits.length === 1 && first !== undefined) return first;
  const candidates = hits.flatMap((hit) =>
    hit.type === 'found' ? [hit.hit.key] : hit.type === 'ambiguous' ? hit.candidates : [],
  );
  return { type: 'ambiguous', candidates };
}

function found(key: string, value: JsonValue): Lookup {
  return { type: 'found', hit: { key, value } };
}

function walk(tree: JsonValue, path: readonly string[], shallow: Shallow): JsonValue | undefined {
  let value: JsonValue | undefined = tree;
  for (const part of path) {
    if (value === undefined) return undefined;
    const here = shallow(value);
    if (isJsonObject(here)) value = ownProperty(here, part);
    else if (isJsonArray(here) && /^\d{1,6}$/.test(part)) value = here[Number(part)];
    else return undefined;
  }
  return value;
}
