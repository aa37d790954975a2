/** hitl: a durable pause for a person. */
import { isJsonArray, isJsonObject, ownProperty } from '../../json.ts';
import type { JsonValue } from '../../json.ts';
import { compact } from '../compact.ts';
import type { NodeContext } from '../context.ts';
import type { HitlNode } from '../plan.ts';
import { hitl } from '../schema/nodes.ts';
import { readShape } from '../shape.ts';
import type { ShapeInput } from '../shape.ts';
import { readCommon } from './common.ts';
import { checkSchemaMap } from './json-schema.ts';

export function readHitl(shape: ShapeInput, context: NodeContext): HitlNode | undefined {
  const keys = readShape(hitl, shape);
  if (keys === undefined) return undefined;
  const { path } = shape;
  checkSchemaMap(keys.form, [...path, 'form'], context);
  if (keys.default_action === 'approve') {
    const detail = `${shape.what.replace(/^n/, 'N')} approves by itself when nobody answers`;
    context.report.add({ code: 'fail_open_approval', path: [...path, 'default_action'], detail });
  }
  return {
    ...readCommon(keys, 'hitl', path, context),
    type: 'hitl',
    defaultAction: keys.default_action ?? 'reject',
    approvalsRequired: keys.approvals_required ?? 1,
    groups: keys.groups ?? [],
    ...compact({
      title: keys.title === undefined ? undefined : String(keys.title),
      instructions: keys.instructions === undefined ? undefined : String(keys.instructions),
      form: formOf(keys.form, keys.required_fields ?? []),
    }),
  };
}

/** `required_fields` alone is a form of text fields; beside a form it adds to what that requires. */
function formOf(form: JsonValue | undefined, fields: readonly string[]): JsonValue | undefined {
  if (fields.length === 0) return form;
  if (form !== undefined && !isJsonObject(form)) return form;
  const given = form === undefined ? undefined : ownProperty(form, 'properties');
  const properties = new Map(Object.entries(isJsonObject(given) ? given : {}));
  for (const field of fields)
    if (!properties.has(field)) properties.set(field, { type: 'string', minLength: 1 });
  const required = form === undefined ? undefined : ownProperty(form, 'required');
  const all = new Set([...(isJsonArray(required) ? required : []), ...fields]);
  return {
    type: 'object',
    ...form,
    properties: Object.fromEntries(properties),
    required: [...all],
  };
}
