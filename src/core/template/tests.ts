/** The tests that follow `is`. */
import { compareValues, isIn } from './compare.ts';
import { modulo } from './arithmetic.ts';
import { findFilter } from './filters.ts';
import { numberOr } from './arguments.ts';
import { isLower, isUpper } from './letters.ts';
import { chargeChars, templateError, type Runtime } from './runtime.ts';
import { asNumber, isHandle, isList, isMap, kindOf, type Value } from './value.ts';
import type { CompareOperator } from './ast.ts';
import type { FilterCall, Test, TestTable } from './filter.ts';

const is = (holds: (value: Value) => boolean): Test => ({
  parameters: [],
  allowsUndefined: true,
  apply: ({ value }) => holds(value),
});

const compares = (operator: CompareOperator): Test => ({
  parameters: ['other'],
  required: 1,
  apply: ({ runtime, value, args: [other] }) => compareValues(runtime, operator, value, other),
});

const [eq, ne] = [compares('=='), compares('!=')];
const [lt, le, gt, ge] = [compares('<'), compares('<='), compares('>'), compares('>=')];

export const TESTS: TestTable = {
  defined: is((value) => value !== undefined),
  undefined: is((value) => value === undefined),
  none: is((value) => value === null),
  boolean: is((value) => typeof value === 'boolean'),
  true: is((value) => value === true),
  false: is((value) => value === false),
  // Python counts booleans as numbers here, but not as integers
  number: is((value) => typeof value === 'number' || typeof value === 'boolean'),
  integer: is((value) => typeof value === 'number' && Number.isInteger(value)),
  float: is((value) => typeof value === 'number' && !Number.isInteger(value)),
  string: is((value) => typeof value === 'string'),
  mapping: is(isMap),
  sequence: is(
    (value) => typeof value === 'string' || isList(value) || isMap(value) || value === undefined,
  ),
  iterable: is(
    (value) => typeof value === 'string' || isList(value) || isMap(value) || value === undefined,
  ),
  callable: is((value) => isHandle(value) && value.call !== undefined),
  lower: cased(isLower),
  upper: cased(isUpper),
  escaped: is(() => false),
  odd: { parameters: [], apply: ({ runtime, value }) => modulo(numberOf(runtime, value), 2) === 1 },
  even: {
    parameters: [],
    apply: ({ runtime, value }) => modulo(numberOf(runtime, value), 2) === 0,
  },
  divisibleby: { parameters: ['num'], required: 1, apply: isDivisible },
  eq,
  equalto: eq,
  '==': eq,
  ne,
  '!=': ne,
  lt,
  lessthan: lt,
  '<': lt,
  le,
  '<=': le,
  gt,
  greaterthan: gt,
  '>': gt,
  ge,
  '>=': ge,
  in: {
    parameters: ['seq'],
    required: 1,
    apply: ({ runtime, value, args: [container] }) => isIn(runtime, value, container),
  },
  contains: {
    parameters: ['item'],
    required: 1,
    apply: ({ runtime, value, args: [item] }) => isIn(runtime, item, value),
  },
  filter: is((value) => typeof value === 'string' && findFilter(value) !== undefined),
  test: is((value) => typeof value === 'string' && findTest(value) !== undefined),
  sameas: {
    parameters: ['other'],
    required: 1,
    allowsUndefined: true,
    apply: ({ value, args: [other] }) => value === other,
  },
};

export function findTest(name: string): Test | undefined {
  return Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
}

function cased(holds: (text: string) => boolean): Test {
  return {
    parameters: [],
    allowsUndefined: true,
    apply: ({ runtime, value }) => {
      if (typeof value !== 'string') return false;
      chargeChars(runtime, value.length);
      return holds(value);
    },
  };
}

function numberOf(runtime: Runtime, value: Value): number {
  const number = asNumber(value);
  if (number === undefined) throw templateError(runtime, `expected a number, not ${kindOf(value)}`);
  return number;
}

function isDivisible({ runtime, value, args: [divisor] }: FilterCall): boolean {
  const by = numberOr(runtime, divisor, 0);
  if (by === 0) throw templateError(runtime, 'cannot divide by zero');
  return modulo(numberOf(runtime, value), by) === 0;
}
