/** Checks a map a person wrote against a schema: every fault told in the recipe's words. */
import { z } from 'zod';
import { isJsonArray, isJsonObject } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { RecipeCode } from './codes.ts';
import { valueAt } from './path.ts';
import type { Path } from './path.ts';
import type { Report } from './report.ts';
import { closest } from './suggest.ts';

// Workers forbid code from text, and zod would try.
z.config({ jitless: true });

export interface ShapeInput {
  readonly value: JsonValue | undefined;
  readonly path: Path;
  readonly report: Report;
  /** What the map is, for messages: `node "draft"`. */
  readonly what: string;
}

type RawIssue = z.core.$ZodIssue;
type Keys = readonly (string | number)[];

/** The map as the schema describes it, unknown keys dropped; undefined when a fault was an error. */
export function readShape<S extends z.ZodObject>(
  schema: S,
  input: ShapeInput,
): z.infer<S> | undefined {
  const { value, path, report, what } = input;
  if (!isJsonObject(value)) {
    report.add({
      code: 'wrong_type',
      path,
      detail: `Cannot read ${what}: it must be a map, not ${typeName(value)}`,
    });
    return undefined;
  }
  const filled = withoutNulls(value);
  const first = schema.safeParse(filled);
  if (first.success) return first.data;
  const unknown = first.error.issues.flatMap((issue) => unknownKeys(issue));
  for (const found of unknown) reportUnknown(found, schema, input);
  const cleaned = withoutAll(filled, unknown);
  const second = schema.safeParse(cleaned);
  if (second.success) return second.data;
  for (const issue of second.error.issues) reportIssue(issue, cleaned, input);
  return undefined;
}

/** `timeout:` with nothing behind it is a key that is not given. */
function withoutNulls(value: JsonObject): JsonObject {
  if (!Object.values(value).includes(null)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

interface UnknownKey {
  readonly at: Keys;
  readonly key: string;
}

/** A union says what is wrong with each choice; the one of the value's own kind is meant. */
function meant(issue: RawIssue): readonly RawIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const at = keysOf(issue);
  const choice = issue.errors.find((faults) => !faults.some(isKindFault));
  if (choice === undefined) return [issue];
  return choice.flatMap((fault) => meant(placed(fault, at)));
}

function placed(fault: RawIssue, at: Keys): RawIssue {
  // SAFETY: only the path changes, which every kind of issue has.
  return { ...fault, path: [...at, ...fault.path] } as RawIssue;
}

function isKindFault(issue: RawIssue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union')
    return issue.errors.every((faults) => faults.some(isKindFault));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function unknownKeys(issue: RawIssue): readonly UnknownKey[] {
  return meant(issue).flatMap((fault) =>
    fault.code === 'unrecognized_keys' ? fault.keys.map((key) => ({ at: keysOf(fault), key })) : [],
  );
}

function reportUnknown({ at, key }: UnknownKey, schema: z.ZodObject, input: ShapeInput): void {
  if (isFreeKey(key)) return;
  const known = Object.keys(shapeAt(schema, at) ?? {});
  input.report.add({
    code: 'unknown_key',
    path: [...input.path, ...at, key],
    at: 'key',
    detail: `Unknown key "${key}" in ${inPart(input.what, at)}`,
    suggestion: closest(key, known),
  });
}

/** Keys that are allowed anywhere. */
export function isFreeKey(key: string): boolean {
  return key === '$schema' || key.startsWith('x-');
}

function shapeAt(schema: z.ZodType, at: Keys): z.ZodRawShape | undefined {
  let current: z.ZodType | undefined = bare(schema);
  for (const part of at) {
    if (current instanceof z.ZodObject) {
      const next: unknown = Object.hasOwn(current.shape, part) ? current.shape[part] : undefined;
      current = next instanceof z.ZodType ? bare(next) : undefined;
    } else if (current instanceof z.ZodArray && current.element instanceof z.ZodType) {
      current = bare(current.element);
    } else return undefined;
  }
  return current instanceof z.ZodObject ? current.shape : undefined;
}

function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    const inner = schema.unwrap();
    return inner instanceof z.ZodType ? bare(inner) : schema;
  }
  if (schema instanceof z.ZodUnion) {
    const object = schema.options.find((option) => option instanceof z.ZodObject);
    return object ?? schema;
  }
  return schema;
}

/** Without all of the keys at once: one by one would copy the value for each. */
function withoutAll(value: JsonObject, unknown: readonly UnknownKey[]): JsonObject {
  const places = new Map<string, { readonly at: Keys; readonly keys: Set<string> }>();
  for (const { at, key } of unknown) {
    const place = JSON.stringify(at);
    const known = places.get(place) ?? { at, keys: new Set() };
    known.keys.add(key);
    places.set(place, known);
  }
  return [...places.values()].reduce(without, value);
}

function without(
  value: JsonObject,
  { at, keys }: { readonly at: Keys; readonly keys: ReadonlySet<string> },
): JsonObject {
  const drop = (part: JsonValue | undefined, way: Keys): JsonValue => {
    const [first, ...rest] = way;
    if (isJsonArray(part)) {
      return part.map((item, index) => (index === first ? drop(item, rest) : item));
    }
    if (!isJsonObject(part)) return part ?? null;
    const entries = Object.entries(part);
    if (first === undefined) return Object.fromEntries(entries.filter(([name]) => !keys.has(name)));
    return Object.fromEntries(
      entries.map(([name, item]) => [name, name === first ? drop(item, rest) : item]),
    );
  };
  const result = drop(value, at);
  return isJsonObject(result) ? result : value;
}

function reportIssue(issue: RawIssue, value: JsonObject, input: ShapeInput): void {
  for (const fault of meant(issue)) {
    const at = keysOf(fault);
    const last = at.at(-1);
    const parent = valueAt(value, at.slice(0, -1));
    const isMissing =
      typeof last === 'string' && isJsonObject(parent) && !Object.hasOwn(parent, last);
    const found = valueAt(value, at);
    const told = isMissing ? missing(last) : describe(fault, found, inPart(input.what, at));
    const { code, detail, suggestion } = told;
    const where = isMissing ? at.slice(0, -1) : at;
    input.report.add({
      code,
      path: [...input.path, ...where],
      detail: isMissing ? `${inPart(capital(input.what), where)} ${detail}` : detail,
      suggestion,
    });
  }
}

interface Told {
  readonly code: RecipeCode;
  readonly detail: string;
  readonly suggestion?: string | undefined;
}

function missing(key: string): Told {
  return { code: 'missing_key', detail: `needs "${key}"` };
}

function describe(issue: RawIssue, value: JsonValue | undefined, what: string): Told {
  const start = `Cannot read ${what}`;
  if (issue.code === 'invalid_type') {
    const detail = `${start}: it must be ${article(issue.expected)}, not ${typeName(value)}`;
    return { code: 'wrong_type', detail };
  }
  if (issue.code === 'invalid_value') {
    const choices = issue.values.map(String);
    const given = typeof value === 'string' ? value : undefined;
    const not = given === undefined ? '' : `, not "${given.slice(0, 60)}"`;
    return {
      code: 'unknown_value',
      detail: `${start}: it must be one of ${choices.join(', ')}${not}`,
      suggestion: given === undefined ? undefined : closest(given, choices),
    };
  }
  if (issue.code === 'too_small') {
    const least = `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    return {
      code: 'out_of_range',
      detail: `${start}: it must be ${least}${counted(issue.origin)}`,
    };
  }
  if (issue.code === 'too_big') {
    const most = `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    return { code: 'out_of_range', detail: `${start}: it must be ${most}${counted(issue.origin)}` };
  }
  if (issue.code === 'invalid_format' || issue.code === 'custom') {
    return { code: 'bad_format', detail: `${start}: ${issue.message}` };
  }
  return { code: 'wrong_type', detail: `${start}: ${typeName(value)} does not fit here` };
}

function counted(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' items long' : '';
}

function inPart(what: string, at: Keys): string {
  return at.length === 0 ? what : `"${at.join('.')}" of ${what}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const KINDS = new Map([
  ['object', 'a map'],
  ['record', 'a map'],
  ['array', 'a list'],
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
]);

function article(type: string): string {
  return KINDS.get(type) ?? type;
}

export function typeName(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isJsonArray(value)) return 'a list';
  if (isJsonObject(value)) return 'a map';
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'a number' : 'a boolean';
}

function keysOf(issue: RawIssue): Keys {
  return issue.path.filter((part) => typeof part === 'string' || typeof part === 'number');
}
