/** Jinja's statements: text, output and the tags. */
import { accept, expect, isAt, nested, next, peek, type Parser } from './parser.ts';
import { FaultError, syntaxFault } from './fault.ts';
import { closestName } from './closest-name.ts';
import { parseExpressionTokens, parseFilterUse, parseTuple } from './parse-expression.ts';
import type { Body, Branch, Expression, FilterUse, Parameter, Statement, Target } from './ast.ts';

type TagReader = (parser: Parser, offset: number) => Statement;

const TAGS: Readonly<Record<string, TagReader>> = {
  if: parseIf,
  for: parseFor,
  set: parseSet,
  macro: parseMacro,
  call: parseCallBlock,
  filter: parseFilterBlock,
  include: parseInclude,
  with: parseWith,
  do: parseDo,
  break: (parser, offset) => parseJump(parser, 'break', offset),
  continue: (parser, offset) => parseJump(parser, 'continue', offset),
};

export function parseDocument(parser: Parser): Body {
  const { body } = parseBody(parser, []);
  return body;
}

/** Reads statements up to one of the closing tags, whose name it takes; none: up to the end. */
function parseBody(parser: Parser, closers: readonly string[]): { body: Body; closer: string } {
  const body: Statement[] = [];
  const opened = peek(parser).offset;
  while (true) {
    const token = next(parser);
    const { offset } = token;
    if (token.type === 'end') {
      if (closers.length === 0) return { body, closer: '' };
      const missing = `{% ${closers.at(-1) ?? ''} %}`;
      throw syntaxFault(`Cannot find "${missing}"`, opened, missing);
    }
    if (token.type === 'text') body.push({ type: 'text', text: token.value, offset });
    else if (token.type === 'output_open') {
      body.push({ type: 'output', value: parseTuple(parser), offset });
      expect(parser, 'output_close');
    } else {
      const name = expect(parser, 'name').value;
      if (closers.includes(name)) return { body, closer: name };
      body.push(nested(parser, () => parseTag(parser, name, offset, closers)));
    }
  }
}

function parseTag(
  parser: Parser,
  name: string,
  offset: number,
  closers: readonly string[],
): Statement {
  const read = Object.hasOwn(TAGS, name) ? TAGS[name] : undefined;
  if (read !== undefined) return read(parser, offset);
  if (closers.length > 0 && (name.startsWith('end') || name === 'else' || name === 'elif')) {
    const expected = closers.at(-1) ?? '';
    throw syntaxFault(`Cannot read "${name}" here: expected "${expected}"`, offset, expected);
  }
  const suggestion = closestName(name, Object.keys(TAGS));
  throw new FaultError({
    code: 'unknown_tag',
    message: `Cannot use the tag "${name}"`,
    offset,
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

function closeTag(parser: Parser): void {
  expect(parser, 'tag_close');
}

function parseBlock(parser: Parser, ...closers: readonly string[]): { body: Body; closer: string } {
  closeTag(parser);
  return parseBody(parser, closers);
}

function parseSimpleBlock(parser: Parser, closer: string): Body {
  const { body } = parseBlock(parser, closer);
  closeTag(parser);
  return body;
}

function parseIf(parser: Parser, offset: number): Statement {
  const branches: Branch[] = [];
  while (true) {
    const condition = parseTuple(parser, false);
    const { body, closer } = parseBlock(parser, 'elif', 'else', 'endif');
    branches.push({ condition, body });
    if (closer === 'elif') continue;
    const otherwise = closer === 'else' ? parseBlock(parser, 'endif').body : [];
    closeTag(parser);
    return { type: 'if', branches, otherwise, offset };
  }
}

function parseFor(parser: Parser, offset: number): Statement {
  const target = parseTarget(parser);
  expect(parser, 'name', 'in');
  const iterable = parseTuple(parser, false);
  const condition =
    accept(parser, 'name', 'if') === undefined ? undefined : parseExpressionTokens(parser);
  const recursive = accept(parser, 'name', 'recursive') !== undefined;
  const { body, closer } = parseBlock(parser, 'else', 'endfor');
  const otherwise = closer === 'else' ? parseBlock(parser, 'endfor').body : [];
  closeTag(parser);
  return { type: 'for', target, iterable, condition, recursive, body, otherwise, offset };
}

/** A name, several names, or `namespace.name`. */
function parseTarget(parser: Parser, withAttribute = false): Target {
  const { offset } = peek(parser);
  const first = parseTargetItem(parser);
  if (withAttribute && first.type === 'name' && accept(parser, 'operator', '.') !== undefined) {
    const attribute = expect(parser, 'name').value;
    return { type: 'attribute', object: first.name, attribute, offset };
  }
  return isAt(parser, 'operator', ',') ? parseTargetTuple(parser, first) : first;
}

function parseTargetTuple(parser: Parser, first: Target): Target {
  const items = [first];
  while (
    accept(parser, 'operator', ',') !== undefined &&
    (isAt(parser, 'name') || isAt(parser, 'operator', '('))
  ) {
    if (isAt(parser, 'name', 'in')) break;
    items.push(parseTargetItem(parser));
  }
  return { type: 'tuple', items, offset: first.offset };
}

const RESERVED = [
  'true',
  'false',
  'none',
  'True',
  'False',
  'None',
  'in',
  'not',
  'and',
  'or',
  'is',
  'if',
  'else',
];

function parseTargetItem(parser: Parser): Target {
  const { offset } = peek(parser);
  if (accept(parser, 'operator', '(') !== undefined) {
    const inner = nested(parser, () => parseTarget(parser));
    expect(parser, 'operator', ')');
    return inner;
  }
  const { value: name } = expect(parser, 'name');
  if (RESERVED.includes(name)) throw syntaxFault(`Cannot assign to "${name}"`, offset);
  return { type: 'name', name, offset };
}

function parseSet(parser: Parser, offset: number): Statement {
  const target = parseTarget(parser, true);
  if (accept(parser, 'operator', '=') !== undefined) {
    const value = parseTuple(parser);
    closeTag(parser);
    return { type: 'set', target, value, offset };
  }
  const filters: FilterUse[] = [];
  while (accept(parser, 'operator', '|') !== undefined) filters.push(parseFilterUse(parser));
  return { type: 'set_block', target, filters, body: parseSimpleBlock(parser, 'endset'), offset };
}

function parseMacro(parser: Parser, offset: number): Statement {
  const name = expect(parser, 'name').value;
  const parameters = parseParameters(parser);
  return {
    type: 'macro',
    macro: { name, parameters, body: parseSimpleBlock(parser, 'endmacro') },
    offset,
  };
}

function parseParameters(parser: Parser): readonly Parameter[] {
  const parameters: Parameter[] = [];
  expect(parser, 'operator', '(');
  while (accept(parser, 'operator', ')') === undefined) {
    if (parameters.length > 0) expect(parser, 'operator', ',');
    const { value: name, offset } = expect(parser, 'name');
    if (parameters.some((other) => other.name === name)) {
      throw syntaxFault(`Cannot declare "${name}" twice`, offset);
    }
    const fallback =
      accept(parser, 'operator', '=') === undefined ? undefined : parseExpressionTokens(parser);
    if (fallback === undefined && parameters.at(-1)?.fallback !== undefined) {
      throw syntaxFault(`Cannot declare "${name}" after a parameter with a default`, offset);
    }
    parameters.push({ name, fallback, offset });
  }
  return parameters;
}

function parseCallBlock(parser: Parser, offset: number): Statement {
  const parameters = isAt(parser, 'operator', '(') ? parseParameters(parser) : [];
  const call: Expression = parseExpressionTokens(parser);
  if (call.type !== 'call') throw syntaxFault('Cannot read this tag: expected a call', call.offset);
  const macro = { name: 'caller', parameters, body: parseSimpleBlock(parser, 'endcall') };
  return { type: 'call_block', call, macro, offset };
}

function parseFilterBlock(parser: Parser, offset: number): Statement {
  const filters = [parseFilterUse(parser)];
  while (accept(parser, 'operator', '|') !== undefined) filters.push(parseFilterUse(parser));
  return { type: 'filter_block', filters, body: parseSimpleBlock(parser, 'endfilter'), offset };
}

function parseInclude(parser: Parser, offset: number): Statement {
  const name = parseExpressionTokens(parser);
  const ignoreMissing = acceptWords(parser, 'ignore', 'missing');
  const withoutContext = acceptWords(parser, 'without', 'context');
  if (!withoutContext) acceptWords(parser, 'with', 'context');
  closeTag(parser);
  return { type: 'include', name, ignoreMissing, withContext: !withoutContext, offset };
}

function acceptWords(parser: Parser, first: string, second: string): boolean {
  if (!isAt(parser, 'name', first)) return false;
  next(parser);
  expect(parser, 'name', second);
  return true;
}

function parseWith(parser: Parser, offset: number): Statement {
  const bindings: (readonly [Target, Expression])[] = [];
  while (!isAt(parser, 'tag_close')) {
    if (bindings.length > 0) expect(parser, 'operator', ',');
    const target = parseTargetItem(parser);
    expect(parser, 'operator', '=');
    bindings.push([target, parseExpressionTokens(parser)]);
  }
  return { type: 'with', bindings, body: parseSimpleBlock(parser, 'endwith'), offset };
}

function parseDo(parser: Parser, offset: number): Statement {
  const value = parseTuple(parser);
  closeTag(parser);
  return { type: 'do', value, offset };
}

function parseJump(parser: Parser, type: 'break' | 'continue', offset: number): Statement {
  closeTag(parser);
  return { type, offset };
}
