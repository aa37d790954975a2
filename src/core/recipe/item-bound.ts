/** How many items a map can have, where the recipe itself says so. */
import { isFileOver } from '../chunk/spec.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { InputSpec, MapNode, Plan } from './plan.ts';

const NAME = /^(inputs\.)?([A-Za-z_]\w*)$/;
const WHOLE = /^\{\{-?([^{}]*?)-?\}\}$/;

/** Undefined when only a run can tell. A map inside a map reads its item before anything else. */
export function itemBound(node: MapNode, plan: Plan, isNested: boolean): number | undefined {
  const { over } = node;
  if (isJsonArray(over)) return over.length;
  if (isJsonObject(over)) return isFileOver(over) ? undefined : Object.keys(over).length;
  if (typeof over !== 'string' || isNested) return undefined;
  const text = over.trim();
  const [, alias, name = ''] = NAME.exec((WHOLE.exec(text)?.[1] ?? text).trim()) ?? [];
  if (isHidden(alias === undefined ? name : 'inputs', node)) return undefined;
  if (alias === undefined && isPublished(name, plan)) return undefined;
  return boundOfInput(plan.inputs.find(({ id }) => id === name));
}

/** The node's own `input` comes first. One that is not a map of names may hold any. */
function isHidden(name: string, { input }: MapNode): boolean {
  if (input === undefined) return false;
  return !isJsonObject(input) || Object.hasOwn(input, name);
}

/** Outputs of nodes come before inputs. */
function isPublished(name: string, { graph }: Plan): boolean {
  return graph.nodes.some(
    (node) =>
      node.output === name ||
      (node.type === 'recipe' && Object.hasOwn(node.outputMapping ?? {}, name)),
  );
}

function boundOfInput(spec: InputSpec | undefined): number | undefined {
  if (spec?.type === 'file') return spec.max;
  if (spec?.type !== 'json' || !isJsonObject(spec.schema)) return undefined;
  const maxItems = ownProperty(spec.schema, 'maxItems');
  const isList = ownProperty(spec.schema, 'type') === 'array';
  return isList && typeof maxItems === 'number' ? Math.max(0, Math.floor(maxItems)) : undefined;
}
