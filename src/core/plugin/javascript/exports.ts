/** The functions that a text exports, as far as can be seen without running it. */
import type { AnyNode, Expression, ModuleDeclaration, Statement } from 'acorn';
import { isRuntimeExport } from '../inspect.ts';
import { MAX_FOUND } from './limits.ts';

type Body = readonly (Statement | ModuleDeclaration)[];

/** Names that a function of a plugin may have. */
const NAME = /^[A-Za-z][\w-]{0,63}$/;

/** `export function f`, `export const f =`, `export { f }`, `export default`. */
export function moduleExports(body: Body): string[] {
  return namesOf(
    body.flatMap((node) => {
      if (node.type === 'ExportDefaultDeclaration') return ['default'];
      if (node.type !== 'ExportNamedDeclaration') return [];
      const { declaration, specifiers } = node;
      return [
        ...specifiers.map(({ exported }) =>
          exported.type === 'Identifier' ? exported.name : exported.value,
        ),
        ...declared(declaration ?? undefined),
      ];
    }),
  );
}

function declared(node: Statement | undefined): unknown[] {
  if (node?.type === 'FunctionDeclaration') return [node.id?.name];
  if (node?.type !== 'VariableDeclaration') return [];
  return node.declarations.flatMap(({ id, init }) =>
    id.type === 'Identifier' && mayBeFunction(init ?? undefined) ? [id.name] : [],
  );
}

/** `module.exports = { f }`, `module.exports.f =`, `exports.f =`, also behind `0 &&`, where bundlers list them. */
export function scriptExports(body: Body): string[] {
  return namesOf(
    body.flatMap((node) => (node.type === 'ExpressionStatement' ? assigned(node.expression) : [])),
  );
}

function assigned(node: Expression): unknown[] {
  if (node.type === 'SequenceExpression') return node.expressions.flatMap(assigned);
  if (node.type === 'LogicalExpression') return assigned(node.right);
  if (node.type !== 'AssignmentExpression' || node.operator !== '=') return [];
  const { left, right } = node;
  if (isExports(left))
    return right.type === 'ObjectExpression' ? propertiesOf(right) : assigned(right);
  if (left.type !== 'MemberExpression' || !isExports(left.object)) return assigned(right);
  const own = mayBeFunction(right) ? [keyOf(left.property, left.computed)] : [];
  return [...own, ...assigned(right)];
}

function propertiesOf({
  properties,
}: Extract<Expression, { type: 'ObjectExpression' }>): unknown[] {
  return properties.flatMap((property) =>
    property.type === 'Property' && mayBeFunction(property.value)
      ? [keyOf(property.key, property.computed)]
      : [],
  );
}

/** `exports` or `module.exports` */
function isExports(node: AnyNode): boolean {
  if (node.type === 'Identifier') return node.name === 'exports';
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    keyOf(node.property, node.computed) === 'exports'
  );
}

function keyOf(node: AnyNode, computed: boolean): unknown {
  if (node.type === 'Identifier' && !computed) return node.name;
  return node.type === 'Literal' ? node.value : undefined;
}

/** What is plainly something else is not a function. */
function mayBeFunction(node: Expression | undefined): boolean {
  return (
    node !== undefined &&
    ![
      'ArrayExpression',
      'BinaryExpression',
      'ClassExpression',
      'Literal',
      'NewExpression',
      'ObjectExpression',
      'TemplateLiteral',
      'UnaryExpression',
    ].includes(node.type)
  );
}

function namesOf(found: readonly unknown[]): string[] {
  const names = found.filter((name) => typeof name === 'string');
  const usable = names.filter((name) => NAME.test(name) && !isRuntimeExport(name));
  return [...new Set(usable)].slice(0, MAX_FOUND);
}
