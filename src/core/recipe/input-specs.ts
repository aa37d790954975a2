/** `user_inputs` as written, to the inputs of a plan. */
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonValue } from '../json.ts';
import { compact } from './compact.ts';
import { coerceInput } from './input-values.ts';
import { LIMITS } from './limits.ts';
import { checkSchemaMap } from './nodes/json-schema.ts';
import type { Path } from './path.ts';
import { compilePattern } from './pattern.ts';
import type { InputSpec } from './plan.ts';
import type { Report } from './report.ts';
import { inputSchema } from './schema/inputs.ts';
import { readShape, typeName } from './shape.ts';

/** Names that templates use for something else. */
export const RESERVED = new Set([
  'item',
  'index',
  'loop',
  'key',
  'parent',
  'inputs',
  'nodes',
  'run',
  'current_time',
  'visits',
]);

const TEXTS = new Set(['string', 'text']);
const NUMBERS = new Set(['int', 'float']);

export function readInputSpecs(
  raw: JsonValue | undefined,
  path: Path,
  report: Report,
): readonly InputSpec[] {
  if (raw === undefined || raw === null) return [];
  if (!isJsonArray(raw)) {
    report.add({
      code: 'wrong_type',
      path,
      detail: `Cannot read "user_inputs": it must be a list, not ${typeName(raw)}`,
    });
    return [];
  }
  if (raw.length > LIMITS.inputs) {
    report.add({
      code: 'too_many_inputs',
      path,
      detail: `Cannot read "user_inputs": more than ${LIMITS.inputs}`,
    });
  }
  const seen = new Set<string>();
  return raw.slice(0, LIMITS.inputs).flatMap((item, index) => {
    const at = [...path, index];
    const spec = readSpec(item, at, report);
    const id = isJsonObject(item) ? ownProperty(item, 'id') : undefined;
    if (typeof id === 'string' && seen.has(id)) {
      report.add({
        code: 'duplicate_input',
        path: [...at, 'id'],
        detail: `There are two inputs "${id}"`,
      });
    }
    if (typeof id === 'string') seen.add(id);
    return spec === undefined ? [] : [spec];
  });
}

function readSpec(item: JsonValue, path: Path, report: Report): InputSpec | undefined {
  const id = isJsonObject(item) ? ownProperty(item, 'id') : undefined;
  const what = typeof id === 'string' ? `input "${id.slice(0, 100)}"` : 'an input';
  const keys = readShape(inputSchema, { value: item, path, report, what });
  if (keys === undefined) return undefined;
  if (RESERVED.has(keys.id)) {
    const detail = `Input "${keys.id}" hides a name that templates use for something else`;
    report.add({ code: 'reserved_name', path: [...path, 'id'], detail });
  }
  const spec: InputSpec = {
    id: keys.id,
    type: keys.type,
    label: keys.label === undefined ? humanised(keys.id) : String(keys.label),
    required: keys.required ?? true,
    ...compact({
      description: keys.description === undefined ? undefined : String(keys.description),
      literalValues: keys.literal_values,
      min: keys.min,
      max: keys.max,
      pattern: keys.pattern,
      schema: keys.schema,
      sensitive: keys.sensitive === true ? (true as const) : undefined,
    }),
  };
  checkBounds(spec, path, what, report);
  return keys.default === undefined ? spec : withDefault(spec, keys.default, path, report);
}

function checkBounds(spec: InputSpec, path: Path, what: string, report: Report): void {
  if (spec.type === 'literal' && spec.literalValues === undefined) {
    report.add({ code: 'missing_key', path, detail: `Input "${spec.id}" needs "literal_values"` });
  }
  if (spec.min !== undefined && spec.max !== undefined && spec.min > spec.max) {
    const detail = `Cannot read ${what}: "min" ${spec.min} is above "max" ${spec.max}`;
    report.add({ code: 'out_of_range', path: [...path, 'min'], detail });
  }
  const isBounded = TEXTS.has(spec.type) || NUMBERS.has(spec.type) || spec.type === 'file';
  const unused = [
    ...(spec.type !== 'literal' && spec.literalValues !== undefined ? ['literal_values'] : []),
    ...(!isBounded && spec.min !== undefined ? ['min'] : []),
    ...(!isBounded && spec.max !== undefined ? ['max'] : []),
    ...(!TEXTS.has(spec.type) && spec.pattern !== undefined ? ['pattern'] : []),
  ];
  for (const key of unused) {
    const detail = `"${key}" has no effect on ${what}, which is of type ${spec.type}`;
    report.add({ code: 'unused_setting', path: [...path, key], at: 'key', detail });
  }
  checkSchemaMap(spec.schema, [...path, 'schema'], { report }, 'as it is');
  const pattern = spec.pattern === undefined ? undefined : compilePattern(spec.pattern);
  if (pattern?.ok === false) {
    const detail = `Cannot use the pattern of ${what}: ${pattern.error}`;
    report.add({ code: 'bad_pattern', path: [...path, 'pattern'], detail });
  }
}

function withDefault(spec: InputSpec, value: JsonValue, path: Path, report: Report): InputSpec {
  if (spec.pattern !== undefined && !compilePattern(spec.pattern).ok) return spec;
  const checked = coerceInput(spec, value);
  if (checked.ok) return { ...spec, default: checked.value };
  const isLiteral = checked.error.code === 'input_literal';
  report.add({
    code: isLiteral ? 'bad_literal_default' : 'bad_default',
    path: [...path, 'default'],
    detail: `Default of input "${spec.id}": ${checked.error.detail}${isLiteral ? '; it is dropped' : ''}`,
    suggestion: checked.error.suggestion,
  });
  return spec;
}

function humanised(id: string): string {
  const words = id
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .trim()
    .toLowerCase();
  return words === '' ? id : words.charAt(0).toUpperCase() + words.slice(1);
}
