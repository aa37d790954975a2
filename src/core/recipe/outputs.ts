/** final_outputs: names, dotted paths, `{id, value, condition}`, `{id, description}`. */
import { isJsonArray } from '../json.ts';
import type { JsonValue } from '../json.ts';
import { compact } from './compact.ts';
import { conditionText } from './expression-text.ts';
import type { Path } from './path.ts';
import type { OutputSpec } from './plan.ts';
import type { Report } from './report.ts';
import { outputSchema } from './schema/outputs.ts';
import { readShape, typeName } from './shape.ts';

const NAME = /^[A-Za-z_][\w-]*(?:\.[\w-]+|\[-?\d{1,9}\])*$/;
const WHOLE = /^\s*\{\{-?\s*([^{}]*?)\s*-?\}\}\s*$/;
const MAX_OUTPUTS = 500;

export interface WrittenOutput extends OutputSpec {
  readonly path: Path;
  /** Where the name stands that is read when there is no value. */
  readonly namePath: Path;
}

export function readOutputs(
  raw: JsonValue | undefined,
  path: Path,
  report: Report,
): readonly WrittenOutput[] | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (!isJsonArray(raw)) {
    report.add({
      code: 'wrong_type',
      path,
      detail: `Cannot read "final_outputs": it must be a list, not ${typeName(raw)}`,
    });
    return undefined;
  }
  if (raw.length > MAX_OUTPUTS) {
    report.add({
      code: 'out_of_range',
      path,
      detail: `Cannot read "final_outputs": more than ${MAX_OUTPUTS}`,
    });
  }
  const seen = new Set<string>();
  return raw.slice(0, MAX_OUTPUTS).flatMap((item, index) => {
    const output = readOutput(item, [...path, index], report);
    if (output === undefined) return [];
    // Two entries of one id are alternatives when conditions choose between them.
    if (seen.has(output.id) && output.condition === undefined) {
      report.add({
        code: 'duplicate_output',
        path: output.namePath,
        detail: `Output "${output.id}" is given twice`,
      });
    }
    seen.add(output.id);
    return [output];
  });
}

function readOutput(item: JsonValue, path: Path, report: Report): WrittenOutput | undefined {
  if (typeof item === 'string') {
    const id = WHOLE.exec(item)?.[1] ?? item.trim();
    return isName(id, path, report) ? { id, path, namePath: path } : undefined;
  }
  const keys = readShape(outputSchema, { value: item, path, report, what: 'an output' });
  if (keys === undefined || !isName(keys.id, [...path, 'id'], report)) return undefined;
  return {
    id: keys.id,
    path,
    namePath: [...path, 'id'],
    ...compact({
      value: keys.value,
      condition: conditionText(keys.condition),
      description: keys.description === undefined ? undefined : String(keys.description),
      sensitive: keys.sensitive === true ? (true as const) : undefined,
    }),
  };
}

function isName(id: string, path: Path, report: Report): boolean {
  if (id.length <= 500 && NAME.test(id)) return true;
  const detail = `Cannot read the output "${id.slice(0, 100)}": write a name, a dotted path, or {id, value}`;
  report.add({ code: 'bad_id', path, detail });
  return false;
}

export function outputRoot(id: string): string {
  return id.split(/[.[]/, 1)[0] ?? id;
}

/** What the plan keeps of an output. */
export function outputSpec(written: WrittenOutput): OutputSpec {
  const { id, value, condition, description, sensitive } = written;
  return { id, ...compact({ value, condition, description, sensitive }) };
}
