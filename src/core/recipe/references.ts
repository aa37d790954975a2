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
import type { Hit, Scopes } from './lookup.ts';
import type { Path } from './path.ts';
import {
  isDynamicReference,
  ownNames,
  parseWholeReference,
  splitReferences,
} from './reference-text.ts';
import type { Subscript } from './reference-text.ts';
import type { Report } from './report.ts';
import { closest } from './suggest.ts';

export interface Resolver {
  /** The value with every reference replaced; what cannot be found is reported and becomes null. */
  expand(value: JsonValue, path: Path): JsonValue;
  /** First segments of references that only a run can resolve. */
  readonly dynamicRoots: ReadonlySet<string>;
}

interface Cost {
  values: number;
  chars: number;
}

/** Nested calls of `expand`, references followed included. */
const MAX_LEVEL = 3 * LIMITS.depth;
/** Values passed through on the way to definitions: merges of merges grow fast. */
const MAX_LOOKUPS = 500_000;

export function createResolver(scopes: Scopes, report: Report): Resolver {
  const known = knownNames(scopes);
  const memo = new Map<string, { value: JsonValue; cost: Cost }>();
  const told = new Set<string>();
  const dynamicRoots = new Set<string>();
  const spent: Cost = { values: 0, chars: 0 };
  const stack: string[] = [];
  let level = 0;
  let site: Path = [];
  let isExhausted = false;
  let lookups = 0;

  function refuse(code: RecipeCode, detail: string, suggestion?: string): null {
    const key = `${code} ${detail}`;
    if (stack.length === 0 || !told.has(key)) report.add({ code, path: site, detail, suggestion });
    told.add(key);
    return null;
  }

  function exhausted(): null {
    if (!isExhausted)
      refuse(
        'expansion_limit',
        'Cannot replace references: the result would be too large or too deep',
      );
    isExhausted = true;
    return null;
  }

  function spend(values: number, chars: number): boolean {
    spent.values += values;
    spent.chars += chars;
    return spent.values > LIMITS.expandedValues || spent.chars > LIMITS.expandedChars;
  }

  function expandAny(value: JsonValue, path: Path | undefined): JsonValue {
    if (path !== undefined) site = path;
    if (isExhausted || level >= MAX_LEVEL) return exhausted();
    level += 1;
    try {
      if (spend(1, typeof value === 'string' ? value.length : 0)) return exhausted();
      if (typeof value === 'string') return value.includes('@') ? expandText(value) : value;
      if (isJsonArray(value))
        return value.map((item, index) => expandAny(item, below(path, index)));
      return isJsonObject(value) ? expandMap(value, path) : value;
    } finally {
      level -= 1;
    }
  }

  function expandMap(map: JsonObject, path: Path | undefined): JsonObject {
    const members = new Map<string, JsonValue>();
    if (Object.hasOwn(map, '<<')) {
      for (const source of mergeSources(map['<<'] ?? null, below(path, '<<'))) {
        for (const [key, value] of Object.entries(source))
          if (!members.has(key)) members.set(key, value);
      }
    }
    for (const [key, value] of Object.entries(map)) {
      if (key !== '<<') members.set(key, expandAny(value, below(path, key)));
    }
    return Object.fromEntries(members);
  }

  /** Earlier sources win over later ones. */
  function mergeSources(value: JsonValue, path: Path | undefined): readonly JsonObject[] {
    const expanded = expandAny(value, path);
    const sources = isJsonArray(expanded) ? expanded : [expanded];
    return sources.flatMap((source) => {
      if (isJsonObject(source)) return [source];
      if (path !== undefined) site = path;
      if (source !== null && !isExhausted)
        refuse('merge_not_map', 'Cannot merge with "<<": the value is not a map');
      return [];
    });
  }

  function expandText(text: string): JsonValue {
    const whole = parseWholeReference(text);
    if (whole !== undefined) {
      const value = follow(whole.path, text);
      if (value === undefined) return null;
      return whole.subscripts === undefined
        ? refuse('bad_subscript', `Cannot read "${text}": brackets hold an index or a slice`)
        : subscript(value, whole.subscripts, text);
    }
    if (isDynamicReference(text)) {
      dynamicRoots.add(/^@(?:reference[:(])?([\w-]*)/.exec(text)?.[1] ?? '');
      return text;
    }
    return splice(text);
  }

  function subscript(value: JsonValue, steps: readonly Subscript[], text: string): JsonValue {
    let current: JsonValue | undefined = value;
    for (const step of steps) {
      current = applyStep(current, step);
      if (current === undefined)
        return refuse('bad_subscript', `Cannot read "${text}": nothing is there`);
    }
    return current ?? null;
  }

  /** The expanded definition; undefined when there is none, which is reported. */
  function follow(path: readonly string[], text: string): JsonValue | undefined {
    const result = lookUp(scopes, path, (value) => shallow(value, 0));
    if (result.type === 'found') return expandHit(result.hit);
    if (result.type === 'ambiguous') {
      const names = result.candidates.map((name) => `"@${name}"`).join(', ');
      refuse('ambiguous_reference', `Cannot choose what "${text}" means: ${names}`);
    } else {
      const near = closest(path.join('.'), known.paths());
      const hint = near === undefined ? '' : ` (a text that starts with "@" is written "@@")`;
      refuse(
        'unknown_reference',
        `Cannot find the definition "${path.join('.')}"${hint}`,
        near && `@${near}`,
      );
    }
    return undefined;
  }

  function expandHit({ key, value }: Hit): JsonValue {
    const done = memo.get(key);
    if (done !== undefined)
      return spend(done.cost.values, done.cost.chars) ? exhausted() : done.value;
    if (stack.includes(key)) {
      const way = [...stack.slice(stack.indexOf(key)), key].join(' → ');
      return refuse(
        'reference_cycle',
        `Cannot replace "@${key}": the definitions form a cycle: ${way}`,
      );
    }
    const before = { ...spent };
    stack.push(key);
    const expanded = expandAny(value, undefined);
    stack.pop();
    const cost = { values: spent.values - before.values, chars: spent.chars - before.chars };
    if (!isExhausted) memo.set(key, { value: expanded, cost });
    return expanded;
  }

  /** Raw value behind a reference, its `<<` merged one level: enough to walk through. */
  function shallow(value: JsonValue, depth: number): JsonValue {
    lookups += 1;
    if (depth > LIMITS.depth || lookups > MAX_LOOKUPS)
      return lookups > MAX_LOOKUPS ? exhausted() : null;
    if (typeof value === 'string') {
      const whole = parseWholeReference(value);
      if (whole?.subscripts?.length !== 0) return value;
      const result = lookUp(scopes, whole.path, (inner) => shallow(inner, depth + 1));
      return result.type === 'found' ? shallow(result.hit.value, depth + 1) : null;
    }
    if (!isJsonObject(value) || !Object.hasOwn(value, '<<')) return value;
    const merge = value['<<'] ?? null;
    const sources = (isJsonArray(merge) ? merge : [merge]).map((source) =>
      shallow(source, depth + 1),
    );
    return Object.assign({}, ...sources.filter(isJsonObject).toReversed(), value) as JsonObject;
  }

  function splice(text: string): JsonValue {
    let out = '';
    for (const part of splitReferences(text)) {
      out += part.type === 'text' ? part.text : spliced(part.path, part.text, part.isExplicit);
      if (out.length > LIMITS.expandedChars) return exhausted();
    }
    return spend(0, out.length) ? exhausted() : out;
  }

  function spliced(path: readonly string[], text: string, isExplicit: boolean): string {
    if (!isExplicit && !known.first.has(path[0] ?? '')) return text;
    for (let length = path.length; length > 0; length -= 1) {
      const result = lookUp(scopes, path.slice(0, length), (value) => shallow(value, 0));
      if (result.type === 'missing') continue;
      if (length < path.length && (isExplicit || !isScalarHit(result))) break;
      const value = follow(path.slice(0, length), text);
      const rest = path.slice(length).map((part) => `.${part}`);
      return asText(value ?? null) + rest.join('');
    }
    follow(path, text);
    return '';
  }

  function isScalarHit(result: ReturnType<typeof lookUp>): boolean {
    return result.type === 'found' && typeof shallow(result.hit.value, 0) !== 'object';
  }

  return {
    dynamicRoots,
    expand(value, path) {
      site = path;
      return expandAny(value, path);
    },
  };
}

function below(path: Path | undefined, part: string | number): Path | undefined {
  return path === undefined ? undefined : [...path, part];
}

function applyStep(value: JsonValue | undefined, step: Subscript): JsonValue | undefined {
  if (step.type === 'key') {
    return isJsonObject(value) && Object.hasOwn(value, step.key) ? value[step.key] : undefined;
  }
  if (step.type === 'index') return isJsonArray(value) ? value.at(step.index) : undefined;
  return isJsonArray(value) || typeof value === 'string'
    ? value.slice(step.start ?? 0, step.end)
    : undefined;
}

function asText(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function knownNames(scopes: Scopes): { first: ReadonlySet<string>; paths(): Iterable<string> } {
  const first = new Set([
    ...ownNames(scopes.root),
    ...scopes.namespaces.keys(),
    ...scopes.stems.keys(),
  ]);
  return { first, paths: () => knownPaths(scopes, first) };
}

function* knownPaths(scopes: Scopes, first: ReadonlySet<string>): Iterable<string> {
  yield* first;
  for (const [name, value] of [...Object.entries(scopes.root), ...scopes.namespaces]) {
    if (!isJsonObject(value)) continue;
    for (const [key, inner] of Object.entries(value)) {
      yield `${name}.${key}`;
      if (isJsonObject(inner))
        for (const leaf of Object.keys(inner)) yield `${name}.${key}.${leaf}`;
    }
  }
}
