/** Python's arithmetic on JSON numbers, and what `+`, `*` and `%` do to texts and lists. */
import { chargeItems, chargeText, templateError, type Runtime } from './runtime.ts';
import { formatPercent } from './format-text.ts';
import { ownList } from './own.ts';
import { asNumber, isList, kindOf, type Value } from './value.ts';
import type { ArithmeticOperator } from './ast.ts';

export function computeValues(
  runtime: Runtime,
  operator: ArithmeticOperator,
  left: Value,
  right: Value,
): Value {
  const isNumeric = typeof left !== 'string' || typeof right !== 'string';
  const [a, b] = [asNumber(left), asNumber(right)];
  if (isNumeric && a !== undefined && b !== undefined) return compute(runtime, operator, a, b);
  const result = combine(runtime, operator, left, right);
  if (result !== undefined) return result;
  throw templateError(runtime, `cannot compute ${kindOf(left)} ${operator} ${kindOf(right)}`);
}

export function finite(runtime: Runtime, number: number): number {
  if (Number.isFinite(number)) return number;
  throw templateError(runtime, 'the result is not a finite number');
}

function compute(runtime: Runtime, operator: ArithmeticOperator, a: number, b: number): number {
  if (b === 0 && (operator === '/' || operator === '//' || operator === '%')) {
    throw templateError(runtime, 'cannot divide by zero');
  }
  if (operator === '+') return finite(runtime, a + b);
  if (operator === '-') return finite(runtime, a - b);
  if (operator === '*') return finite(runtime, a * b);
  if (operator === '/') return finite(runtime, a / b);
  if (operator === '**') return finite(runtime, a ** b);
  const rest = modulo(a, b);
  // the quotient from the rest, so that both agree where a / b would round up
  return operator === '%' ? rest : finite(runtime, Math.round((a - rest) / b));
}

/** The rest has the sign of the divisor. */
export function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function combine(runtime: Runtime, operator: ArithmeticOperator, left: Value, right: Value): Value {
  if (operator === '+') return add(runtime, left, right);
  if (operator === '*')
    return typeof left === 'number' ? repeat(runtime, right, left) : repeat(runtime, left, right);
  if (operator === '%' && typeof left === 'string') {
    return formatPercent(runtime, left, isList(right) ? right : [right]);
  }
  return undefined;
}

function add(runtime: Runtime, left: Value, right: Value): Value {
  if (typeof left === 'string' && typeof right === 'string') {
    chargeText(runtime, left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    chargeItems(runtime, left.length + right.length);
    return ownList(runtime, [...left, ...right]);
  }
  return undefined;
}

function repeat(runtime: Runtime, value: Value, times: Value): Value {
  if (typeof times !== 'number' || !Number.isInteger(times)) return undefined;
  const count = Math.max(0, times);
  if (typeof value === 'string') {
    chargeText(runtime, value.length * count);
    return value.repeat(count);
  }
  if (!isList(value)) return undefined;
  chargeItems(runtime, value.length * count);
  const repeated: Value[] = [];
  for (let times = 0; times < (value.length === 0 ? 0 : count); times += 1)
    for (const item of value) repeated.push(item);
  return ownList(runtime, repeated);
}
