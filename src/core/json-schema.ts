/** Users' JSON Schemas (draft-07), checked without `eval`. */
import { Validator } from '@cfworker/json-schema';
import type { Schema } from '@cfworker/json-schema';
import { isJsonObject } from './json.ts';
import type { JsonValue } from './json.ts';

export interface SchemaFault {
  /** JSON pointer into the value. */
  readonly pointer: string;
  readonly detail: string;
}

/** Every fault of `value` against `schema`. A schema that cannot be used is a fault of its own. */
export function schemaFaults(schema: JsonValue, value: JsonValue): readonly SchemaFault[] {
  if (schema === true) return [];
  if (!isJsonObject(schema)) return [{ pointer: '', detail: 'The schema is not an object' }];
  try {
    // SAFETY: the validator reads a schema as the plain JSON it is.
    const { valid, errors } = new Validator(schema as unknown as Schema, '7', false).validate(
      value,
    );
    if (valid) return [];
    return leaves(errors).map(({ instanceLocation, error }) => ({
      pointer: instanceLocation.replace(/^#/, ''),
      detail: error,
    }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [{ pointer: '', detail: `The schema cannot be used: ${reason}` }];
  }
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
