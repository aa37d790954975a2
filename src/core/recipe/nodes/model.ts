/** What may stand under `model`: a map, "provider/model", an alias, a template, or a list of these. */
import { isJsonArray, isJsonObject, ownProperty } from '../../json.ts';
import type { JsonValue } from '../../json.ts';
import type { NodeContext } from '../context.ts';
import type { Path } from '../path.ts';
import { typeName } from '../shape.ts';

const MAX_CHAIN = 20;

export function checkModel(
  model: JsonValue | undefined,
  path: Path,
  { report }: Pick<NodeContext, 'report'>,
): void {
  if (model === undefined) return;
  if (!isJsonArray(model)) return checkOne(model, path, report);
  if (model.length === 0 || model.length > MAX_CHAIN) {
    const detail = `Cannot read "model": a list to fall back on has 1 to ${MAX_CHAIN} models`;
    report.add({ code: 'out_of_range', path, detail });
  }
  for (const [index, item] of model.slice(0, MAX_CHAIN).entries())
    checkOne(item, [...path, index], report);
}

function checkOne(model: JsonValue, path: Path, report: NodeContext['report']): void {
  if (typeof model === 'string' && model.trim() !== '') return;
  if (!isJsonObject(model)) {
    const detail = `Cannot read "model": it must be a map or text, not ${model === '' ? 'empty' : typeName(model)}`;
    report.add({ code: 'wrong_type', path, detail });
    return;
  }
  const name = ownProperty(model, 'model');
  if (name === undefined || name === null) {
    report.add({ code: 'missing_key', path, detail: 'A model needs "model"' });
  } else if (typeof name !== 'string') {
    report.add({
      code: 'wrong_type',
      path: [...path, 'model'],
      detail: 'Cannot read "model": its name must be text',
    });
  }
}
