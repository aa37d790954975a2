/** A manifest's text as data, and the place of every value in it. */
import type { Document, LineCounter, Node, Range } from 'yaml';
import { isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Issue, Result } from '../errors.ts';
import { countLines } from '../lines.ts';

export type Path = readonly (string | number)[];

export interface ManifestText {
  readonly data: unknown;
  /** Where a value stands; of a missing one, where its parent stands. */
  place(path: Path, of: 'key' | 'value'): Place;
}

export interface Place {
  readonly line?: number;
  readonly column?: number;
  readonly end_line?: number;
  readonly end_column?: number;
}

/** Characters. A manifest is read before anything else is known about its sender. */
const MAX_TEXT = 256 * 1024;
const MAX_NESTING = 64;
/** With what aliases stand for. */
const MAX_VALUES = 20_000;
const MAX_ALIASES = 1_000;
const MAX_ISSUES = 20;

/** YAML; JSON is read as the YAML it is. */
export function readManifestText(text: string): Result<ManifestText, readonly Issue[]> {
  if (text.length > MAX_TEXT) {
    return refuse('too_large', `Cannot read manifest: it is longer than ${MAX_TEXT} characters`);
  }
  if (isNestedTooDeep(text)) {
    return refuse('too_deep', `Cannot read manifest: it is nested deeper than ${MAX_NESTING}`);
  }
  const lines = countLines(text);
  const document = parseDocument(text, {
    prettyErrors: false,
    stringKeys: true,
    // The library compares every key with all before it; `repeatedKeys` does not.
    uniqueKeys: false,
    version: '1.2',
  });
  const issues = syntaxIssues(document, lines);
  if (issues.length > 0) return { ok: false, error: issues };
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

/**
 * The parser recurses per level, so depth is bounded before it runs: by open brackets, wherever they
 * stand, and by indentation, counting `- - -` and the like as a level each.
 */
function isNestedTooDeep(text: string): boolean {
  let open = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open++;
    else if ((character === ']' || character === '}') && open > 0) open--;
    if (open > MAX_NESTING) return true;
  }
  return text.split('\n').some((line) => {
    const lead = /^[ \t?:-]*/.exec(line)?.[0] ?? '';
    return lead.length > 4 * MAX_NESTING || lead.replaceAll(/[^?:-]/g, '').length > MAX_NESTING;
  });
}

/** The library throws at aliases that are too many or lead into themselves. */
function findData(document: Document.Parsed): { readonly value: unknown } | undefined {
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch {
    return undefined;
  }
}

function syntaxIssues(document: Document.Parsed, lines: LineCounter): readonly Issue[] {
  const syntax = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    code: 'yaml_syntax',
    message,
    pos,
  }));
  return [...syntax, ...repeatedKeys(document)]
    .slice(0, MAX_ISSUES)
    .map(({ code, message, pos }) => ({
      severity: 'error',
      code,
      detail: `Cannot read manifest: ${message}`,
      pointer: '',
      ...placeOf(lines, pos),
    }));
}

function repeatedKeys(document: Document.Parsed) {
  const found: { code: string; message: string; pos: readonly number[] }[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          const pos = key.range ?? [];
          found.push({ code: 'duplicate_key', message: 'Map keys must be unique', pos });
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

function placeOf(lines: LineCounter, range: readonly number[] | undefined): Place {
  const [start, end] = range ?? [];
  // A text without a value has no place but its beginning.
  if (start === undefined) return { line: 1, column: 1, end_line: 1, end_column: 1 };
  const from = lines.linePos(start);
  const to = lines.linePos(end ?? start);
  return { line: from.line, column: from.col, end_line: to.line, end_column: to.col };
}
