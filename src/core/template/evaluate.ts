/** Evaluates expressions. E1. Every node costs a step, so no expression outruns its budget. */
import { computeValues } from './arithmetic.ts';
import { compareValues } from './compare.ts';
import { lookup, type Environment } from './environment.ts';
import { itemsOf, readMember, sliceValue } from './member.ts';
import { findMethod } from './methods.ts';
import { findChange, ownList, ownMap } from './own.ts';
import { charge, chargeItems, chargeText, failAt, templateError, type Runtime } from './runtime.ts';
import { findFilter } from './filters.ts';
import { findTest } from './tests.ts';
import { toText } from './text.ts';
import {
  asNumber,
  isHandle,
  isMap,
  isTruthy,
  kindOf,
  type Arguments,
  type Value,
} from './value.ts';
import type { CallArguments, Expression, FilterUse } from './ast.ts';

/** How deep evaluation may nest, macros included: each level is a few frames of the stack. */
export const MAX_DEPTH = 1000;

type Of<T extends Expression['type']> = Extract<Expression, { type: T }>;

export function evaluate(runtime: Runtime, node: Expression, env: Environment): Value {
  charge(runtime, 1);
  runtime.at = node.offset;
  if (node.type === 'constant') return node.value;
  if (node.type === 'name') return lookup(runtime, env, node.name);
  enter(runtime);
  const value = evaluateNested(runtime, node, env);
  runtime.depth -= 1;
  return value;
}

export function enter(runtime: Runtime): void {
  runtime.depth += 1;
  if (runtime.depth > MAX_DEPTH) {
    throw failAt(runtime, 'template_budget', 'the template nests too deeply');
  }
}

/** Evaluates what will be used as a value, so undefined is worth a report. */
export function evaluateUsed(runtime: Runtime, node: Expression, env: Environment): Value {
  const value = evaluate(runtime, node, env);
  if (value === undefined) reportUndefined(runtime, node);
  return value;
}

function evaluateNested(
  runtime: Runtime,
  node: Exclude<Expression, Of<'constant'> | Of<'name'>>,
  env: Environment,
): Value {
  switch (node.type) {
    case 'list':
      return built(
        runtime,
        ownList(
          runtime,
          node.items.map((item) => evaluate(runtime, item, env)),
        ),
      );
    case 'map':
      return built(runtime, evaluateMap(runtime, node, env));
    case 'member':
      return evaluateMember(runtime, node, env);
    case 'slice':
      return built(runtime, evaluateSlice(runtime, node, env));
    case 'call':
      return built(runtime, evaluateCall(runtime, node, env));
    case 'filter':
      return evaluateFilter(runtime, node, env);
    case 'test':
      return evaluateTest(runtime, node, env) !== node.negated;
    case 'not':
      return !isTruthy(evaluate(runtime, node.operand, env));
    case 'sign':
      return evaluateSign(runtime, node, env);
    case 'arithmetic': {
      const left = evaluateOperand(runtime, node.left, env);
      const right = evaluateOperand(runtime, node.right, env);
      runtime.at = node.offset;
      return built(runtime, computeValues(runtime, node.operator, left, right));
    }
    case 'logic':
      return evaluateLogic(runtime, node, env);
    case 'concat':
      return evaluateConcat(runtime, node, env);
    case 'compare':
      return evaluateCompare(runtime, node, env);
    case 'choice':
      return evaluateChoice(runtime, node, env);
  }
}

function evaluateChoice(runtime: Runtime, node: Of<'choice'>, env: Environment): Value {
  const { condition, whenTrue, whenFalse } = node;
  if (isTruthy(evaluate(runtime, condition, env))) return evaluate(runtime, whenTrue, env);
  return whenFalse === undefined ? undefined : evaluate(runtime, whenFalse, env);
}

/** Remembers that the template made a list or map, which may hold what JSON cannot. */
function built(runtime: Runtime, value: Value): Value {
  if (typeof value === 'object' && value !== null) runtime.hasBuilt = true;
  return value;
}

function evaluateMap(runtime: Runtime, node: Of<'map'>, env: Environment): Value {
  const entries = node.entries.map(([keyNode, valueNode]): [string, Value] => {
    const key = evaluateUsed(runtime, keyNode, env);
    if (typeof key === 'object' && key !== null)
      throw templateError(runtime, `${kindOf(key)} cannot be a key`);
    return [String(key), evaluate(runtime, valueNode, env)];
  });
  return ownMap(runtime, entries);
}

function evaluateMember(runtime: Runtime, node: Of<'member'>, env: Environment): Value {
  const object = evaluate(runtime, node.object, env);
  return readMember(runtime, object, evaluate(runtime, node.key, env));
}

function evaluateSlice(runtime: Runtime, node: Of<'slice'>, env: Environment): Value {
  const object = evaluateUsed(runtime, node.object, env);
  const bound = (part: Expression | undefined) =>
    part === undefined ? undefined : evaluateUsed(runtime, part, env);
  const { start, stop, step } = node.bounds;
  return sliceValue(runtime, object, { start: bound(start), stop: bound(stop), step: bound(step) });
}

function evaluateCall(runtime: Runtime, node: Of<'call'>, env: Environment): Value {
  return callWith(runtime, node, env, () => evaluateArguments(runtime, node.args, env));
}

/** Calls what `node` names; `args` may add to what is written, as `{% call %}` does. */
export function callWith(
  runtime: Runtime,
  node: Of<'call'>,
  env: Environment,
  args: () => Arguments,
): Value {
  const { callee } = node;
  if (callee.type !== 'member') {
    return callHandle(runtime, node, evaluate(runtime, callee, env), args);
  }
  const object = evaluate(runtime, callee.object, env);
  const key = evaluate(runtime, callee.key, env);
  const member = readMember(runtime, object, key);
  if (isHandle(member)) return callHandle(runtime, node, member, args);
  // a call can only mean the method, even where a key has its name
  const method =
    typeof key === 'string' ? (findMethod(object, key) ?? findChange(object, key)) : undefined;
  if (method === undefined) return callHandle(runtime, node, member, args);
  const values = args();
  charge(runtime, 1);
  runtime.at = node.offset;
  return method(runtime, values);
}

function callHandle(
  runtime: Runtime,
  node: Of<'call'>,
  callee: Value,
  args: () => Arguments,
): Value {
  runtime.at = node.offset;
  const name = pathOf(node.callee) ?? 'this';
  if (callee === undefined) throw failAt(runtime, 'undefined_variable', `"${name}" is undefined`);
  if (!isHandle(callee) || callee.call === undefined) {
    throw templateError(runtime, `cannot call "${name}": it is ${kindOf(callee)}`);
  }
  const values = args();
  runtime.at = node.offset;
  return callee.call(values);
}

export function evaluateArguments(
  runtime: Runtime,
  args: CallArguments,
  env: Environment,
): Arguments {
  const positional = args.positional.map((value) => evaluate(runtime, value, env));
  const named = new Map<string, Value>();
  for (const [name, value] of args.named) named.set(name, evaluate(runtime, value, env));
  if (args.spread !== undefined) {
    const spread = itemsOf(runtime, evaluateUsed(runtime, args.spread, env));
    chargeItems(runtime, spread.length * 2);
    for (const value of spread) positional.push(value);
  }
  if (args.namedSpread !== undefined) {
    const map = evaluateUsed(runtime, args.namedSpread, env);
    if (!isMap(map)) throw templateError(runtime, `cannot spread ${kindOf(map)} with "**"`);
    const entries = Object.entries(map);
    charge(runtime, entries.length);
    for (const [name, value] of entries) named.set(name, value);
  }
  return { positional, named };
}

function evaluateFilter(runtime: Runtime, node: Of<'filter'>, env: Environment): Value {
  const allowsUndefined = findFilter(node.name)?.allowsUndefined === true;
  const read = allowsUndefined ? evaluate : evaluateUsed;
  return applyFilter(runtime, node, read(runtime, node.operand, env), env);
}

export function applyFilter(
  runtime: Runtime,
  use: FilterUse,
  value: Value,
  env: Environment,
): Value {
  const args = evaluateArguments(runtime, use.args, env);
  runtime.at = use.offset;
  return built(runtime, runtime.filter(use.name, value, args));
}

function evaluateTest(runtime: Runtime, node: Of<'test'>, env: Environment): boolean {
  const allowsUndefined = findTest(node.name)?.allowsUndefined === true;
  const read = allowsUndefined ? evaluate : evaluateUsed;
  const value = read(runtime, node.operand, env);
  const args = evaluateArguments(runtime, node.args, env);
  runtime.at = node.offset;
  return runtime.test(node.name, value, args);
}

function evaluateSign(runtime: Runtime, node: Of<'sign'>, env: Environment): Value {
  const value = evaluateOperand(runtime, node.operand, env);
  const number = asNumber(value);
  if (number === undefined)
    throw templateError(runtime, `cannot compute ${node.operator}${kindOf(value)}`);
  return node.operator === '-' ? 0 - number : number;
}

/** An operand of arithmetic: undefined has no value to compute with. */
function evaluateOperand(runtime: Runtime, node: Expression, env: Environment): Value {
  const value = evaluate(runtime, node, env);
  if (value !== undefined) return value;
  throw failAt(runtime, 'undefined_variable', `"${pathOf(node) ?? 'a value'}" is undefined`);
}

function evaluateLogic(runtime: Runtime, node: Of<'logic'>, env: Environment): Value {
  const stopsAt = node.operator === 'or';
  let value: Value = undefined;
  for (const operand of node.operands) {
    value = evaluate(runtime, operand, env);
    if (isTruthy(value) === stopsAt) return value;
  }
  return value;
}

function evaluateConcat(runtime: Runtime, node: Of<'concat'>, env: Environment): Value {
  let length = 0;
  const texts = node.operands.map((operand) => {
    const text = toText(runtime, evaluateUsed(runtime, operand, env));
    length += text.length;
    return text;
  });
  chargeText(runtime, length);
  return texts.join('');
}

/** `a < b < c` compares neighbours and stops at the first that fails. */
function evaluateCompare(runtime: Runtime, node: Of<'compare'>, env: Environment): boolean {
  let left = evaluateUsed(runtime, node.left, env);
  let leftNode = node.left;
  for (const { operator, right: rightNode } of node.rest) {
    const right = evaluateUsed(runtime, rightNode, env);
    runtime.at = node.offset;
    if (operator.startsWith('<') || operator.startsWith('>')) {
      requireDefined(runtime, leftNode, left);
      requireDefined(runtime, rightNode, right);
    }
    if (!compareValues(runtime, operator, left, right)) return false;
    [left, leftNode] = [right, rightNode];
  }
  return true;
}

function requireDefined(runtime: Runtime, node: Expression, value: Value): void {
  if (value !== undefined) return;
  throw failAt(runtime, 'undefined_variable', `"${pathOf(node) ?? 'a value'}" is undefined`);
}

/** Tells the run, or stops when the template is strict. */
export function reportUndefined(runtime: Runtime, node: Expression): void {
  const path = pathOf(node);
  if (path === undefined) return;
  if (runtime.options.strict === true) {
    runtime.at = node.offset;
    throw failAt(runtime, 'undefined_variable', `"${path}" is undefined`);
  }
  runtime.options.onUndefined?.(path);
}

/** `a.b[0]` as written; undefined for anything but a variable and its members. */
export function pathOf(node: Expression): string | undefined {
  if (node.type === 'name') return node.name;
  if (node.type !== 'member') return undefined;
  const object = pathOf(node.object);
  if (object === undefined) return undefined;
  if (node.key.type !== 'constant') return `${object}[…]`;
  const key = node.key.value;
  return typeof key === 'string' && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(key)
    ? `${object}.${key}`
    : `${object}[${JSON.stringify(key)}]`;
}
