/** A JSON Schema that an author wrote: a map, a boolean, or a template giving one. */
import { isJsonObject } from '../../json.ts';
import type { JsonValue } from '../../json.ts';
import type { NodeContext } from '../context.ts';
import type { Path } from '../path.ts';
import { patternsIn, slowPattern } from '../pattern.ts';
import { typeName } from '../shape.ts';

export function checkSchemaMap(
  schema: JsonValue | undefined,
  path: Path,
  { report }: Pick<NodeContext, 'report'>,
): void {
  if (schema === undefined || typeof schema === 'boolean') return;
  if (isJsonObject(schema)) return checkPatterns(schema, path, report);
  if (typeof schema === 'string' && (schema.includes('{{') || /^[\w.]+$/.test(schema))) return;
  const detail = `Cannot read the JSON Schema: it must be a map, not ${typeName(schema)}`;
  report.add({ code: 'wrong_type', path, detail });
}

function checkPatterns(schema: JsonValue, path: Path, report: NodeContext['report']): void {
  for (const { path: inside, pattern } of patternsIn(schema)) {
    const why = slowPattern(pattern);
    if (why === undefined) continue;
    const detail = `Cannot use the pattern "${pattern.slice(0, 60)}": ${why}`;
    report.add({ code: 'bad_pattern', path: [...path, ...inside], detail });
  }
}
