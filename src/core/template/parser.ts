/** A cursor over tokens, shared by the expression and the statement grammar. */
import { MAX_NESTING, syntaxFault, tooNested, type FaultError } from './fault.ts';
import type { Token, TokenType } from './lexer.ts';

export interface Parser {
  readonly tokens: readonly Token[];
  index: number;
  nesting: number;
}

const END: Token = { type: 'end', value: '', number: 0, offset: 0 };

export function peek(parser: Parser, ahead = 0): Token {
  return parser.tokens[parser.index + ahead] ?? parser.tokens.at(-1) ?? END;
}

export function next(parser: Parser): Token {
  const token = peek(parser);
  parser.index += 1;
  return token;
}

export function isAt(parser: Parser, type: TokenType, value?: string): boolean {
  const token = peek(parser);
  return token.type === type && (value === undefined || token.value === value);
}

/** Takes the token when it is there. */
export function accept(parser: Parser, type: TokenType, value?: string): Token | undefined {
  return isAt(parser, type, value) ? next(parser) : undefined;
}

export function expect(parser: Parser, type: TokenType, value?: string): Token {
  const token = accept(parser, type, value);
  if (token !== undefined) return token;
  throw unexpected(parser, value === undefined ? NAMES[type] : `"${value}"`);
}

export function unexpected(parser: Parser, wanted: string): FaultError {
  const token = peek(parser);
  const found =
    token.value === '' || token.type === 'text' ? NAMES[token.type] : `"${token.value}"`;
  return syntaxFault(`Cannot read ${found} here: expected ${wanted}`, token.offset);
}

const NAMES: Readonly<Record<TokenType, string>> = {
  text: 'text',
  output_open: '"{{"',
  output_close: '"}}"',
  tag_open: '"{%"',
  tag_close: '"%}"',
  name: 'a name',
  string: 'a string',
  number: 'a number',
  operator: 'an operator',
  end: 'the end of the template',
};

/** Runs one nested construct, refusing sources that would exhaust the stack. */
export function nested<T>(parser: Parser, read: () => T): T {
  parser.nesting += 1;
  if (parser.nesting > MAX_NESTING) throw tooNested(peek(parser).offset);
  const value = read();
  parser.nesting -= 1;
  return value;
}
