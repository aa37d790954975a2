/** YAML or JSON text as plain values, with the place of each. */
import { Scalar, isScalar } from 'yaml';
import type { Document, Node, ScalarTag } from 'yaml';
import type { JsonValue } from '../json.ts';
import { readDocument } from '../yaml/read-document.ts';
import { readQuickly } from '../yaml/quick-read.ts';
import type { DocumentBounds, DocumentFault, Options } from '../yaml/read-document.ts';
import { linesOf, placeOfRange } from '../yaml/text-place.ts';
import type { Lines, Place } from '../yaml/text-place.ts';
import type { RecipeCode } from './codes.ts';
import { LIMITS } from './limits.ts';
import type { Path } from './path.ts';
import { placeOf } from './place.ts';
import type { Spot, Tree } from './place.ts';
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

/** Most texts are read without their places, which only findings need. */
export function parseSource(text: string): Source {
  const quick = text.length > LIMITS.sourceChars ? undefined : readQuickly(text, BOUNDS);
  if (quick === undefined) return parseWhole(text);
  let whole: Source | undefined;
  return {
    value: quick.value,
    faults: [],
    placeOf: (path, spot) => (whole ??= parseWhole(text)).placeOf(path, spot),
    textAt: (path) => quick.texts.get(path.join('\0')),
  };
}

export function parseWhole(text: string): Source {
  const lines = linesOf(text);
  const faults: SourceFault[] = [];
  const document = composeText(lines, faults);
  const tree = { contents: null, lines, targets: new Map<Node, Node>() };
  if (document === undefined) return sourceOf(undefined, faults, tree, new Map());
  const reading: Reading = {
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

const BOUNDS: DocumentBounds = {
  tokens: LIMITS.tokens,
  depth: LIMITS.depth,
  faults: LIMITS.diagnostics,
};
const OPTIONS: Options = { customTags: (tags) => [YES_NO, ...tags] };

const FAULT_CODES = {
  syntax: 'yaml_syntax',
  tag: 'yaml_tag',
  too_deep: 'too_deep',
  too_complex: 'source_too_complex',
  documents: 'multiple_documents',
} as const satisfies Record<DocumentFault['kind'], RecipeCode>;
const PREFIXES = {
  syntax: 'Cannot read the YAML: ',
  tag: 'Cannot read the YAML: ',
  too_complex: 'Cannot read the text: ',
  documents: 'Cannot read the text: ',
} as const;

function composeText(lines: Lines, faults: SourceFault[]): Document.Parsed | undefined {
  const { length } = lines.text;
  if (length > LIMITS.sourceChars) {
    const detail = `Cannot read the text: ${length} characters are more than ${LIMITS.sourceChars}`;
    faults.push({ code: 'source_too_large', detail, pointer: [], ...placeOfRange(lines, [0, 1]) });
    return undefined;
  }
  const read = readDocument(lines.text, BOUNDS, OPTIONS);
  for (const { kind, message, range } of read.faults) {
    const detail = kind === 'too_deep' ? tooDeep() : `${PREFIXES[kind]}${message}`;
    faults.push({ code: FAULT_CODES[kind], detail, pointer: [], ...placeOfRange(lines, range) });
  }
  return read.document;
}
