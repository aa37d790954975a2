/** Users' JSON Schemas (draft-07), checked without `eval`. */
import { Validator } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import { isJsonObject } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { findSchemaFault } from './plugin/schema-bounds.ts';
import { patternsIn, slowPattern } from './recipe/pattern.ts';

export interface SchemaFault {
  /** The word of the schema that is not kept; `false` for what a schema forbids altogether. */
  readonly keyword: string;
  /** JSON pointer into the value. */
  readonly pointer: string;
  readonly detail: string;
}

/** Every fault of `value` against `schema`. A schema that cannot be used is a fault of its own. */
export function schemaFaults(schema: JsonValue, value: JsonValue): readonly SchemaFault[] {
  if (schema === true) return [];
  if (!isJsonObject(schema))
    return [{ keyword: '', pointer: '', detail: 'The schema is not an object' }];
  const why = whyUnusable(schema);
  if (why !== undefined)
    return [{ keyword: '', pointer: '', detail: `The schema cannot be used: ${why}` }];
  try {
    const { valid, errors } = validatorOf(schema).validate(value);
    if (valid) return [];
    return leaves(errors).map(({ instanceLocation, keyword, error }) => ({
      keyword,
      pointer: instanceLocation.replace(/^#/, ''),
      detail: keyword === 'false' ? 'Nothing may be here.' : error,
    }));
  } catch {
    // What the library throws names its own addresses, and the stack's end is told as any other fault.
    return [
      {
        keyword: '',
        pointer: '',
        detail: 'The schema cannot be used: a reference in it leads nowhere',
      },
    ];
  }
}

const verdicts = new WeakMap<object, { readonly why: string | undefined }>();

/** A schema may come from a template, which the compiler has not seen. */
function whyUnusable(schema: JsonObject): string | undefined {
  const known = verdicts.get(schema);
  if (known !== undefined) return known.why;
  const why = findSchemaFault(schema, 'recipe')?.detail ?? findSlowPattern(schema);
  verdicts.set(schema, { why });
  return why;
}

function findSlowPattern(schema: JsonObject): string | undefined {
  for (const { pattern } of patternsIn(schema)) {
    const why = slowPattern(pattern);
    if (why !== undefined) return `the pattern "${pattern.slice(0, 60)}": ${why}`;
  }
  return undefined;
}

/** A plan's schemas are asked again with each call of a function. The library writes into what it is given. */
const validators = new WeakMap<JsonObject, Validator>();

function validatorOf(schema: JsonObject): Validator {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  // SAFETY: the validator reads a schema as the plain JSON it is.
  const copy = JSON.parse(JSON.stringify(schema)) as Schema;
  const validator = new Validator(copy, '7', false);
  validators.set(schema, validator);
  return validator;
}

/**
 * The validator reports each fault again at every level above it; the deepest places say what is
 * wrong. A property that is not there has no place of its own.
 */
function leaves<T extends { instanceLocation: string; keyword: string }>(
  errors: readonly T[],
): readonly T[] {
  return errors.filter(
    ({ instanceLocation, keyword }) =>
      keyword === 'required' ||
      !errors.some((other) => other.instanceLocation.startsWith(`${instanceLocation}/`)),
  );
}
