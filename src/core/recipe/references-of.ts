/** What to fetch before a text can be compiled: its imports, sub-recipes and prompts. */
import { isJsonArray, isJsonObject, ownProperty } from '../json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { LIMITS } from './limits.ts';
import { isPromptFile } from './prompt-file.ts';
import { includesIn } from './prompts.ts';
import { parseSource } from './source.ts';
import { candidatePaths } from './store-path.ts';

export interface References {
  /** Candidate paths of each import and sub-recipe, in the order to look them up. */
  readonly paths: readonly string[][];
  readonly prompts: readonly string[];
}

interface Wanted {
  readonly paths: Map<string, string[]>;
  readonly prompts: Set<string>;
}

/** Cheap and total. For the text of a prompt, by its file name, the prompts that it includes. */
export function referencesOf(text: string, path: string): References {
  if (isPromptFile(path)) return { paths: [], prompts: [...new Set(includesIn(text))] };
  const wanted: Wanted = { paths: new Map(), prompts: new Set() };
  const { value } = parseSource(text);
  if (isJsonObject(value)) {
    for (const written of importPaths(value)) want(written, path, wanted);
    walk(value, path, wanted, '');
  }
  return { paths: [...wanted.paths.values()], prompts: [...wanted.prompts] };
}

function want(written: string, from: string, { paths }: Wanted): void {
  const candidates = candidatePaths(written, from);
  if (candidates.length > 0) paths.set(candidates.join('\n'), candidates);
}

function importPaths(document: JsonObject): readonly string[] {
  const imports = ownProperty(document, 'imports');
  if (!isJsonArray(imports)) return [];
  return imports.slice(0, LIMITS.imports).flatMap((item) => {
    const path = isJsonObject(item) ? ownProperty(item, 'path') : item;
    return typeof path === 'string' ? [path] : [];
  });
}

/** A key says what a text names, wherever it stands: definitions may hold whole nodes. */
function walk(value: JsonValue, path: string, wanted: Wanted, key: string): void {
  if (isJsonArray(value)) for (const item of value) walk(item, path, wanted, key);
  else if (isJsonObject(value)) {
    for (const [name, item] of Object.entries(value)) walk(item, path, wanted, name);
  } else if (typeof value === 'string') {
    if (key === 'recipe_path' && !value.includes('{{') && !value.startsWith('@'))
      want(value.trim(), path, wanted);
    if (isPromptFile(value)) wanted.prompts.add(value);
    for (const name of includesIn(value)) wanted.prompts.add(name);
  }
}
