/** YAML text as a tree of nodes: the parser by its parts, so that a text is bounded before a tree is built of it. */
import { Composer, Lexer, Parser } from 'yaml';
import type { CST, Document, DocumentOptions, ParseOptions, SchemaOptions } from 'yaml';
import type { Range } from './text-place.ts';

export interface DocumentFault {
  /** `tag`: the text can be read; all others: it cannot. */
  readonly kind: 'syntax' | 'tag' | 'too_deep' | 'too_complex' | 'documents';
  readonly message: string;
  readonly range: Range;
}

export interface ReadDocument {
  /** Absent when the text is not to be read at all. */
  readonly document?: Document.Parsed;
  readonly faults: readonly DocumentFault[];
}

export interface DocumentBounds {
  /** Lexical tokens. */
  readonly tokens: number;
  /** Levels of values. */
  readonly depth: number;
  readonly faults: number;
}

export type Options = ParseOptions & DocumentOptions & SchemaOptions;

/** What the parser keeps open beside the values: the document, a scalar, a value that ends. */
const BESIDE_VALUES = 8;
const MAX_WARNINGS = 20;

export function readDocument(text: string, bounds: DocumentBounds, options: Options): ReadDocument {
  return withoutStacks(() => {
    const tokens = readTokens(text, bounds);
    if (!Array.isArray(tokens)) return { faults: [tokens] };
    const composer = new Composer({
      ...options,
      version: '1.2',
      merge: false,
      // The library compares every key with all before it.
      uniqueKeys: false,
      logLevel: 'silent',
    });
    let first: Document.Parsed | undefined;
    for (const document of composer.compose(tokens, true, text.length)) {
      if (first !== undefined) {
        const range: Range = [document.range[0], document.range[0] + 1];
        const message = 'it holds more than one document';
        const others = { kind: 'documents', message, range } as const;
        return { document: first, faults: [others, ...faultsOf(first, bounds)] };
      }
      first = document;
    }
    return first === undefined
      ? { faults: [] }
      : { document: first, faults: faultsOf(first, bounds) };
  });
}

function readTokens(text: string, { tokens: most, depth, faults }: DocumentBounds) {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  let open = 0;
  let errors = 0;
  const take = (token: CST.Token): void => {
    tokens.push(token);
    if (token.type === 'error') errors += 1;
  };
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (lexeme === '[' || lexeme === '{') open += 1;
    else if (lexeme === ']' || lexeme === '}') open = Math.max(0, open - 1);
    if (count > most) return refused('too_complex', `more than ${most} tokens`, parser.offset);
    // The parser and the composer recurse per level.
    if (open > depth || parser.stack.length > depth + BESIDE_VALUES)
      return refused('too_deep', `nested deeper than ${depth} levels`, parser.offset);
    for (const token of parser.next(lexeme)) take(token);
    // Nothing that follows would be told any more.
    if (errors > faults) return tokens;
  }
  for (const token of parser.end()) take(token);
  return tokens;
}

function refused(kind: DocumentFault['kind'], message: string, offset: number): DocumentFault {
  return { kind, message, range: [offset, offset + 1] };
}

function faultsOf(
  { errors, warnings }: Document.Parsed,
  bounds: DocumentBounds,
): readonly DocumentFault[] {
  const all = [...errors.slice(0, bounds.faults), ...warnings.slice(0, MAX_WARNINGS)];
  return all.map(({ name, code, message, pos }) => ({
    kind: code === 'RESOURCE_EXHAUSTION' ? 'too_deep' : name === 'YAMLWarning' ? 'tag' : 'syntax',
    message: message.split('\n', 1)[0] ?? message,
    range: [pos[0], Math.max(pos[1], pos[0] + 1)],
  }));
}

/** The library makes an `Error` of each fault, and its stack takes longer than all else about it. */
function withoutStacks<T>(call: () => T): T {
  // SAFETY: V8 has this field; elsewhere setting it does nothing.
  const errors = Error as unknown as { stackTraceLimit?: number };
  const { stackTraceLimit = 10 } = errors;
  errors.stackTraceLimit = 0;
  try {
    return call();
  } finally {
    errors.stackTraceLimit = stackTraceLimit;
  }
}
