/** Whether a JSON Schema (draft-07) says what it means to: keywords with values of the right kind. */
import { isJsonArray, isJsonObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { Path } from './path.ts';
import { typeName } from './shape.ts';
import { closest } from './suggest.ts';

export interface FormFault {
  readonly code: 'bad_schema' | 'unknown_key';
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly detail: string;
  readonly suggestion?: string | undefined;
}

type Kind =
  | 'any'
  | 'boolean'
  | 'count'
  | 'list'
  | 'map'
  | 'names'
  | 'number'
  | 'positive'
  | 'schema'
  | 'schemas'
  | 'schemaOrList'
  | 'schemaOrNames'
  | 'text'
  | 'types';

const KEYWORDS: ReadonlyMap<string, Kind> = new Map([
  ...kind('any', '$comment const default example examples discriminator xml'),
  ...kind('boolean', 'uniqueItems readOnly writeOnly deprecated nullable'),
  ...kind('count', 'minLength maxLength minItems maxItems minProperties maxProperties'),
  ...kind('count', 'minContains maxContains'),
  ...kind('list', 'enum'),
  ...kind('map', 'properties patternProperties definitions $defs dependentSchemas'),
  ...kind('names', 'required'),
  ...kind('number', 'minimum maximum'),
  ...kind('positive', 'multipleOf'),
  ...kind('schema', 'additionalProperties additionalItems propertyNames contains not if then else'),
  ...kind('schema', 'unevaluatedItems unevaluatedProperties'),
  ...kind('schemas', 'allOf anyOf oneOf prefixItems'),
  ...kind('schemaOrList', 'items'),
  ...kind('schemaOrNames', 'dependencies dependentRequired'),
  ...kind('text', '$id $ref $schema title description format pattern contentEncoding'),
  ...kind('text', 'contentMediaType'),
  ...kind('types', 'type'),
  // Numbers in draft-07, booleans in drafts before it.
  ...kind('any', 'exclusiveMinimum exclusiveMaximum'),
]);

function kind(of: Kind, words: string): (readonly [string, Kind])[] {
  return words.split(' ').map((word) => [word, of]);
}

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

/** What a template gives is not known yet: nothing is said of it. */
export function* formFaults(schema: JsonValue, path: Path = []): Iterable<FormFault> {
  if (typeof schema === 'boolean' || isTemplate(schema)) return;
  if (!isJsonObject(schema)) {
    yield bad(path, `it must be a map, true or false, not ${typeName(schema)}`);
    return;
  }
  for (const [key, value] of Object.entries(schema)) {
    const of = KEYWORDS.get(key);
    if (of !== undefined) yield* keywordFaults(of, value, [...path, key]);
    else {
      const suggestion = closest(key, KEYWORDS.keys());
      // Words of their own are allowed; one that is nearly a keyword is hardly meant to be one.
      if (suggestion === undefined || key.startsWith('x-')) continue;
      const detail = `Unknown keyword "${key}" in a JSON Schema`;
      yield { code: 'unknown_key', path: [...path, key], at: 'key', detail, suggestion };
    }
  }
}

export function isTemplate(value: JsonValue): boolean {
  return typeof value === 'string' && value.includes('{{');
}

function bad(path: Path, why: string, suggestion?: string): FormFault {
  const [last] = path.slice(-1);
  const of = typeof last === 'string' ? ` "${last.slice(0, 100)}"` : '';
  const detail = `Cannot read${of} of the JSON Schema: ${why}`;
  return { code: 'bad_schema', path, at: 'value', detail, suggestion };
}

function* keywordFaults(of: Kind, value: JsonValue, path: Path): Iterable<FormFault> {
  if (isTemplate(value)) return;
  switch (of) {
    case 'any':
      return;
    case 'boolean':
      if (typeof value !== 'boolean') yield wrong(path, 'true or false', value);
      return;
    case 'text':
      if (typeof value !== 'string') yield wrong(path, 'text', value);
      return;
    case 'number':
      if (typeof value !== 'number') yield wrong(path, 'a number', value);
      return;
    case 'positive':
      if (typeof value !== 'number' || value <= 0) yield wrong(path, 'a number above 0', value);
      return;
    case 'count':
      if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
        yield wrong(path, 'a whole number of at least 0', value);
      return;
    case 'list':
      if (!isJsonArray(value) || value.length === 0)
        yield wrong(path, 'a list of at least one value', value);
      return;
    case 'names':
      yield* namesFaults(value, path);
      return;
    case 'types':
      yield* typeFaults(value, path);
      return;
    case 'schema':
      yield* formFaults(value, path);
      return;
    case 'schemas':
      if (!isJsonArray(value) || value.length === 0)
        yield wrong(path, 'a list of at least one schema', value);
      else yield* eachFault(value.entries(), path);
      return;
    case 'schemaOrList':
      if (isJsonArray(value)) yield* eachFault(value.entries(), path);
      else yield* formFaults(value, path);
      return;
    case 'map':
    case 'schemaOrNames':
      if (!isJsonObject(value)) yield wrong(path, 'a map', value);
      else yield* mapFaults(value, path, of);
      return;
  }
}

function wrong(path: Path, wanted: string, value: JsonValue): FormFault {
  return bad(path, `it must be ${wanted}, not ${shown(value)}`);
}

function shown(value: JsonValue): string {
  return typeof value === 'number' ? String(value) : typeName(value);
}

function* eachFault(
  entries: Iterable<readonly [string | number, JsonValue]>,
  path: Path,
): Iterable<FormFault> {
  for (const [key, schema] of entries) yield* formFaults(schema, [...path, key]);
}

function* mapFaults(map: JsonObject, path: Path, of: 'map' | 'schemaOrNames'): Iterable<FormFault> {
  for (const [key, value] of Object.entries(map)) {
    if (of === 'schemaOrNames' && isJsonArray(value)) yield* namesFaults(value, [...path, key]);
    else yield* formFaults(value, [...path, key]);
  }
}

function* namesFaults(value: JsonValue, path: Path): Iterable<FormFault> {
  if (!isJsonArray(value)) yield wrong(path, 'a list of names', value);
  else if (!value.every((name) => typeof name === 'string'))
    yield bad(path, 'each name must be text');
}

function* typeFaults(value: JsonValue, path: Path): Iterable<FormFault> {
  const types = isJsonArray(value) ? value : [value];
  if (types.length === 0) yield bad(path, 'it names no type');
  for (const [index, type] of types.entries()) {
    if (typeof type === 'string' && TYPES.includes(type)) continue;
    const name = typeof type === 'string' ? `"${type.slice(0, 60)}"` : typeName(type);
    const suggestion = typeof type === 'string' ? closest(type, TYPES) : undefined;
    const at = isJsonArray(value) ? [...path, index] : path;
    yield bad(at, `it must be one of ${TYPES.join(', ')}, not ${name}`, suggestion);
  }
}
