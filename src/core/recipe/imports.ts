/** What a recipe imports: definitions of other files, merged, namespaced, and found by file stem. */
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { RecipeCode } from './codes.ts';
import { LIMITS } from './limits.ts';
import { mergeDeep } from './merge.ts';
import type { Path } from './path.ts';
import { qualifyReferences } from './reference-text.ts';
import { severityOf } from './report.ts';
import type { Report } from './report.ts';
import { parseSource } from './source.ts';
import { candidatePaths, pathFault, stemOf } from './store-path.ts';
import { closest } from './suggest.ts';

export interface Definitions {
  readonly root: JsonObject;
  readonly namespaces: ReadonlyMap<string, JsonObject>;
  readonly stems: ReadonlyMap<string, readonly JsonObject[]>;
  /** Where in the main text each root key comes from. */
  readonly origins: ReadonlyMap<string, Path>;
}

export interface ImportInput {
  readonly document: JsonObject;
  readonly path: string;
  readonly sources: ReadonlyMap<string, string>;
  readonly report: Report;
}

interface Contribution {
  readonly tree: JsonObject;
  readonly namespaces: ReadonlyMap<string, JsonObject>;
  readonly stems: ReadonlyMap<string, readonly JsonObject[]>;
}

interface Entry {
  readonly path: string;
  readonly namespace?: string;
}

type Refuse = (code: RecipeCode, detail: string, suggestion?: string) => void;

const NAMESPACE = /^[A-Za-z_][\w-]*$/;
const NO_DEFINITIONS = new Set(['recipe', 'imports', '$schema', 'name', 'nodes', 'edges']);

export function loadDefinitions({ document, path, sources, report }: ImportInput): Definitions {
  const loader: Loader = { sources, memo: new Map(), loads: 0, entries: 0 };
  const origins = new Map<string, Path>();
  let all: Contribution = { tree: {}, namespaces: new Map(), stems: new Map() };
  for (const [index, item] of importItems(document, report).entries()) {
    const at: Path = ['imports', index];
    const refuse: Refuse = (code, detail, suggestion) =>
      report.add({ code, path: at, detail, suggestion });
    const entry = readEntry(item, refuse);
    if (entry === undefined) continue;
    const part = load(loader, entry, { stack: [path], refuse });
    if (part === undefined) continue;
    for (const key of Object.keys(part.tree)) origins.set(key, at);
    for (const key of part.namespaces.keys()) if (!origins.has(key)) origins.set(key, at);
    all = join(all, part);
  }
  const local = localDefinitions(document, report);
  for (const key of Object.keys(local)) origins.set(key, originOf(document, key));
  return { ...all, root: mergeDeep(all.tree, local), origins };
}

/** `definitions`, and `models` readable among them. */
export function localDefinitions(document: JsonObject, report?: Report): JsonObject {
  const own = ownProperty(document, 'definitions');
  const models = ownProperty(document, 'models');
  for (const [key, value] of [
    ['definitions', own],
    ['models', models],
  ] as const) {
    if (value === undefined || value === null || isJsonObject(value)) continue;
    report?.add({
      code: 'wrong_type',
      path: [key],
      detail: `Cannot read "${key}": it must be a map`,
    });
  }
  const definitions = isJsonObject(own) ? own : {};
  return isJsonObject(models) ? mergeDeep({ models }, definitions) : definitions;
}

function originOf(document: JsonObject, key: string): Path {
  const own = ownProperty(document, 'definitions');
  if (isJsonObject(own) && Object.hasOwn(own, key)) return ['definitions', key];
  return key === 'models' ? ['models'] : ['definitions'];
}

function importItems(document: JsonObject, report: Report): readonly JsonValue[] {
  const imports = ownProperty(document, 'imports');
  if (imports === undefined || imports === null) return [];
  if (!isJsonArray(imports)) {
    report.add({
      code: 'wrong_type',
      path: ['imports'],
      detail: 'Cannot read "imports": it must be a list of paths',
    });
    return [];
  }
  if (imports.length <= LIMITS.imports) return imports;
  const detail = `Cannot import: ${imports.length} imports are more than ${LIMITS.imports}`;
  report.add({ code: 'too_many_imports', path: ['imports'], detail });
  return imports.slice(0, LIMITS.imports);
}

function readEntry(item: JsonValue, refuse: Refuse): Entry | undefined {
  if (typeof item === 'string') return { path: item };
  const path = isJsonObject(item) ? ownProperty(item, 'path') : undefined;
  if (!isJsonObject(item) || typeof path !== 'string') {
    refuse('wrong_type', 'Cannot import: an entry must be a path or a map with "path"');
    return undefined;
  }
  for (const key of Object.keys(item)) {
    if (key === 'path' || key === 'namespace' || key.startsWith('x-')) continue;
    refuse('unknown_key', `Unknown key "${key}" in an import`, closest(key, ['path', 'namespace']));
  }
  const namespace = ownProperty(item, 'namespace');
  if (namespace === undefined || namespace === null) return { path };
  if (typeof namespace === 'string' && NAMESPACE.test(namespace)) return { path, namespace };
  refuse('bad_id', 'Cannot import: "namespace" must be a name of letters, digits, "_" and "-"');
  return undefined;
}

interface Loader {
  readonly sources: ReadonlyMap<string, string>;
  readonly memo: Map<string, Contribution | undefined>;
  loads: number;
  entries: number;
}

/** The files being imported around an entry, outermost first, and where to tell its faults. */
interface Around {
  readonly stack: readonly string[];
  readonly refuse: Refuse;
}

function load(loader: Loader, entry: Entry, { stack, refuse }: Around): Contribution | undefined {
  loader.entries += 1;
  if (loader.entries > LIMITS.importEntries) {
    refuse('too_many_imports', `Cannot import: more than ${LIMITS.importEntries} imports in all`);
    return undefined;
  }
  const path = findFile(loader, entry.path, { stack, refuse });
  if (path === undefined) return undefined;
  if (stack.includes(path)) {
    const way = [...stack.slice(stack.indexOf(path)), path].join(' → ');
    refuse('import_cycle', `Cannot import "${entry.path}": the imports form a cycle: ${way}`);
    return undefined;
  }
  if (!loader.memo.has(path)) loader.memo.set(path, readFile(loader, path, { stack, refuse }));
  const whole = loader.memo.get(path);
  return whole === undefined ? undefined : named(whole, entry, path);
}

function findFile(
  { sources }: Loader,
  written: string,
  { stack, refuse }: Around,
): string | undefined {
  const fault = pathFault(written);
  const candidates = candidatePaths(written, stack.at(-1) ?? '');
  if (fault !== undefined || candidates.length === 0) {
    refuse(
      'bad_import_path',
      `Cannot import "${written.slice(0, 200)}": ${fault ?? 'it leaves the root'}`,
    );
    return undefined;
  }
  const path = candidates.find((candidate) => sources.has(candidate));
  if (path === undefined) {
    const near = closest(candidates[0] ?? '', sources.keys());
    refuse('import_not_found', `Cannot import "${written}": no such file${inFile(stack)}`, near);
  }
  return path;
}

function readFile(
  loader: Loader,
  path: string,
  { stack, refuse }: Around,
): Contribution | undefined {
  loader.loads += 1;
  if (loader.loads > LIMITS.imports) {
    refuse('too_many_imports', `Cannot import "${path}": more than ${LIMITS.imports} files`);
    return undefined;
  }
  const source = parseSource(loader.sources.get(path) ?? '');
  let isReadable = true;
  for (const { code, detail, line, column } of source.faults) {
    if (severityOf(code, false) !== 'error') continue;
    isReadable = false;
    refuse('import_invalid', `Cannot import "${path}": line ${line}, column ${column}: ${detail}`);
  }
  const document = source.value ?? {};
  if (!isReadable) return undefined;
  if (isJsonObject(document)) return contribution(loader, document, path, { stack, refuse });
  refuse('import_invalid', `Cannot import "${path}": it must be a map`);
  return undefined;
}

function contribution(
  loader: Loader,
  document: JsonObject,
  path: string,
  { stack, refuse }: Around,
): Contribution {
  let all: Contribution = { tree: {}, namespaces: new Map(), stems: new Map() };
  const inside: Refuse = (code, detail, suggestion) =>
    refuse(code, `${detail} (in "${path}")`, suggestion);
  const imports = ownProperty(document, 'imports');
  for (const item of isJsonArray(imports) ? imports : []) {
    const entry = readEntry(item, inside);
    const part =
      entry === undefined ? undefined : load(loader, entry, { stack: [...stack, path], refuse });
    if (part !== undefined) all = join(all, part);
  }
  return { ...all, tree: mergeDeep(all.tree, contributed(document)) };
}

function inFile(stack: readonly string[]): string {
  const file = stack.length > 1 ? stack.at(-1) : undefined;
  return file === undefined ? '' : ` (in "${file}")`;
}

/** A file's `definitions`, or everything in it that is not a recipe. */
function contributed(document: JsonObject): JsonObject {
  if (Object.hasOwn(document, 'definitions')) return localDefinitions(document);
  const entries = Object.entries(document).filter(
    ([key]) => !NO_DEFINITIONS.has(key) && !key.startsWith('x-'),
  );
  return Object.fromEntries(entries);
}

function named(part: Contribution, entry: Entry, path: string): Contribution {
  const stem = stemOf(path);
  if (entry.namespace === undefined) {
    return { ...part, stems: new Map([...part.stems, [stem, [part.tree]]]) };
  }
  const inner = mergeDeep(Object.fromEntries(part.namespaces), part.tree);
  const tree = qualifyReferences(inner, entry.namespace);
  return {
    tree: {},
    namespaces: new Map([[entry.namespace, tree]]),
    stems: new Map([[stem, [tree]]]),
  };
}

function join(a: Contribution, b: Contribution): Contribution {
  const namespaces = new Map(a.namespaces);
  for (const [name, tree] of b.namespaces) {
    const below = namespaces.get(name);
    namespaces.set(name, below === undefined ? tree : mergeDeep(below, tree));
  }
  const stems = new Map(a.stems);
  for (const [stem, trees] of b.stems)
    stems.set(stem, [...new Set([...(stems.get(stem) ?? []), ...trees])]);
  return { tree: mergeDeep(a.tree, b.tree), namespaces, stems };
}
