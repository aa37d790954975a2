/** `nodes` as written, to nodes of a plan; and what is known of those that have faults. */
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonValue } from '../json.ts';
import type { NodeContext, NodeHead } from './context.ts';
import { RESERVED } from './input-specs.ts';
import { LIMITS } from './limits.ts';
import { readNode } from './nodes/node.ts';
import type { Path } from './path.ts';
import { END, START } from './plan.ts';
import type { Report } from './report.ts';
import { typeName } from './shape.ts';

export function readNodes(
  raw: JsonValue | undefined,
  path: Path,
  context: NodeContext,
): readonly NodeHead[] {
  const { report } = context;
  if (!isJsonArray(raw)) {
    const detail = `Cannot read "nodes": it must be a list, not ${typeName(raw)}`;
    report.add({ code: 'wrong_type', path, detail });
    return [];
  }
  if (raw.length === 0)
    report.add({
      code: 'out_of_range',
      path,
      detail: 'Cannot read "nodes": it needs at least one node',
    });
  if (raw.length > LIMITS.nodes) {
    report.add({
      code: 'too_many_nodes',
      path,
      detail: `Cannot read "nodes": ${raw.length} nodes are more than ${LIMITS.nodes}`,
    });
  }
  const seen = new Set<string>();
  return raw.slice(0, LIMITS.nodes).flatMap((item, index) => {
    const at = [...path, index];
    const node = readNode(item, at, context);
    const id = isJsonObject(item) ? ownProperty(item, 'id') : undefined;
    if (!isJsonObject(item) || typeof id !== 'string' || !isNewId(id, at, seen, report)) return [];
    const output = ownProperty(item, 'output');
    const name = typeof output === 'string' ? output : id;
    checkOutputName(name, typeof output === 'string' ? [...at, 'output'] : [...at, 'id'], report);
    return [{ id, output: name, path: at, raw: item, ...(node === undefined ? {} : { node }) }];
  });
}

function isNewId(id: string, path: Path, seen: Set<string>, report: Report): boolean {
  if (id === START || id === END) {
    report.add({
      code: 'reserved_id',
      path: [...path, 'id'],
      detail: `A node cannot be called "${id}"`,
    });
    return false;
  }
  if (seen.has(id)) {
    report.add({
      code: 'duplicate_id',
      path: [...path, 'id'],
      detail: `There are two nodes "${id.slice(0, 100)}"`,
    });
    return false;
  }
  seen.add(id);
  return true;
}

function checkOutputName(name: string, path: Path, report: Report): void {
  if (!RESERVED.has(name)) return;
  const detail = `Output "${name}" has a name that templates use for something else`;
  report.add({ code: 'reserved_name', path, detail });
}
