/** Parses templates and expressions, checks them, and remembers the last ones. */
import { ok, type Result } from '../errors.ts';
import { FaultError, type TemplateFault } from './fault.ts';
import { findFault } from './check.ts';
import { tokenize, tokenizeExpression, type Token } from './lexer.ts';
import { expect, type Parser } from './parser.ts';
import { parseDocument } from './parse-statements.ts';
import { parseTuple } from './parse-expression.ts';
import type { Body } from './ast.ts';

export type { TemplateFault } from './fault.ts';

export interface Template {
  readonly source: string;
  /** Exactly one `{{ expression }}` and nothing else, so it has a native value. */
  readonly isNative: boolean;
  /** For this folder only. */
  readonly body: Body;
}

/** The longest source, in characters. */
const MAX_SOURCE = 1024 * 1024;

type Parsed = Result<Template, TemplateFault>;

export function hasTemplateSyntax(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#');
}

export function parseTemplate(source: string): Parsed {
  return remembered(`t${source}`, () => {
    const body = parseDocument(createParser(tokenize(source)));
    const text = source.replace(/(?:\r\n|\r|\n)$/, '');
    const isNative =
      body.length === 1 &&
      body[0]?.type === 'output' &&
      text.startsWith('{{') &&
      text.endsWith('}}');
    return { source, isNative, body };
  });
}

/** A bare expression, or one inside a single `{{ }}`. */
export function parseExpression(source: string): Parsed {
  return remembered(`e${source}`, () => {
    if (source.trimStart().startsWith('{{')) return parseWrapped(source);
    const parser = createParser(tokenizeExpression(source));
    const value = parseTuple(parser);
    expect(parser, 'end');
    return { source, isNative: true, body: [{ type: 'output', value, offset: value.offset }] };
  });
}

function parseWrapped(source: string): Template {
  const parser = createParser(tokenize(source.trimEnd()));
  if (parser.tokens[0]?.type === 'text') parser.index += 1;
  expect(parser, 'output_open');
  const value = parseTuple(parser);
  expect(parser, 'output_close');
  expect(parser, 'end');
  return { source, isNative: true, body: [{ type: 'output', value, offset: value.offset }] };
}

function createParser(tokens: readonly Token[]): Parser {
  return { tokens, index: 0, nesting: 0 };
}

/** Least recently used first. Parsing depends on the text alone, so sharing it is safe. */
const cache = new Map<string, Parsed>();
const MAX_CACHED = 1000;
/** Of all cached sources together: a tree takes many times the room of its source. */
const MAX_CACHED_CHARS = 512 * 1024;
let cachedChars = 0;

function remembered(key: string, parse: () => Template): Parsed {
  const known = cache.get(key);
  if (known !== undefined) {
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const parsed = attempt(key.length - 1, parse);
  if (key.length > MAX_CACHED_CHARS / 8) return parsed;
  cache.set(key, parsed);
  cachedChars += key.length;
  for (const oldest of cache.keys()) {
    if (cache.size <= MAX_CACHED && cachedChars <= MAX_CACHED_CHARS) break;
    cache.delete(oldest);
    cachedChars -= oldest.length;
  }
  return parsed;
}

function attempt(length: number, parse: () => Template): Parsed {
  if (length > MAX_SOURCE) {
    const message = `Cannot parse a template longer than ${MAX_SOURCE} characters`;
    return { ok: false, error: { code: 'template_syntax', message, offset: 0 } };
  }
  try {
    const template = parse();
    const fault = findFault(template.body);
    return fault === undefined ? ok(template) : { ok: false, error: fault };
  } catch (error) {
    if (error instanceof FaultError) return { ok: false, error: error.fault };
    throw error;
  }
}
