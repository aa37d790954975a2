/** What the strings of a value read: variables in templates, and strings that are bare names. */
import { isFileOver } from '../chunk/spec.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { hasTemplateSyntax, parseExpression, parseTemplate } from '../template/template.ts';
import type { Template, TemplateFault } from '../template/template.ts';
import { variablesRead } from '../template/variables.ts';
import { innerExpression } from './expression-text.ts';
import type { Path } from './path.ts';

export interface Read {
  readonly root: string;
  /** The root first. */
  readonly way: readonly (string | number)[];
  readonly path: Path;
  /** Offset of the name in `text`, the string at `path`. */
  readonly offset: number;
  readonly text: string;
  /** Absence is expected: under `is defined`, `default`, or an `if` on the name itself. */
  readonly isGuarded: boolean;
  readonly form: 'template' | 'condition' | 'bare';
}

export interface TemplateIssue {
  readonly fault: TemplateFault;
  readonly path: Path;
  readonly offset: number;
  readonly text: string;
}

export interface Reads {
  readonly reads: readonly Read[];
  readonly faults: readonly TemplateIssue[];
}

/** Keys of a node that hold no values to resolve. */
const OPAQUE = new Set([
  'id',
  'type',
  'description',
  'output',
  'examples',
  'output_mapping',
  'response_schema',
]);
const BARE = /^([A-Za-z_][\w-]*)((?:\.\w+|\[-?\d+\])*)$/;

/** The reads of a node as written. */
export function readsOf(node: JsonValue, path: Path): Reads {
  const found = { reads: [] as Read[], faults: [] as TemplateIssue[] };
  if (!isJsonObject(node)) return found;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'when') collectCondition(value, [...path, key], found);
    else if (key === 'over' && isFileOver(value)) collectFileOver(value, [...path, key], found);
    else if (!OPAQUE.has(key)) collect(value, [...path, key], found);
  }
  return found;
}

/** The reads of any value. */
export function readsOfValue(value: JsonValue, path: Path): Reads {
  const found = { reads: [] as Read[], faults: [] as TemplateIssue[] };
  collect(value, path, found);
  return found;
}

/** The reads of a condition: `text` is the whole string at `path`, the condition begins at `offset`. */
export function readsOfCondition(
  written: string,
  path: Path,
  inside = { text: written, offset: 0 },
): Reads {
  const found = { reads: [] as Read[], faults: [] as TemplateIssue[] };
  const inner = innerExpression(written);
  const offset = inside.offset + inner.offset;
  const parsed = parseExpression(inner.text);
  if (parsed.ok)
    addReads(parsed.value, { path, offset, text: inside.text, form: 'condition' }, found);
  else
    found.faults.push({
      fault: parsed.error,
      path,
      offset: offset + parsed.error.offset,
      text: inside.text,
    });
  return found;
}

interface Found {
  readonly reads: Read[];
  readonly faults: TemplateIssue[];
}

/** The unit of its chunks is a word, not a name. */
function collectFileOver({ file, chunk }: JsonObject, path: Path, found: Found): void {
  collect(file ?? null, [...path, 'file'], found);
  const size = isJsonObject(chunk) ? (ownProperty(chunk, 'size') ?? null) : null;
  collect(size, [...path, 'chunk', 'size'], found);
}

function collect(value: JsonValue, path: Path, found: Found): void {
  if (typeof value === 'string') collectText(value, path, found);
  else if (isJsonArray(value))
    for (const [index, item] of value.entries()) collect(item, [...path, index], found);
  else if (isJsonObject(value))
    for (const [key, item] of Object.entries(value)) collect(item, [...path, key], found);
}

function collectCondition(value: JsonValue, path: Path, found: Found): void {
  if (typeof value !== 'string') return;
  const { reads, faults } = readsOfCondition(value, path);
  found.reads.push(...reads);
  found.faults.push(...faults);
}

function collectText(text: string, path: Path, found: Found): void {
  if (hasTemplateSyntax(text)) {
    const parsed = parseTemplate(text);
    if (parsed.ok) addReads(parsed.value, { path, offset: 0, text, form: 'template' }, found);
    else found.faults.push({ fault: parsed.error, path, offset: parsed.error.offset, text });
    return;
  }
  const bare = text.length <= 500 ? BARE.exec(text) : null;
  if (bare === null) return;
  const [, root = '', rest = ''] = bare;
  const way = [root, ...rest.split(/[.[\]]+/).filter((part) => part !== '')];
  found.reads.push({ root, way, path, offset: 0, text, isGuarded: true, form: 'bare' });
}

function addReads(
  template: Template,
  at: Pick<Read, 'path' | 'offset' | 'text' | 'form'>,
  found: Found,
): void {
  for (const { path: way, offset, guarded } of variablesRead(template)) {
    found.reads.push({
      ...at,
      root: String(way[0] ?? ''),
      way,
      offset: at.offset + offset,
      isGuarded: guarded,
    });
  }
}
