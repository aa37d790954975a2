/** A JSON Schema that an author wrote: a map, a boolean, or a template giving one. */
import { isJsonArray, isJsonObject } from '../../json.ts';
import type { JsonValue } from '../../json.ts';
import { findSchemaFault } from '../../plugin/schema-bounds.ts';
import type { NodeContext } from '../context.ts';
import type { Path } from '../path.ts';
import { patternsIn, slowPattern } from '../pattern.ts';
import { formFaults, isTemplate } from '../schema-form.ts';
import { typeName } from '../shape.ts';

/** `given`: a template or a variable's name may stand for the schema, which a run then looks at. */
export function checkSchemaMap(
  schema: JsonValue | undefined,
  path: Path,
  { report }: Pick<NodeContext, 'report'>,
  given: 'as it is' | 'by template' = 'by template',
): void {
  if (schema === undefined || typeof schema === 'boolean') return;
  if (isJsonObject(schema)) return checkSchema(schema, path, report);
  const isGiven = isTemplate(schema) || (typeof schema === 'string' && /^[\w.]+$/.test(schema));
  if (isGiven && given === 'by template') return;
  const detail = `Cannot read the JSON Schema: it must be a map, not ${typeName(schema)}`;
  report.add({ code: 'wrong_type', path, detail });
}

function checkSchema(schema: JsonValue, path: Path, report: NodeContext['report']): void {
  const before = report.errorCount;
  for (const { path: inside, ...fault } of formFaults(schema))
    report.add({ ...fault, path: [...path, ...inside] });
  checkPatterns(schema, path, report);
  if (report.errorCount > before || holdsTemplate(schema)) return;
  const fault = findSchemaFault(schema, 'recipe');
  if (fault === undefined) return;
  const detail = `Cannot use the JSON Schema: ${fault.detail}`;
  report.add({ code: 'bad_schema', path: [...path, ...fault.path], detail });
}

/** Such a schema is bounded when it is used. */
function holdsTemplate(value: JsonValue): boolean {
  if (isJsonArray(value)) return value.some(holdsTemplate);
  return isJsonObject(value) ? Object.values(value).some(holdsTemplate) : isTemplate(value);
}

function checkPatterns(schema: JsonValue, path: Path, report: NodeContext['report']): void {
  for (const { path: inside, pattern } of patternsIn(schema)) {
    const why = slowPattern(pattern);
    if (why === undefined) continue;
    const detail = `Cannot use the pattern "${pattern.slice(0, 60)}": ${why}`;
    report.add({ code: 'bad_pattern', path: [...path, ...inside], detail });
  }
}
