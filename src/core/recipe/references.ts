/**
 * Replaces references by what they name.
 *
 * X1. A value is expanded once; text that a reference brings in is not searched again.
 * X2. Work is bounded by the values and characters that come out, never by how they are nested.
 */
import { isJsonArray, isJsonObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { RecipeCode } from './codes.ts';
import { LIMITS } from './limits.ts';
import { lookUp } from './lookup.ts';
import type { Hit, Lookup, Scopes } from './lookup.ts';
import type { Path } from './path.ts';
import {
  asPlainText,
  isDynamicReference,
  ownNames,
  parseWholeReference,
  splitReferences,
  stepInto,
  templateReferences,
} from './reference-text.ts';
import type { TextPart } from './reference-text.ts';
import type { Report } from './report.ts';
import { keepSecrets } from './secret-text.ts';
import { closest } from './suggest.ts';

export interface Resolver {
  /** The value with every reference replaced; what cannot be found is reported and becomes null. */
  expand(value: JsonValue, path: Path): JsonValue;
  /** First segments of references that only a run can resolve. */
  readonly dynamicRoots: ReadonlySet<string>;
  /** The limit was met, which is reported: the rest is null. */
  readonly isExhausted: boolean;
}

interface Cost {
  values: number;
  chars: number;
}

interface Work {
  readonly scopes: Scopes;
  readonly report: Report;
  /** What the first segment of an embedded reference may be. */
  readonly known: ReadonlySet<string>;
  readonly memo: Map<string, { readonly value: JsonValue; readonly cost: Readonly<Cost> }>;
  readonly told: Set<string>;
  readonly dynamicRoots: Set<string>;
  /** Definitions being expanded, the outermost first. */
  readonly stack: string[];
  readonly spent: Cost;
  level: number;
  lookups: number;
  /** Where in the main text the work is. */
  site: Path;
  isExhausted: boolean;
}

/** Nested calls of `expandAny`, references followed included. */
const MAX_LEVEL = 3 * LIMITS.depth;
/** Values passed through on the way to definitions: merges of merges grow fast. */
const MAX_LOOKUPS = 500_000;

export function createResolver(scopes: Scopes, report: Report): Resolver {
  const work: Work = {
    scopes,
    report,
    known: new Set([...ownNames(scopes.root), ...scopes.namespaces.keys(), ...scopes.stems.keys()]),
    memo: new Map(),
    told: new Set(),
    dynamicRoots: new Set(),
    stack: [],
    spent: { values: 0, chars: 0 },
    level: 0,
    lookups: 0,
    site: [],
    isExhausted: false,
  };
  return {
    dynamicRoots: work.dynamicRoots,
    get isExhausted() {
      return work.isExhausted;
    },
    expand: (value, path) => expandAny(work, value, path),
  };
}

/** `path` is undefined inside a definition: then faults are shown at the reference. */
function expandAny(work: Work, value: JsonValue, path: Path | undefined): JsonValue {
  if (path !== undefined) work.site = path;
  const isOver = spend(work, 1, typeof value === 'string' ? value.length : 0);
  if (work.isExhausted || isOver || work.level >= MAX_LEVEL) return exhausted(work);
  if (typeof value === 'string') return expandText(work, value);
  if (typeof value !== 'object' || value === null) return value;
  work.level += 1;
  const expanded = isJsonArray(value)
    ? value.map((item, index) => expandAny(work, item, below(path, index)))
    : isJsonObject(value)
      ? expandMap(work, value, path)
      : value;
  work.level -= 1;
  return expanded;
}

function expandMap(work: Work, map: JsonObject, path: Path | undefined): JsonObject {
  const expandMember = ([key, value]: readonly [string, JsonValue]) =>
    [key, expandAny(work, value, below(path, key))] as const;
  if (!Object.hasOwn(map, '<<')) return Object.fromEntries(Object.entries(map).map(expandMember));
  const members = new Map<string, JsonValue>();
  for (const source of mergeSources(work, map['<<'] ?? null, below(path, '<<'))) {
    for (const [key, value] of Object.entries(source))
      if (!members.has(key)) members.set(key, value);
  }
  for (const [key, value] of Object.entries(map)) {
    if (key !== '<<') members.set(...expandMember([key, value]));
  }
  return Object.fromEntries(members);
}

/** Earlier sources win over later ones. */
function mergeSources(work: Work, value: JsonValue, path: Path | undefined): readonly JsonObject[] {
  const expanded = expandAny(work, value, path);
  const sources = isJsonArray(expanded) ? expanded : [expanded];
  return sources.flatMap((source) => {
    if (isJsonObject(source)) return [source];
    if (path !== undefined) work.site = path;
    if (source !== null)
      refuse(work, 'merge_not_map', 'Cannot merge with "<<": the value is not a map');
    return [];
  });
}

function expandText(work: Work, written: string): JsonValue {
  const text = keepSecrets(written);
  if (!text.includes('@')) return text;
  const whole = parseWholeReference(text);
  if (whole === undefined) {
    if (!isDynamicReference(text)) return splice(work, text);
    work.dynamicRoots.add(/^@(?:reference[:(])?([\w-]*)/.exec(text)?.[1] ?? '');
    return text;
  }
  const value = follow(work, whole.path, text);
  if (value === undefined) return null;
  const { subscripts } = whole;
  if (subscripts === undefined)
    return refuse(
      work,
      'bad_subscript',
      `Cannot read "${text}": brackets hold an index or a slice`,
    );
  let current: JsonValue | undefined = value;
  for (const step of subscripts) {
    current = stepInto(current, step);
    if (current === undefined)
      return refuse(work, 'bad_subscript', `Cannot read "${text}": nothing is there`);
  }
  return current;
}

/** The expanded definition; undefined when there is none, which is reported. */
function follow(work: Work, path: readonly string[], text: string): JsonValue | undefined {
  const result = find(work, path);
  if (result.type === 'found') return expandHit(work, result.hit);
  if (result.type === 'ambiguous') {
    const names = result.candidates.map((name) => `"@${name}"`).join(', ');
    refuse(work, 'ambiguous_reference', `Cannot choose what "${text}" means: ${names}`);
    return undefined;
  }
  const near = (): string | undefined => {
    const name = closest(path.join('.'), knownPaths(work));
    return name === undefined ? undefined : `@${name}`;
  };
  const detail = `Cannot find the definition "${path.join('.')}": text that starts with "@" is written "@@"`;
  refuse(work, 'unknown_reference', detail, near);
  return undefined;
}

function find(work: Work, path: readonly string[]): Lookup {
  return lookUp(work.scopes, path, (value) => shallow(work, value, 0));
}

function expandHit(work: Work, { key, value }: Hit): JsonValue {
  const done = work.memo.get(key);
  if (done !== undefined)
    return spend(work, done.cost.values, done.cost.chars) ? exhausted(work) : done.value;
  if (work.stack.includes(key)) {
    const way = [...work.stack.slice(work.stack.indexOf(key)), key].join(' → ');
    return refuse(
      work,
      'reference_cycle',
      `Cannot replace "@${key}": the definitions form a cycle: ${way}`,
    );
  }
  const before = { ...work.spent };
  work.stack.push(key);
  work.level += 1;
  const expanded = expandAny(work, value, undefined);
  work.level -= 1;
  work.stack.pop();
  const cost = {
    values: work.spent.values - before.values,
    chars: work.spent.chars - before.chars,
  };
  if (!work.isExhausted) work.memo.set(key, { value: expanded, cost });
  return expanded;
}

/** Raw value behind a reference, its `<<` merged one level: enough to walk through. */
function shallow(work: Work, value: JsonValue, depth: number): JsonValue {
  work.lookups += 1;
  if (work.lookups > MAX_LOOKUPS) return exhausted(work);
  if (depth > LIMITS.depth) return null;
  if (typeof value === 'string') {
    const whole = parseWholeReference(value);
    if (whole?.subscripts?.length !== 0) return value;
    const result = lookUp(work.scopes, whole.path, (inner) => shallow(work, inner, depth + 1));
    return result.type === 'found' ? shallow(work, result.hit.value, depth + 1) : null;
  }
  if (!isJsonObject(value) || !Object.hasOwn(value, '<<')) return value;
  const merge = value['<<'] ?? null;
  const members = new Map<string, JsonValue>();
  for (const source of [value, ...(isJsonArray(merge) ? merge : [merge])]) {
    const map = source === value ? value : shallow(work, source, depth + 1);
    if (!isJsonObject(map)) continue;
    for (const [key, member] of Object.entries(map))
      if (!members.has(key)) members.set(key, member);
  }
  return Object.fromEntries(members);
}

function splice(work: Work, written: string): JsonValue {
  const text = templateReferences(written, (root) => {
    const isKnown = work.known.has(root);
    if (isKnown) work.dynamicRoots.add(root);
    return isKnown;
  });
  let out = '';
  for (const part of splitReferences(text)) {
    out += part.type === 'text' ? part.text : spliced(work, part);
    if (out.length > LIMITS.expandedChars) return exhausted(work);
  }
  return spend(work, 0, out.length) ? exhausted(work) : asPlainText(out);
}

/** The longest path that names something: in `@tone.Hello` the end may be text. */
function spliced(
  work: Work,
  { path, text, isExplicit }: Extract<TextPart, { type: 'reference' }>,
): string {
  if (!isExplicit && !work.known.has(path[0] ?? '')) return text;
  for (let length = path.length; length > 0; length -= 1) {
    const result = find(work, path.slice(0, length));
    if (result.type === 'missing') continue;
    if (length < path.length && (isExplicit || !isScalarHit(work, result))) break;
    const value = follow(work, path.slice(0, length), text);
    const rest = path.slice(length).map((part) => `.${part}`);
    return asText(value ?? null) + rest.join('');
  }
  follow(work, path, text);
  return '';
}

function isScalarHit(work: Work, result: Lookup): boolean {
  return result.type === 'found' && typeof shallow(work, result.hit.value, 0) !== 'object';
}

function refuse(
  work: Work,
  code: RecipeCode,
  detail: string,
  suggestion?: () => string | undefined,
): null {
  const key = `${code} ${detail}`;
  // A fault inside a definition is told once, and not at each of its uses.
  const isKnown = work.stack.length > 0 && work.told.has(key);
  if (!isKnown && !work.isExhausted) work.report.add({ code, path: work.site, detail, suggestion });
  work.told.add(key);
  return null;
}

function exhausted(work: Work): null {
  refuse(
    work,
    'expansion_limit',
    'Cannot replace references: the result would be too large or too deep',
  );
  work.isExhausted = true;
  return null;
}

function spend(work: Work, values: number, chars: number): boolean {
  const { spent } = work;
  spent.values += values;
  spent.chars += chars;
  return spent.values > LIMITS.expandedValues || spent.chars > LIMITS.expandedChars;
}

function below(path: Path | undefined, part: string | number): Path | undefined {
  return path === undefined ? undefined : [...path, part];
}

function asText(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function* knownPaths({ scopes, known }: Work): Iterable<string> {
  yield* known;
  for (const [name, value] of [...Object.entries(scopes.root), ...scopes.namespaces]) {
    if (!isJsonObject(value)) continue;
    for (const [key, inner] of Object.entries(value)) {
      yield `${name}.${key}`;
      if (isJsonObject(inner))
        for (const leaf of Object.keys(inner)) yield `${name}.${key}.${leaf}`;
    }
  }
}
