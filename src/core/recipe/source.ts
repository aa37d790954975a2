/** YAML or JSON text as plain values, with the place of each. */
import {
  Composer,
  Lexer,
  LineCounter,
  Parser,
  Scalar,
  isAlias,
  isMap,
  isScalar,
  isSeq,
} from 'yaml';
import type { Alias, CST, Document, Node, Pair, ScalarTag, YAMLMap, YAMLSeq } from 'yaml';
import type { JsonValue } from '../json.ts';
import type { RecipeCode } from './codes.ts';
import { LIMITS } from './limits.ts';
import type { Path } from './path.ts';
import { placeOf, placeOfRange } from './place.ts';
import type { Place, Spot, Tree } from './place.ts';

export interface SourceFault extends Place {
  readonly code: RecipeCode;
  readonly detail: string;
  readonly pointer: Path;
}

export interface Source {
  /** Absent when the text holds no value at all. `<<` keys are left in place. */
  readonly value: JsonValue | undefined;
  readonly faults: readonly SourceFault[];
  placeOf(path: Path, spot?: Spot): Place;
  /** The scalar as it was typed: `1.10` and not 1.1. */
  textAt(path: Path): string | undefined;
}

export function parseSource(text: string): Source {
  const lines = new LineCounter();
  const faults: SourceFault[] = [];
  const document = composeText(text, lines, faults);
  const tree = { text, contents: null, lines, targets: new Map<Node, Node>() };
  if (document === undefined) return sourceOf(undefined, faults, tree, new Map());
  const reader = createReader({ text, lines, faults, targets: tree.targets });
  const { contents } = document;
  const value = contents === null ? undefined : reader.read(contents, 0, []).value;
  const isEmpty = isScalar(contents) && contents.value === null && (contents.source ?? '') === '';
  return sourceOf(isEmpty ? undefined : value, faults, { ...tree, contents }, reader.texts);
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
  lines.addNewLine(0);
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
  const tokens = readTokens(text, lines, refuse);
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
  lines: LineCounter,
  refuse: (code: RecipeCode, detail: string, offset?: number) => undefined,
): CST.Token[] | undefined {
  const parser = new Parser(lines.addNewLine);
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

function tooDeep(): string {
  return `Cannot read the text: values are nested deeper than ${LIMITS.depth} levels`;
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

interface Read {
  readonly value: JsonValue;
  /** Values in it, itself included, aliases followed. */
  readonly size: number;
  readonly height: number;
}

interface ReaderInput {
  readonly text: string;
  readonly lines: LineCounter;
  readonly faults: SourceFault[];
  readonly targets: Map<Node, Node>;
}

interface Reader {
  readonly texts: Map<string, string>;
  read(node: Node, depth: number, path: Path): Read;
}

const NOTHING: Read = { value: null, size: 1, height: 1 };

function createReader({ text, lines, faults, targets }: ReaderInput): Reader {
  const anchors = new Map<string, { node: Node; read?: Read }>();
  const texts = new Map<string, string>();
  let aliasValues = 0;

  function fault(code: RecipeCode, detail: string, node: Node, path: Path): Read {
    const range = node.range ?? [0, 0, 0];
    const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true;
    const end = isBlock ? range[0] + 1 : range[1];
    faults.push({ code, detail, pointer: path, ...placeOfRange({ lines, text }, [range[0], end]) });
    return NOTHING;
  }

  function read(node: Node, depth: number, path: Path): Read {
    if (depth > LIMITS.depth) return fault('too_deep', tooDeep(), node, path);
    if (isAlias(node)) return readAlias(node, depth, path);
    if (node.anchor !== undefined) anchors.set(node.anchor, { node });
    const result = readContent(node, depth, path);
    if (node.anchor !== undefined) anchors.set(node.anchor, { node, read: result });
    return result;
  }

  function readContent(node: Node, depth: number, path: Path): Read {
    if (isMap(node)) return readMap(node, depth, path);
    if (isSeq(node)) return readList(node, depth, path);
    return isScalar(node) ? readScalar(node, path) : NOTHING;
  }

  function readAlias(node: Alias, depth: number, path: Path): Read {
    const anchor = anchors.get(node.source);
    if (anchor === undefined) {
      return fault(
        'yaml_alias',
        `Cannot follow alias "*${node.source}": no anchor of that name comes before it`,
        node,
        path,
      );
    }
    if (anchor.read === undefined) {
      return fault(
        'yaml_alias',
        `Cannot follow alias "*${node.source}": it lies inside its own anchor`,
        node,
        path,
      );
    }
    targets.set(node, anchor.node);
    aliasValues += anchor.read.size;
    if (aliasValues > LIMITS.aliasValues) {
      return fault(
        'alias_limit',
        `Cannot follow alias "*${node.source}": aliases add more than ${LIMITS.aliasValues} values`,
        node,
        path,
      );
    }
    if (depth + anchor.read.height > LIMITS.depth) return fault('too_deep', tooDeep(), node, path);
    return anchor.read;
  }

  function readList(node: YAMLSeq, depth: number, path: Path): Read {
    const reads = node.items.map((item, index) => readPart(item, depth, [...path, index]));
    return whole(
      reads.map(({ value }) => value),
      reads,
    );
  }

  function readMap(node: YAMLMap, depth: number, path: Path): Read {
    const entries = new Map<string, Read>();
    for (const pair of node.items) {
      const key = readKey(pair, node, path);
      if (key === undefined) continue;
      if (entries.has(key)) {
        const at = isScalar(pair.key) ? pair.key : node;
        fault('yaml_duplicate_key', `Cannot read the map: key "${key}" is given twice`, at, [
          ...path,
          key,
        ]);
        continue;
      }
      entries.set(key, readPart(pair.value, depth, [...path, key]));
    }
    const members = [...entries].map(([key, { value }]) => [key, value] as const);
    return whole(Object.fromEntries(members), [...entries.values()]);
  }

  function readPart(part: unknown, depth: number, path: Path): Read {
    return isScalar(part) || isMap(part) || isSeq(part) || isAlias(part)
      ? read(part, depth + 1, path)
      : NOTHING;
  }

  function readKey({ key }: Pair, map: YAMLMap, path: Path): string | undefined {
    if (!isScalar(key)) {
      fault(
        'yaml_key',
        'Cannot read the map: a key must be text',
        isMap(key) || isSeq(key) || isAlias(key) ? key : map,
        path,
      );
      return undefined;
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
    if (name !== '__proto__') return name;
    fault('yaml_key', 'Cannot read the map: "__proto__" is not allowed as a key', key, path);
    return undefined;
  }

  function readScalar(node: Scalar, path: Path): Read {
    const { value } = node;
    if (typeof value === 'string' || typeof value === 'boolean' || value === null)
      return scalar(value);
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return fault(
        'yaml_value',
        `Cannot read "${node.source ?? ''}": the value is not one that JSON has`,
        node,
        path,
      );
    }
    if (node.source !== undefined) texts.set(path.join('\0'), node.source);
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      fault(
        'number_precision',
        `The number ${node.source ?? value} loses digits: put it in quotes to keep them`,
        node,
        path,
      );
    }
    return scalar(value);
  }

  return { texts, read };
}

function scalar(value: JsonValue): Read {
  return { value, size: 1, height: 1 };
}

function whole(value: JsonValue, parts: readonly Read[]): Read {
  let size = 1;
  let height = 0;
  for (const part of parts) {
    size += part.size;
    height = Math.max(height, part.height);
  }
  return { value, size, height: height + 1 };
}
