/** Whether a path leads to something that a schema allows. */
import { isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { MAP_METHOD_NAMES } from '../template/methods.ts';

/** With one of these beside it, what a schema describes is not all there is to know. */
const OPEN_KEYS = [
  '$ref',
  'allOf',
  'anyOf',
  'dependencies',
  'else',
  'if',
  'not',
  'oneOf',
  'patternProperties',
  'then',
];

export interface MissingField {
  readonly name: string;
  /** What is there instead. */
  readonly known: readonly string[];
}

/** The first step that can lead nowhere; undefined when all may be there. */
export function findMissingField(
  schema: JsonValue | undefined,
  way: readonly (string | number)[],
): MissingField | undefined {
  let current: JsonValue | undefined = schema;
  for (const step of way) {
    if (!isJsonObject(current) || isOpen(current)) return undefined;
    const next = typeof step === 'number' ? itemsOf(current) : fieldOf(current, step);
    if (next === undefined) return undefined;
    if ('missing' in next) return next.missing;
    current = next.schema;
  }
  return undefined;
}

function isOpen(schema: JsonObject): boolean {
  return OPEN_KEYS.some((key) => ownProperty(schema, key) !== undefined);
}

type Next = { readonly schema: JsonValue } | { readonly missing: MissingField };

function fieldOf(schema: JsonObject, name: string): Next | undefined {
  const properties = ownProperty(schema, 'properties');
  if (ownProperty(schema, 'type') !== 'object' || !isJsonObject(properties)) return undefined;
  const found = ownProperty(properties, name);
  if (found !== undefined) return { schema: found };
  const isClosed = ownProperty(schema, 'additionalProperties') === false;
  if (!isClosed || MAP_METHOD_NAMES.has(name)) return undefined;
  return { missing: { name, known: Object.keys(properties) } };
}

function itemsOf(schema: JsonObject): Next | undefined {
  const items = ownProperty(schema, 'items');
  return ownProperty(schema, 'type') === 'array' && isJsonObject(items)
    ? { schema: items }
    : undefined;
}
