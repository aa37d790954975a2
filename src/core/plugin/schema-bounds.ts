/** Bounds on JSON Schemas of authors: they are evaluated outside the sandbox and its fuel. */
import type { JsonArray, JsonObject, JsonValue } from '../json.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';

export interface SchemaFault {
  readonly code: string;
  readonly detail: string;
  readonly path: readonly (string | number)[];
}

const MAX_DEPTH = 32;
/** Values in one schema's text. */
const MAX_VALUES = 10_000;
/** Schemas after every `$ref` is replaced by what it names. */
const MAX_EXPANDED = 2_000;
/** `uniqueItems` compares all pairs. */
const MAX_UNIQUE_ITEMS = 1_000;

/**
 * Refused are: regular expressions (their time has no bound), references that leave the schema or
 * come back to themselves, and schemas that grow past a bound once references are replaced.
 * A recipe's schemas may hold patterns, which its compiler bounds, and a name of their own.
 */
export function findSchemaFault(
  schema: unknown,
  of: 'plugin' | 'recipe' = 'plugin',
): SchemaFault | undefined {
  const values = { left: MAX_VALUES };
  const fault = findJsonFault(schema, [], values);
  if (fault !== undefined) return fault;
  // SAFETY: findJsonFault() has walked it and found nothing that is not JSON.
  const root = schema as JsonValue;
  const walk: Walk = { root, of, costs: new Map(), open: new Set() };
  const cost = costOf(walk, root, []);
  if (typeof cost !== 'number') return cost;
  if (cost <= MAX_EXPANDED) return undefined;
  return at([], 'schema_too_large', `A schema holds more than ${MAX_EXPANDED} schemas`);
}

type Path = readonly (string | number)[];

function at(path: Path, code: string, detail: string): SchemaFault {
  return { code, detail, path };
}

function findJsonFault(
  value: unknown,
  path: Path,
  values: { left: number },
): SchemaFault | undefined {
  if (path.length > MAX_DEPTH) return at(path, 'too_deep', `A schema is deeper than ${MAX_DEPTH}`);
  if (--values.left < 0) return at(path, 'schema_too_large', 'A schema has too many values');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return undefined;
  if (typeof value !== 'object') return at(path, 'not_json', 'A schema holds a value outside JSON');
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((entry: unknown, index) => [index, entry])
    : Object.entries(value);
  for (const [key, entry] of entries) {
    const fault = findJsonFault(entry, [...path, key], values);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

interface Walk {
  readonly root: JsonValue;
  readonly of: 'plugin' | 'recipe';
  /** Of what references name, by reference. */
  readonly costs: Map<string, number>;
  /** References being followed. */
  readonly open: Set<string>;
}

const SCHEMA_KEYS = new Set([
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const LIST_KEYS = new Set(['allOf', 'anyOf', 'items', 'oneOf', 'prefixItems']);
const MAP_KEYS = new Set([
  '$defs',
  'definitions',
  'dependencies',
  'dependentSchemas',
  'patternProperties',
  'properties',
]);
const REFUSED_KEYS = new Set([
  '$anchor',
  '$dynamicAnchor',
  '$dynamicRef',
  '$id',
  '$recursiveAnchor',
  '$recursiveRef',
  'id',
  'pattern',
  'patternProperties',
]);
const PATTERN_KEYS = new Set(['pattern', 'patternProperties']);
const DEFINITION = /^#\/(\$defs|definitions)\/([^/~%]+)$/;

/** How many schemas it takes to evaluate this one once. */
function costOf(walk: Walk, schema: JsonValue, path: Path): number | SchemaFault {
  if (typeof schema === 'boolean') return 1;
  if (!isJsonObject(schema)) {
    return at(path, 'wrong_type', 'A schema is an object, true or false');
  }
  let cost = 1;
  for (const [key, value] of Object.entries(schema)) {
    if (isRefused(walk, key, path)) {
      const detail = `"${key}" is not supported in a ${walk.of}'s schema`;
      return at([...path, key], 'schema_keyword', detail);
    }
    const part =
      key === '$ref' ? costOfReference(walk, value, path) : costOfParts(walk, key, value, path);
    if (typeof part !== 'number') return part;
    // Doubling references reach any number within a few lines.
    cost = Math.min(cost + part, Number.MAX_SAFE_INTEGER);
  }
  return isUnboundedUnique(schema)
    ? at(
        [...path, 'uniqueItems'],
        'schema_keyword',
        `"uniqueItems" needs "maxItems" <= ${MAX_UNIQUE_ITEMS}`,
      )
    : cost;
}

function isRefused({ of }: Walk, key: string, path: Path): boolean {
  if (!REFUSED_KEYS.has(key)) return false;
  return of === 'plugin' || !(PATTERN_KEYS.has(key) || (key === '$id' && path.length === 0));
}

function costOfParts(walk: Walk, key: string, value: JsonValue, path: Path): number | SchemaFault {
  if (isJsonArray(value) && LIST_KEYS.has(key))
    return costOfAll(walk, listOf(value), [...path, key]);
  if (isJsonObject(value) && MAP_KEYS.has(key)) {
    // `dependencies` may hold lists of names too.
    const schemas = Object.entries(value).filter(([, entry]) => !isJsonArray(entry));
    return costOfAll(walk, schemas, [...path, key]);
  }
  return SCHEMA_KEYS.has(key) ? costOf(walk, value, [...path, key]) : 0;
}

function listOf(values: JsonArray): readonly (readonly [number, JsonValue])[] {
  return values.map((value, index) => [index, value]);
}

function costOfAll(
  walk: Walk,
  entries: readonly (readonly [string | number, JsonValue])[],
  path: Path,
): number | SchemaFault {
  let cost = 0;
  for (const [key, entry] of entries) {
    const part = costOf(walk, entry, [...path, key]);
    if (typeof part !== 'number') return part;
    cost += part;
  }
  return cost;
}

function costOfReference(walk: Walk, reference: JsonValue, path: Path): number | SchemaFault {
  const here = [...path, '$ref'];
  const [, section, name] = typeof reference === 'string' ? (DEFINITION.exec(reference) ?? []) : [];
  if (typeof reference !== 'string' || section === undefined || name === undefined) {
    return at(here, 'schema_reference', 'A reference must be "#/definitions/…" or "#/$defs/…"');
  }
  const known = walk.costs.get(reference);
  if (known !== undefined) return known;
  if (walk.open.has(reference)) {
    return at(here, 'schema_reference', 'A reference comes back to itself');
  }
  const definitions = isJsonObject(walk.root) ? ownProperty(walk.root, section) : undefined;
  const target = isJsonObject(definitions) ? ownProperty(definitions, name) : undefined;
  if (target === undefined) return at(here, 'schema_reference', 'A reference names no definition');
  walk.open.add(reference);
  const cost = costOf(walk, target, [section, name]);
  walk.open.delete(reference);
  if (typeof cost === 'number') walk.costs.set(reference, cost);
  return cost;
}

function isUnboundedUnique(schema: JsonObject): boolean {
  if (ownProperty(schema, 'uniqueItems') !== true) return false;
  const most = ownProperty(schema, 'maxItems');
  return typeof most !== 'number' || most > MAX_UNIQUE_ITEMS;
}
