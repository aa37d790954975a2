/** http_task: one request through the egress policy. */
import { isJsonObject } from '../../json.ts';
import { compact } from '../compact.ts';
import type { NodeContext } from '../context.ts';
import type { HttpNode } from '../plan.ts';
import { httpTask } from '../schema/nodes.ts';
import { readShape } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { closest } from '../suggest.ts';
import { readCommon } from './common.ts';
import { checkSchemaMap } from './json-schema.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

export function readHttpTask(shape: ShapeInput, context: NodeContext): HttpNode | undefined {
  const keys = readShape(httpTask, shape);
  if (keys === undefined) return undefined;
  const { path } = shape;
  const method = (keys.method ?? 'GET').trim();
  const isTemplate = method.includes('{{');
  if (!isTemplate && !METHODS.includes(method.toUpperCase())) {
    context.report.add({
      code: 'unknown_value',
      path: [...path, 'method'],
      detail: `Cannot request with method "${method.slice(0, 40)}": it must be one of ${METHODS.join(', ')}`,
      suggestion: closest(method.toUpperCase(), METHODS),
    });
  }
  const scheme = /^([A-Za-z][\w+.-]*):/.exec(keys.url)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    const detail = `Cannot request "${keys.url.slice(0, 80)}": the address must start with https:// or http://`;
    context.report.add({ code: 'bad_format', path: [...path, 'url'], detail });
  }
  const { expect } = keys;
  if (isJsonObject(expect))
    checkSchemaMap(expect['schema'], [...path, 'expect', 'schema'], context);
  return {
    ...readCommon(keys, 'http_task', path, context),
    type: 'http_task',
    method: isTemplate ? method : method.toUpperCase(),
    url: keys.url,
    ...compact({ headers: keys.headers, query: keys.query, body: keys.body, expect: keys.expect }),
  };
}
