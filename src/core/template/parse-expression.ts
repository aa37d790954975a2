/** Jinja's expression grammar, by recursive descent; precedence as Jinja 3 has it. */
import { accept, expect, isAt, nested, next, peek, unexpected, type Parser } from './parser.ts';
import { syntaxFault } from './fault.ts';
import type {
  ArithmeticOperator,
  CallArguments,
  CompareOperator,
  Comparison,
  Expression,
  FilterUse,
} from './ast.ts';
import type { Token } from './lexer.ts';

export const NO_ARGUMENTS: CallArguments = {
  positional: [],
  named: [],
  spread: undefined,
  namedSpread: undefined,
};

export function parseExpressionTokens(parser: Parser): Expression {
  return nested(parser, () => parseChoice(parser));
}

/** One expression, or several separated by commas, which make a list. */
export function parseTuple(parser: Parser, withChoice = true): Expression {
  const { offset } = peek(parser);
  const read = () =>
    withChoice ? parseExpressionTokens(parser) : nested(parser, () => parseOr(parser));
  const first = read();
  if (!isAt(parser, 'operator', ',')) return first;
  const items = [first];
  while (accept(parser, 'operator', ',') !== undefined && !endsTuple(parser)) items.push(read());
  return { type: 'list', items, offset };
}

function endsTuple(parser: Parser): boolean {
  const { type, value } = peek(parser);
  if (type === 'operator') return value === ')' || value === '=';
  if (type === 'name') return value === 'in' || value === 'recursive' || value === 'if';
  return type === 'tag_close' || type === 'output_close' || type === 'end';
}

function parseChoice(parser: Parser): Expression {
  let value = parseOr(parser);
  // `a if b if c` reads from the left, as in Jinja
  while (accept(parser, 'name', 'if') !== undefined) {
    const condition = parseOr(parser);
    const hasElse = accept(parser, 'name', 'else') !== undefined;
    const whenFalse = hasElse ? nested(parser, () => parseChoice(parser)) : undefined;
    value = { type: 'choice', condition, whenTrue: value, whenFalse, offset: value.offset };
  }
  return value;
}

function parseOr(parser: Parser): Expression {
  return parseLogic(parser, 'or', () => parseLogic(parser, 'and', () => parseNot(parser)));
}

function parseLogic(parser: Parser, operator: 'and' | 'or', operand: () => Expression): Expression {
  const first = operand();
  if (!isAt(parser, 'name', operator)) return first;
  const operands = [first];
  while (accept(parser, 'name', operator) !== undefined) operands.push(operand());
  return { type: 'logic', operator, operands, offset: first.offset };
}

function parseNot(parser: Parser): Expression {
  const { offset } = peek(parser);
  if (accept(parser, 'name', 'not') === undefined) return parseCompare(parser);
  return { type: 'not', operand: nested(parser, () => parseNot(parser)), offset };
}

function parseCompare(parser: Parser): Expression {
  const left = parseSum(parser);
  const rest: Comparison[] = [];
  let result: Expression = left;
  while (true) {
    const { type, value } = peek(parser);
    const after = peek(parser, 1);
    if (type === 'operator' && isCompareOperator(value)) {
      next(parser);
      rest.push({ operator: value, right: parseSum(parser) });
    } else if (type === 'name' && value === 'in') {
      next(parser);
      rest.push({ operator: 'in', right: parseSum(parser) });
    } else if (
      type === 'name' &&
      value === 'not' &&
      after.type === 'name' &&
      after.value === 'in'
    ) {
      parser.index += 2;
      rest.push({ operator: 'not in', right: parseSum(parser) });
    } else if (type === 'name' && value === 'contains') {
      next(parser);
      const container = finishCompare(result, rest.splice(0));
      result = reversed(container, parseSum(parser));
    } else return finishCompare(result, rest);
  }
}

function finishCompare(left: Expression, rest: readonly Comparison[]): Expression {
  return rest.length === 0 ? left : { type: 'compare', left, rest: [...rest], offset: left.offset };
}

/** `a contains b` is written the other way round, for authors who think so. */
function reversed(container: Expression, item: Expression): Expression {
  return {
    type: 'compare',
    left: item,
    rest: [{ operator: 'in', right: container }],
    offset: container.offset,
  };
}

function isCompareOperator(text: string): text is CompareOperator {
  return ['==', '!=', '<', '<=', '>', '>='].includes(text);
}

function parseSum(parser: Parser): Expression {
  return parseArithmetic(parser, ['+', '-'], () => parseConcat(parser));
}

function parseConcat(parser: Parser): Expression {
  const first = parseProduct(parser);
  if (!isAt(parser, 'operator', '~')) return first;
  const operands = [first];
  while (accept(parser, 'operator', '~') !== undefined) operands.push(parseProduct(parser));
  return { type: 'concat', operands, offset: first.offset };
}

function parseProduct(parser: Parser): Expression {
  return parseArithmetic(parser, ['*', '/', '//', '%'], () =>
    // Jinja's power leans left, unlike Python's
    parseArithmetic(parser, ['**'], () => parseUnary(parser, true)),
  );
}

function parseArithmetic(
  parser: Parser,
  operators: readonly ArithmeticOperator[],
  operand: () => Expression,
): Expression {
  let left = operand();
  while (true) {
    const token = peek(parser);
    const operator = operators.find((one) => token.type === 'operator' && one === token.value);
    if (operator === undefined) return left;
    next(parser);
    left = { type: 'arithmetic', operator, left, right: operand(), offset: token.offset };
  }
}

function parseUnary(parser: Parser, withFilters: boolean): Expression {
  const token = peek(parser);
  let node: Expression;
  if (token.type === 'operator' && (token.value === '-' || token.value === '+')) {
    next(parser);
    const operand = nested(parser, () => parseUnary(parser, false));
    node = { type: 'sign', operator: token.value, operand, offset: token.offset };
  } else {
    node = parsePrimary(parser);
  }
  node = parsePostfix(parser, node);
  return withFilters ? parseFilters(parser, node) : node;
}

function parsePrimary(parser: Parser): Expression {
  const token = next(parser);
  const { offset } = token;
  if (token.type === 'name') return parseName(token);
  if (token.type === 'number') return { type: 'constant', value: token.number, offset };
  if (token.type === 'string') {
    let value = token.value;
    while (isAt(parser, 'string')) value += next(parser).value;
    return { type: 'constant', value, offset };
  }
  if (token.type === 'operator') {
    if (token.value === '(') return parseParentheses(parser, offset);
    if (token.value === '[') return { type: 'list', items: parseItems(parser), offset };
    if (token.value === '{') return parseMap(parser, offset);
  }
  parser.index -= 1;
  throw unexpected(parser, 'an expression');
}

function parseName({ value, offset }: Token): Expression {
  if (value === 'true' || value === 'True') return { type: 'constant', value: true, offset };
  if (value === 'false' || value === 'False') return { type: 'constant', value: false, offset };
  if (value === 'none' || value === 'None') return { type: 'constant', value: null, offset };
  return { type: 'name', name: value, offset };
}

function parseParentheses(parser: Parser, offset: number): Expression {
  if (accept(parser, 'operator', ')') !== undefined) return { type: 'list', items: [], offset };
  const inner = parseTuple(parser);
  expect(parser, 'operator', ')');
  return inner;
}

function parseItems(parser: Parser): readonly Expression[] {
  const items: Expression[] = [];
  while (accept(parser, 'operator', ']') === undefined) {
    if (items.length > 0) expect(parser, 'operator', ',');
    if (accept(parser, 'operator', ']') !== undefined) break;
    items.push(parseExpressionTokens(parser));
  }
  return items;
}

function parseMap(parser: Parser, offset: number): Expression {
  const entries: (readonly [Expression, Expression])[] = [];
  while (accept(parser, 'operator', '}') === undefined) {
    if (entries.length > 0) expect(parser, 'operator', ',');
    if (accept(parser, 'operator', '}') !== undefined) break;
    const key = parseExpressionTokens(parser);
    expect(parser, 'operator', ':');
    entries.push([key, parseExpressionTokens(parser)]);
  }
  return { type: 'map', entries, offset };
}

function parsePostfix(parser: Parser, operand: Expression): Expression {
  let node = operand;
  while (true) {
    const token = peek(parser);
    if (token.type !== 'operator') return node;
    if (token.value === '.') node = parseDot(parser, node);
    else if (token.value === '[') node = parseSubscript(parser, node);
    else if (token.value === '(') {
      node = { type: 'call', callee: node, args: parseArguments(parser), offset: node.offset };
    } else return node;
  }
}

function parseDot(parser: Parser, object: Expression): Expression {
  next(parser);
  const token = peek(parser);
  const value =
    token.type === 'number' && Number.isInteger(token.number) ? token.number : token.value;
  if (token.type !== 'name' && typeof value !== 'number')
    throw unexpected(parser, 'a name or a number');
  next(parser);
  const key: Expression = { type: 'constant', value, offset: token.offset };
  return { type: 'member', object, key, offset: object.offset };
}

function parseSubscript(parser: Parser, object: Expression): Expression {
  next(parser);
  const { offset } = object;
  const start = isAt(parser, 'operator', ':') ? undefined : parseExpressionTokens(parser);
  if (accept(parser, 'operator', ':') === undefined) {
    if (start === undefined) throw unexpected(parser, 'an index');
    expect(parser, 'operator', ']');
    return { type: 'member', object, key: start, offset };
  }
  const stop = isBound(parser) ? parseExpressionTokens(parser) : undefined;
  const step =
    accept(parser, 'operator', ':') !== undefined && isBound(parser)
      ? parseExpressionTokens(parser)
      : undefined;
  expect(parser, 'operator', ']');
  return { type: 'slice', object, bounds: { start, stop, step }, offset };
}

function isBound(parser: Parser): boolean {
  return !isAt(parser, 'operator', ':') && !isAt(parser, 'operator', ']');
}

export function parseArguments(parser: Parser): CallArguments {
  expect(parser, 'operator', '(');
  const positional: Expression[] = [];
  const named: (readonly [string, Expression])[] = [];
  let spread: Expression | undefined;
  let namedSpread: Expression | undefined;
  let isFirst = true;
  while (accept(parser, 'operator', ')') === undefined) {
    if (!isFirst) expect(parser, 'operator', ',');
    isFirst = false;
    if (accept(parser, 'operator', ')') !== undefined) break;
    const { offset } = peek(parser);
    if (namedSpread !== undefined) throw syntaxFault('Cannot pass anything after "**"', offset);
    if (accept(parser, 'operator', '**') !== undefined) namedSpread = parseExpressionTokens(parser);
    else if (accept(parser, 'operator', '*') !== undefined) {
      if (spread !== undefined) throw syntaxFault('Cannot spread twice with "*"', offset);
      spread = parseExpressionTokens(parser);
    } else if (isKeyword(parser)) named.push(parseKeyword(parser, named));
    else {
      if (named.length > 0 || spread !== undefined) {
        throw syntaxFault('Cannot pass a positional argument after a named one', offset);
      }
      positional.push(parseExpressionTokens(parser));
    }
  }
  return { positional, named, spread, namedSpread };
}

function isKeyword(parser: Parser): boolean {
  const after = peek(parser, 1);
  return isAt(parser, 'name') && after.type === 'operator' && after.value === '=';
}

function parseKeyword(
  parser: Parser,
  before: readonly (readonly [string, Expression])[],
): readonly [string, Expression] {
  const { value: name, offset } = next(parser);
  next(parser);
  if (before.some(([other]) => other === name)) {
    throw syntaxFault(`Cannot pass "${name}" twice`, offset);
  }
  return [name, parseExpressionTokens(parser)];
}

function parseFilters(parser: Parser, operand: Expression): Expression {
  let node = operand;
  while (true) {
    if (accept(parser, 'operator', '|') !== undefined) {
      node = { type: 'filter', operand: node, ...parseFilterUse(parser) };
    } else if (isAt(parser, 'name', 'is')) node = parseTest(parser, node);
    else if (isAt(parser, 'operator', '(')) {
      node = { type: 'call', callee: node, args: parseArguments(parser), offset: node.offset };
    } else return node;
  }
}

/** The part of a filter after its `|`. */
export function parseFilterUse(parser: Parser): FilterUse {
  const { value, offset } = expect(parser, 'name');
  const name = parseDotted(parser, value);
  return {
    name,
    args: isAt(parser, 'operator', '(') ? parseArguments(parser) : NO_ARGUMENTS,
    offset,
  };
}

function parseDotted(parser: Parser, first: string): string {
  let name = first;
  while (accept(parser, 'operator', '.') !== undefined) name += `.${expect(parser, 'name').value}`;
  return name;
}

/** Names that go on with the expression around a test, so they are not its argument. */
const AFTER_TEST = ['else', 'or', 'and', 'if', 'in', 'not', 'contains', 'recursive'];

function parseTest(parser: Parser, operand: Expression): Expression {
  next(parser);
  const negated = accept(parser, 'name', 'not') !== undefined;
  const { value, offset } = expect(parser, 'name');
  const name = parseDotted(parser, value);
  let args = NO_ARGUMENTS;
  if (isAt(parser, 'operator', '(')) args = parseArguments(parser);
  else if (isAt(parser, 'name', 'is')) {
    throw syntaxFault('Cannot chain tests', peek(parser).offset, 'x is a and x is b');
  } else if (startsPrimary(peek(parser))) {
    args = { ...NO_ARGUMENTS, positional: [parsePostfix(parser, parsePrimary(parser))] };
  }
  return { type: 'test', operand, name, args, negated, offset };
}

function startsPrimary({ type, value }: Token): boolean {
  if (type === 'name') return !AFTER_TEST.includes(value);
  if (type === 'operator') return value === '[' || value === '{';
  return type === 'string' || type === 'number';
}
