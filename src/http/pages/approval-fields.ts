/** The fields of an approval's page, made from the JSON Schema of its form, and what was typed into them. */
import { isJsonArray, isJsonObject, ownProperty } from '../../core/json.ts';
import { parseJson } from '../json-text.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';

interface FieldCommon {
  /** Of the input element; the property's own name may be any text. */
  readonly id: string;
  readonly property: string;
  readonly label: string;
  readonly hint?: string;
  readonly isRequired: boolean;
  readonly byDefault?: JsonValue;
}

export type Field = FieldCommon &
  (
    | { readonly kind: 'line'; readonly type: LineType; readonly maxLength?: number }
    | { readonly kind: 'text'; readonly maxLength?: number }
    | {
        readonly kind: 'number';
        readonly isWhole: boolean;
        readonly min?: number;
        readonly max?: number;
      }
    | { readonly kind: 'flag' }
    | { readonly kind: 'choice'; readonly options: readonly JsonValue[] }
    | { readonly kind: 'choices'; readonly options: readonly JsonValue[] }
    /** What no element is made for: typed as JSON. */
    | { readonly kind: 'json' }
  );

type LineType = 'text' | 'email' | 'url' | 'date';

/** What somebody typed: the values of each input element, by its name. */
export type Typed = ReadonlyMap<string, readonly string[]>;

/** From here on a text needs more than a line. */
const LONG_TEXT = 200;
const LINE_TYPES: { readonly [format: string]: LineType } = {
  email: 'email',
  uri: 'url',
  date: 'date',
};

export function fieldsOf(form: JsonValue | undefined): Field[] {
  const properties = isJsonObject(form) ? ownProperty(form, 'properties') : undefined;
  const required = isJsonObject(form) ? ownProperty(form, 'required') : undefined;
  const needed = isJsonArray(required) ? required : [];
  return Object.entries(isJsonObject(properties) ? properties : {}).map(([property, schema], at) =>
    fieldOf(isJsonObject(schema) ? schema : {}, {
      id: `field-${at}`,
      property,
      isRequired: needed.includes(property),
    }),
  );
}

function fieldOf(
  schema: JsonObject,
  about: Pick<FieldCommon, 'id' | 'property' | 'isRequired'>,
): Field {
  const hint = textOf(schema, 'description');
  const byDefault = ownProperty(schema, 'default');
  const common: FieldCommon = {
    ...about,
    label: textOf(schema, 'title') ?? inWords(about.property),
    ...(hint !== undefined && { hint }),
    ...(byDefault !== undefined && { byDefault }),
  };
  const options = ownProperty(schema, 'enum');
  if (isJsonArray(options)) return { ...common, kind: 'choice', options };
  switch (textOf(schema, 'type') ?? '') {
    case 'boolean':
      return { ...common, kind: 'flag' };
    case 'integer':
    case 'number':
      return { ...common, ...numberOf(schema) };
    case 'string':
      return { ...common, ...stringOf(schema) };
    case 'array': {
      const items = ownProperty(schema, 'items');
      const each = isJsonObject(items) ? ownProperty(items, 'enum') : undefined;
      return isJsonArray(each)
        ? { ...common, kind: 'choices', options: each }
        : { ...common, kind: 'json' };
    }
    default:
      return { ...common, kind: 'json' };
  }
}

function numberOf(schema: JsonObject) {
  const min = numberIn(schema, 'minimum');
  const max = numberIn(schema, 'maximum');
  return {
    kind: 'number' as const,
    isWhole: schema['type'] === 'integer',
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  };
}

function stringOf(schema: JsonObject) {
  const maxLength = numberIn(schema, 'maxLength');
  const limit = maxLength === undefined ? {} : { maxLength };
  const format = textOf(schema, 'format') ?? '';
  const type = Object.hasOwn(LINE_TYPES, format) ? (LINE_TYPES[format] ?? 'text') : 'text';
  const isLong = format === 'multiline' || (maxLength ?? 0) > LONG_TEXT;
  return isLong ? { kind: 'text' as const, ...limit } : { kind: 'line' as const, type, ...limit };
}

/** The form's value. What cannot be read as what it should be stays text, for the schema to refuse. */
export function readFields(fields: readonly Field[], typed: Typed): JsonObject {
  return Object.fromEntries(
    fields.flatMap((field): [string, JsonValue][] => {
      const value = readField(field, typed.get(field.id) ?? []);
      return value === undefined ? [] : [[field.property, value]];
    }),
  );
}

function readField(field: Field, values: readonly string[]): JsonValue | undefined {
  const text = values[0] ?? '';
  switch (field.kind) {
    case 'flag':
      return values.length > 0;
    case 'choices':
      return field.options.filter((_, at) => values.includes(String(at)));
    case 'choice':
      return text === '' ? undefined : field.options[Number(text)];
    case 'number':
      return text.trim() === '' ? undefined : numberOr(text);
    case 'json':
      return text.trim() === '' ? undefined : jsonOr(text);
    case 'text':
      return text === '' ? undefined : text.replaceAll('\r\n', '\n');
    case 'line':
      return text === '' ? undefined : text;
  }
}

function numberOr(text: string): JsonValue {
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function jsonOr(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function textOf(schema: JsonObject, key: string): string | undefined {
  const value = ownProperty(schema, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberIn(schema: JsonObject, key: string): number | undefined {
  const value = ownProperty(schema, key);
  return typeof value === 'number' ? value : undefined;
}

/** `shipping_date` is read as "Shipping date". */
function inWords(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ').trim();
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1);
}
