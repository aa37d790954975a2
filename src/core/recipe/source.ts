/** YAML or JSON text as plain values, with the place of each. */
import { Composer, Lexer, Parser, Scalar, isScalar } from 'yaml';
import type { CST, Document, LineCounter, Node, ScalarTag } from 'yaml';
import type { JsonValue } from '../json.ts';
import { countLines } from '../lines.ts';
import type { RecipeCode } from './codes.ts';
import { LIMITS } from './limits.ts';
import type { Path } from './path.ts';
import { placeOf, placeOfRange } from './place.ts';
import type { Place, Spot, Tree } from './place.ts';
import { readTree, tooDeep } from './read-tree.ts';
import type { Reading, SourceFault } from './read-tree.ts';

export interface Source {
  /** Absent when the text holds no value at all. `<<` keys are left in place. */
  readonly value: JsonValue | undefined;
  readonly faults: readonly SourceFault[];
  placeOf(path: Path, spot?: Spot): Place;
  /** The scalar as it was typed: `1.10` and not 1.1. */
  textAt(path: Path): string | undefined;
}

export function parseSource(text: string): Source {
  const lines = countLines(text);
  const faults: SourceFault[] = [];
  const document = composeText(text, lines, faults);
  const tree = { text, contents: null, lines, targets: new Map<Node, Node>() };
  if (document === undefined) return sourceOf(undefined, faults, tree, new Map());
  const reading: Reading = {
    text,
    lines,
    faults,
    targets: tree.targets,
    anchors: new Map(),
    texts: new Map(),
    aliasValues: 0,
    path: [],
  };
  const { contents } = document;
  const value = contents === null ? undefined : readTree(reading, contents, 0).value;
  const isEmpty = isScalar(contents) && contents.value === null && (contents.source ?? '') === '';
  return sourceOf(isEmpty ? undefined : value, faults, { ...tree, contents }, reading.texts);
}

function sourceOf(
  value: JsonValue | undefined,
  faults: readonly SourceFault[],
  tree: Tree,
  texts: ReadonlyMap<string, string>,
): Source {
  return {
    value,
    faults,
    placeOf: (path, spot) => placeOf(tree, path, spot),
    textAt: (path) => texts.get(path.join('\0')),
  };
}

const YES_NO: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  identify: (value) => typeof value === 'boolean',
  test: /^(?:yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/,
  resolve: (text) => new Scalar(/^(?:y|on$)/i.test(text)),
};

/** The parser by its parts, so that tokens and nesting are counted before a tree is built. */
function composeText(
  text: string,
  lines: LineCounter,
  faults: SourceFault[],
): Document.Parsed | undefined {
  const refuse = (code: RecipeCode, detail: string, offset = 0): undefined => {
    faults.push({
      code,
      detail,
      pointer: [],
      ...placeOfRange({ lines, text }, [offset, offset + 1]),
    });
  };
  if (text.length > LIMITS.sourceChars) {
    return refuse(
      'source_too_large',
      `Cannot read the text: ${text.length} characters are more than ${LIMITS.sourceChars}`,
    );
  }
  const tokens = readTokens(text, refuse);
  if (tokens === undefined) return undefined;
  const composer = new Composer({
    version: '1.2',
    merge: false,
    uniqueKeys: false,
    logLevel: 'silent',
    customTags: (tags) => [YES_NO, ...tags],
  });
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(tokens, true, text.length)) {
    if (first === undefined) first = document;
    else {
      refuse(
        'multiple_documents',
        'Cannot read the text: it holds more than one document',
        document.range[0],
      );
      break;
    }
  }
  if (first !== undefined) copyFaults(first, { lines, text }, faults);
  return first;
}

function readTokens(
  text: string,
  refuse: (code: RecipeCode, detail: string, offset?: number) => undefined,
): CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  let depth = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (lexeme === '[' || lexeme === '{') depth += 1;
    else if (lexeme === ']' || lexeme === '}') depth = Math.max(0, depth - 1);
    if (count > LIMITS.tokens) {
      return refuse(
        'source_too_complex',
        `Cannot read the text: more than ${LIMITS.tokens} tokens`,
        offset,
      );
    }
    if (depth > LIMITS.depth) return refuse('too_deep', tooDeep(), offset);
    if (lexeme.length > 1 || (lexeme !== '\x02' && lexeme !== '\x18' && lexeme !== '\x1f'))
      offset += lexeme.length;
    for (const token of parser.next(lexeme)) tokens.push(token);
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function copyFaults(
  document: Document.Parsed,
  tree: { readonly lines: LineCounter; readonly text: string },
  faults: SourceFault[],
): void {
  const all = [...document.errors.slice(0, LIMITS.diagnostics), ...document.warnings.slice(0, 20)];
  for (const { name, code, message, pos } of all) {
    const isDeep = code === 'RESOURCE_EXHAUSTION';
    const isWarning = name === 'YAMLWarning';
    faults.push({
      code: isDeep ? 'too_deep' : isWarning ? 'yaml_tag' : 'yaml_syntax',
      detail: isDeep ? tooDeep() : `Cannot read the YAML: ${message.split('\n', 1)[0] ?? message}`,
      pointer: [],
      ...placeOfRange(tree, [pos[0], Math.max(pos[1], pos[0] + 1)]),
    });
  }
}
