/** Recipe texts in few words: nodes that call test functions, edges, whatever else. */
import type { JsonObject, JsonValue } from '../../src/core/json.ts';

interface Parts {
  readonly nodes: readonly JsonObject[];
  readonly edges?: JsonValue;
  readonly user_inputs?: JsonValue;
  readonly final_outputs?: JsonValue;
  readonly [key: string]: JsonValue | undefined;
}

/** A recipe as JSON text. `definitions` and `models` go beside it. */
export function recipe({ definitions, models, ...parts }: Parts): string {
  return JSON.stringify({ definitions, models, recipe: { name: 'demo', ...parts } });
}

/** A node that calls `test.<name>`. */
export function call(
  id: string,
  name: string,
  input?: JsonValue,
  more: JsonObject = {},
): JsonObject {
  return { id, ...task(name, input, more) };
}

/** The same without an id, for a map. */
export function task(name: string, input?: JsonValue, more: JsonObject = {}): JsonObject {
  return {
    type: 'function_task',
    function_identifier: `test.${name}`,
    ...(input !== undefined && { input }),
    ...more,
  };
}

/** A node that gives a value. */
export function give(id: string, value: JsonValue, more: JsonObject = {}): JsonObject {
  return call(id, 'value', { value }, more);
}

/** A map over `over`. */
export function each(
  id: string,
  over: JsonValue,
  inner: JsonObject,
  more: JsonObject = {},
): JsonObject {
  return { id, type: 'map', over, task: inner, ...more };
}

/** A node that runs a sub-recipe. */
export function include(id: string, path: string, more: JsonObject = {}): JsonObject {
  return { id, type: 'recipe', recipe_path: path, ...more };
}

/** Inputs that need no more than a name. */
export function inputs(...ids: readonly string[]): JsonValue {
  return ids.map((id) => ({ id, type: 'json' }));
}
