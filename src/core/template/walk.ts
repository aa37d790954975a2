/** The parts of a node, for whatever goes through a whole template. */
import type { CallArguments, Expression, FilterUse, MacroDefinition, Statement } from './ast.ts';

export type Node = Statement | Expression;

export function childrenOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'text':
    case 'break':
    case 'continue':
    case 'constant':
    case 'name':
      return [];
    case 'output':
    case 'set':
    case 'do':
      return [node.value];
    case 'if':
      return [
        ...node.branches.flatMap(({ condition, body }) => [condition, ...body]),
        ...node.otherwise,
      ];
    case 'for':
      return [node.iterable, ...some(node.condition), ...node.body, ...node.otherwise];
    case 'set_block':
    case 'filter_block':
      return [...filterParts(node.filters), ...node.body];
    case 'macro':
      return macroParts(node.macro);
    case 'call_block':
      return [node.call, ...macroParts(node.macro)];
    case 'include':
      return [node.name];
    case 'with':
      return [...node.bindings.map(([, value]) => value), ...node.body];
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flat();
    case 'member':
      return [node.object, node.key];
    case 'slice':
      return [node.object, ...some(node.bounds.start, node.bounds.stop, node.bounds.step)];
    case 'call':
      return [node.callee, ...argumentParts(node.args)];
    case 'filter':
    case 'test':
      return [node.operand, ...argumentParts(node.args)];
    case 'not':
    case 'sign':
      return [node.operand];
    case 'arithmetic':
      return [node.left, node.right];
    case 'logic':
    case 'concat':
      return node.operands;
    case 'compare':
      return [node.left, ...node.rest.map(({ right }) => right)];
    case 'choice':
      return [node.condition, node.whenTrue, ...some(node.whenFalse)];
  }
}

export function argumentParts({
  positional,
  named,
  spread,
  namedSpread,
}: CallArguments): readonly Expression[] {
  return [...positional, ...named.map(([, value]) => value), ...some(spread, namedSpread)];
}

function filterParts(filters: readonly FilterUse[]): readonly Expression[] {
  return filters.flatMap(({ args }) => argumentParts(args));
}

function macroParts({ parameters, body }: MacroDefinition): readonly Node[] {
  return [...some(...parameters.map(({ fallback }) => fallback)), ...body];
}

function some(...parts: readonly (Expression | undefined)[]): readonly Expression[] {
  return parts.filter((part) => part !== undefined);
}
