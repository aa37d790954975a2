/** From the fields of an `http_task` to a request. */
import { ComposerError } from '../../core/errors.ts';
import { isJsonArray, isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { HttpNode } from '../../core/recipe/plan.ts';
import { resolve, resolveToText } from '../../core/run/resolve.ts';
import type { TaskContext } from './task.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
}

type Given = Pick<TaskContext<HttpNode>, 'node' | 'context' | 'run' | 'step'>;

export function makeRequest({ node, context, run, step }: Given): HttpRequest {
  const method = methodOf(node, context);
  const url = withQuery(
    node,
    resolveToText(node.url, context).trim(),
    fieldsOf(node, 'query', context),
  );
  const written = fieldsOf(node, 'headers', context);
  const headers = Object.entries(written).flatMap(([name, value]) =>
    headerOf(node, name.trim(), value),
  );
  const has = (name: string) => headers.some(([each]) => each.toLowerCase() === name);
  const isForm = headers.some(
    ([name, value]) =>
      name.toLowerCase() === 'content-type' && /^[^;]*form-urlencoded/i.test(value),
  );
  const body = bodyOf(node.body === undefined ? null : resolve(node.body, context), isForm);
  if (body !== undefined && !has('content-type')) headers.push(['content-type', body.type]);
  if (!/^(?:GET|HEAD|OPTIONS)$/.test(method) && !has('idempotency-key')) {
    headers.push(['idempotency-key', attemptKey({ run, step })]);
  }
  return { method, url, headers, ...(body !== undefined && { body: body.text }) };
}

/** The same for every attempt, so that a host can tell a repetition from a second request. */
export function attemptKey({ run, step }: Pick<Given, 'run' | 'step'>): string {
  return `${run}:${step.key}`;
}

/** A method that stands in the recipe is a word of the language, not the name of a variable. */
function methodOf({ method }: HttpNode, context: Given['context']): string {
  return /^[A-Z]+$/.test(method) ? method : resolveToText(method, context).trim().toUpperCase();
}

function fieldsOf(node: HttpNode, key: 'headers' | 'query', context: Given['context']): JsonObject {
  const written = node[key];
  const fields = written === undefined ? null : resolve(written, context);
  if (fields === null) return {};
  if (isJsonObject(fields)) return fields;
  throw wrong(node, key, 'it is not a map');
}

/** A list is one header with its parts joined; null is none, so that an optional input may be one. */
function headerOf(node: HttpNode, name: string, value: JsonValue): (readonly [string, string])[] {
  const parts = isJsonArray(value) ? value : [value];
  const texts = parts.filter((part) => part !== null).map((part) => scalar(node, 'headers', part));
  return texts.length === 0 ? [] : [[name, texts.join(', ')]];
}

/** A list repeats its name. What the address has already is left as it is written. */
function withQuery(node: HttpNode, url: string, query: JsonObject): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const part of isJsonArray(value) ? value : [value]) {
      if (part !== null) search.append(name, scalar(node, 'query', part));
    }
  }
  if (search.size === 0) return url;
  const [address = '', ...fragment] = url.split('#');
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return [`${address}${joint}${search.toString()}`, ...fragment].join('#');
}

function scalar(node: HttpNode, key: string, value: JsonValue): string {
  if (isJsonObject(value) || isJsonArray(value)) {
    throw wrong(node, key, 'a value in it is neither a text, a number nor a boolean');
  }
  return String(value);
}

/** A text goes as it is, anything else as JSON; a map goes as a form when the content type says so. */
function bodyOf(value: JsonValue, isForm: boolean): { text: string; type: string } | undefined {
  if (value === null) return undefined;
  if (typeof value === 'string') return { text: value, type: 'text/plain;charset=utf-8' };
  if (!isForm || !isJsonObject(value)) {
    return { text: JSON.stringify(value), type: 'application/json' };
  }
  const form = new URLSearchParams();
  for (const [name, field] of Object.entries(value)) {
    for (const part of isJsonArray(field) ? field : [field]) {
      if (part !== null) form.append(name, typeof part === 'string' ? part : JSON.stringify(part));
    }
  }
  return { text: form.toString(), type: 'application/x-www-form-urlencoded' };
}

function wrong({ id }: HttpNode, key: string, why: string): ComposerError {
  return new ComposerError('recipe_invalid', `Cannot read "${key}" of node "${id}": ${why}`);
}
