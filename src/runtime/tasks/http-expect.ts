/** `expect` of an `http_task`: the answers that count as success. */
import { ComposerError } from '../../core/errors.ts';
import { isJsonArray, isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { patternsIn, slowPattern } from '../../core/recipe/pattern.ts';
import type { HttpNode } from '../../core/recipe/plan.ts';
import { resolve } from '../../core/run/resolve.ts';
import type { TaskContext } from './task.ts';

export interface Expectation {
  readonly isStatus: (status: number) => boolean;
  /** A redirect is an answer like any other, because one is expected. */
  readonly seesRedirects: boolean;
  /** In lower case, without parameters; `type/*` stands for all of a kind. */
  readonly contentTypes?: readonly string[];
  readonly isJson: boolean;
  readonly schema?: JsonValue;
}

const KEYS = ['status', 'content_type', 'json', 'schema'];

/** A status or a list of them is short for `{status: …}`. */
export function readExpectation({
  node,
  context,
}: Pick<TaskContext<HttpNode>, 'node' | 'context'>): Expectation {
  const { expect = {} } = node;
  // A schema is not a template: its words are not names of variables.
  const { schema, ...rest } = isJsonObject(expect) ? expect : { status: expect };
  const resolved = resolve(rest, context);
  const keys = withSchema(isJsonObject(resolved) ? resolved : {}, schema);
  const unknown = Object.keys(keys).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw wrong(node, `"${unknown}" is not one of ${KEYS.join(', ')}`);
  const ranges = readRanges(node, keys['status'] ?? '2xx');
  const types = keys['content_type'] ?? null;
  const json = keys['json'] ?? false;
  if (typeof json !== 'boolean') throw wrong(node, '"json" is neither true nor false');
  checkSchema(node, keys['schema']);
  return {
    isStatus: (status) => ranges.some(([from, to]) => status >= from && status <= to),
    seesRedirects: ranges.some(([from, to]) => from < 400 && to >= 300),
    isJson: json || keys['schema'] !== undefined,
    ...(types !== null && { contentTypes: readTypes(node, types) }),
    ...(keys['schema'] !== undefined && { schema: keys['schema'] }),
  };
}

/** A whole template may have given all of it. */
function withSchema(keys: JsonObject, schema: JsonValue | undefined): JsonObject {
  const { status = null } = keys;
  const whole = isJsonObject(status) ? status : keys;
  return schema === undefined ? whole : { ...whole, schema };
}

function readRanges(node: HttpNode, value: JsonValue): readonly (readonly [number, number])[] {
  if (isJsonArray(value)) return value.flatMap((each) => readRanges(node, each));
  const text = String(isJsonObject(value) ? '' : value).trim();
  const kind = /^([1-5])xx$/i.exec(text)?.[1];
  if (kind !== undefined) return [[Number(kind) * 100, Number(kind) * 100 + 99]];
  const [, from, to = from] = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(text) ?? [];
  if (from === undefined) {
    throw wrong(node, `${JSON.stringify(value)} is not a status such as 200, "2xx" or "200-204"`);
  }
  return [[Number(from), Number(to)]];
}

function readTypes(node: HttpNode, value: JsonValue): readonly string[] {
  const list = isJsonArray(value) ? value : [value];
  return list.map((type) => {
    if (typeof type === 'string') return (type.split(';')[0] ?? '').trim().toLowerCase();
    throw wrong(node, `"content_type" is not a text`);
  });
}

function checkSchema(node: HttpNode, schema: JsonValue | undefined): void {
  if (schema === undefined) return;
  for (const { pattern } of patternsIn(schema)) {
    const why = slowPattern(pattern);
    if (why !== undefined) throw wrong(node, `pattern "${pattern.slice(0, 60)}": ${why}`);
  }
}

function wrong(node: HttpNode, why: string): ComposerError {
  return new ComposerError('recipe_invalid', `Cannot read "expect" of node "${node.id}": ${why}`);
}
