/** A JSON Schema that an author wrote: a map, a boolean, or a template giving one. */
import { isJsonObject } from '../../json.ts';
import type { JsonValue } from '../../json.ts';
import type { NodeContext } from '../context.ts';
import type { Path } from '../path.ts';
import { typeName } from '../shape.ts';

export function checkSchemaMap(
  schema: JsonValue | undefined,
  path: Path,
  { report }: Pick<NodeContext, 'report'>,
): void {
  if (schema === undefined || typeof schema === 'boolean' || isJsonObject(schema)) return;
  if (typeof schema === 'string' && (schema.includes('{{') || /^[\w.]+$/.test(schema))) return;
  const detail = `Cannot read the JSON Schema: it must be a map, not ${typeName(schema)}`;
  report.add({ code: 'wrong_type', path, detail });
}
