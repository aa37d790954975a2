/** What a condition proves to be present, when it holds and when it does not. */
import type { Expression } from './ast.ts';

export type Path = readonly (string | number)[];

export function trueGuards(node: Expression): readonly Path[] {
  if (node.type === 'name' || node.type === 'member') return pathsOf(node);
  if (node.type === 'not') return falseGuards(node.operand);
  if (node.type === 'logic' && node.operator === 'and') return node.operands.flatMap(trueGuards);
  return testGuards(node, true);
}

export function falseGuards(node: Expression): readonly Path[] {
  if (node.type === 'not') return trueGuards(node.operand);
  if (node.type === 'logic' && node.operator === 'or') return node.operands.flatMap(falseGuards);
  return testGuards(node, false);
}

function testGuards(node: Expression, outcome: boolean): readonly Path[] {
  if (node.type !== 'test') return [];
  const holds = outcome !== node.negated;
  const provesPresence =
    (node.name === 'defined' && holds) || (node.name === 'undefined' && !holds);
  return provesPresence ? pathsOf(node.operand) : [];
}

function pathsOf(node: Expression): readonly Path[] {
  const path = pathOfNode(node);
  return path === undefined ? [] : [path];
}

/** The static part of a chain of members; undefined when it does not start at a name. */
export function pathOfNode(node: Expression): Path | undefined {
  const keys: Expression[] = [];
  let base = node;
  for (; base.type === 'member'; base = base.object) keys.unshift(base.key);
  if (base.type !== 'name') return undefined;
  const path: (string | number)[] = [base.name];
  for (const key of keys) {
    if (key.type !== 'constant') break;
    if (typeof key.value !== 'string' && typeof key.value !== 'number') break;
    path.push(key.value);
  }
  return path;
}
