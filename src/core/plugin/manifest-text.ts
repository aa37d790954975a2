/** A manifest's text as data, and the place of every value in it. */
import type { Document, Node, Range } from 'yaml';
import { isMap, isScalar, isSeq, visit } from 'yaml';
import type { Issue, Result } from '../errors.ts';
import { shortened } from '../shortened.ts';
import { readDocument } from '../yaml/read-document.ts';
import type { DocumentBounds, DocumentFault } from '../yaml/read-document.ts';
import { linesOf, placeOfRange } from '../yaml/text-place.ts';
import type { Lines, Place } from '../yaml/text-place.ts';

const CODES = {
  syntax: 'yaml_syntax',
  tag: 'yaml_syntax',
  too_deep: 'too_deep',
  too_complex: 'too_large',
  documents: 'yaml_syntax',
} as const satisfies Record<DocumentFault['kind'], string>;

export type Path = readonly (string | number)[];

export interface ManifestText {
  readonly data: unknown;
  /** Where a value stands; of a missing one, where its parent stands. */
  place(path: Path, of: 'key' | 'value'): Place;
}

/** Characters. A manifest is read before anything else is known about its sender. */
const MAX_TEXT = 256 * 1024;
const MAX_NESTING = 64;
/** With what aliases stand for. */
const MAX_VALUES = 20_000;
const MAX_ALIASES = 1_000;
const MAX_ISSUES = 20;
const BOUNDS: DocumentBounds = { tokens: 250_000, depth: MAX_NESTING, faults: MAX_ISSUES };

/** YAML; JSON is read as the YAML it is. */
export function readManifestText(text: string): Result<ManifestText, readonly Issue[]> {
  if (text.length > MAX_TEXT) {
    return refuse('too_large', `Cannot read manifest: it is longer than ${MAX_TEXT} characters`);
  }
  const lines = linesOf(text);
  const { document, faults } = readDocument(text, BOUNDS, { stringKeys: true });
  const issues = syntaxIssues(document, faults, lines);
  if (issues.length > 0 || document === undefined) return { ok: false, error: issues };
  const data = findData(document);
  if (data === undefined)
    return refuse('anchor', 'Cannot read manifest: an alias is not to be resolved');
  const fault = findDataFault(data.value);
  if (fault !== undefined) return refuse(fault.code, `Cannot read manifest: ${fault.detail}`);
  return {
    ok: true,
    value: {
      data: data.value,
      place: (path, of) => placeOf(lines, findRange(document, path, of)),
    },
  };
}

function refuse(code: string, detail: string): Result<ManifestText, readonly Issue[]> {
  return {
    ok: false,
    error: [{ severity: 'error', code, detail, pointer: '', line: 1, column: 1 }],
  };
}

/** The library throws at aliases that are too many or lead into themselves. */
function findData(document: Document.Parsed): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch {
    return undefined;
  }
}

function syntaxIssues(
  document: Document.Parsed | undefined,
  faults: readonly DocumentFault[],
  lines: Lines,
): readonly Issue[] {
  const found = [
    ...faults.map(({ kind, message, range }) => ({ code: CODES[kind], message, range })),
    ...(document === undefined ? [] : repeatedKeys(document)),
  ];
  return found.slice(0, MAX_ISSUES).map(({ code, message, range }) => ({
    severity: 'error',
    code,
    detail: shortened(`Cannot read manifest: ${message}`),
    pointer: '',
    ...placeOfRange(lines, range),
  }));
}

function repeatedKeys(document: Document.Parsed) {
  const found: { code: string; message: string; range: readonly [number, number] }[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          const [start, end] = key.range ?? [0, 0];
          const message = 'Map keys must be unique';
          found.push({ code: 'duplicate_key', message, range: [start, end] });
        }
        seen.add(key.value);
      }
    },
  });
  return found;
}

/** An alias shares its value rather than copying it, so the walk counts it each time it is reached. */
function findDataFault(data: unknown): { code: string; detail: string } | undefined {
  let values = 0;
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: data, depth: 0 }];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { value, depth } = entry;
    if (depth > MAX_NESTING)
      return { code: 'too_deep', detail: `it is nested deeper than ${MAX_NESTING}` };
    if (++values > MAX_VALUES)
      return { code: 'too_large', detail: `it holds more than ${MAX_VALUES} values` };
    if (typeof value !== 'object' || value === null) continue;
    // What YAML's tags make: bytes, times, sets.
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype)
      return { code: 'yaml_syntax', detail: 'a tag in it makes a value that JSON does not have' };
    for (const child of Object.values(value)) open.push({ value: child, depth: depth + 1 });
  }
  return undefined;
}

function findRange(
  document: Document,
  path: Path,
  of: 'key' | 'value',
): readonly number[] | undefined {
  let node: Node | null = document.contents;
  let range: Range | null | undefined = node?.range;
  for (const [index, step] of path.entries()) {
    const isLast = index === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (pair === undefined || !isScalar(pair.key)) return range ?? undefined;
      // SAFETY: pairs of a parsed document hold nodes.
      node = pair.value as Node | null;
      range = isLast && of === 'key' ? pair.key.range : (node?.range ?? pair.key.range);
    } else if (isSeq(node) && typeof step === 'number') {
      // SAFETY: items of a parsed document are nodes.
      node = (node.items[step] ?? null) as Node | null;
      range = node?.range ?? range;
    } else return range ?? undefined;
  }
  return range ?? undefined;
}

function placeOf(lines: Lines, range: readonly number[] | undefined): Place {
  // A text without a value has no place but its beginning.
  const [start = 0, end = start] = range ?? [];
  return placeOfRange(lines, [start, end]);
}
