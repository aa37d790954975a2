/** The files that the words of a command line name: files, folders, and patterns. */
import { globSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from './io.ts';

export interface Named {
  readonly file: string;
  /** Named by itself, and not found in a folder or by a pattern. */
  readonly isOwn: boolean;
}

const RECIPE = /\.(?:ya?ml|json)$/i;
const PATTERN = /[*?{[]/;
const MAX_FILES = 10_000;
/** Twice what a recipe may have, as bytes of the longest characters: enough to say that it is too long. */
const MAX_BYTES = 8 * 1024 * 1024;

/** In the order given, each once, relative as they were written. Throws `UsageError`. */
export function findFiles(words: readonly string[], cwd: string): Named[] {
  const found = new Map<string, Named>();
  for (const word of words) {
    const own = kindOf(resolve(cwd, word));
    const files =
      own === 'folder'
        ? inFolder(word, cwd)
        : own === undefined && PATTERN.test(word)
          ? byPattern(word, cwd)
          : [word];
    const isOwn = own !== 'folder' && files.length === 1 && files[0] === word;
    if (files.length === 0) throw new UsageError(`"${word}" names no YAML or JSON file`);
    for (const file of files) {
      const path = resolve(cwd, file);
      if (isOwn || !found.has(path)) found.set(path, { file, isOwn });
    }
    if (found.size > MAX_FILES) throw new UsageError(`more than ${MAX_FILES} files are named`);
  }
  return [...found.values()];
}

/** The text, or why there is none. */
export function readText(
  path: string,
): { readonly text: string } | { readonly text?: undefined; readonly reason: string } {
  try {
    const stat = statSync(path);
    // Not a pipe or a device, which may have no end.
    if (!stat.isFile()) return { reason: 'it is not a file' };
    if (stat.size > MAX_BYTES) return { reason: `it is larger than ${MAX_BYTES} bytes` };
    const bytes = readFileSync(path);
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read';
  return error instanceof TypeError ? 'it is not valid UTF-8' : 'it cannot be read';
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  return stat.isDirectory() ? 'folder' : 'file';
}

function inFolder(folder: string, cwd: string): string[] {
  return walk(folder, cwd)
    .filter((file) => RECIPE.test(file))
    .toSorted();
}

/** Links are not followed: a folder could hold itself. */
function walk(folder: string, cwd: string): string[] {
  return readdirSync(resolve(cwd, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return isPassedOver(entry.name) ? [] : walk(path, cwd);
    return entry.isFile() ? [path] : [];
  });
}

function byPattern(pattern: string, cwd: string): string[] {
  return globSync(pattern, { cwd, exclude: isPassedOver })
    .filter((file) => RECIPE.test(file) && kindOf(resolve(cwd, file)) === 'file')
    .toSorted();
}

function isPassedOver(name: string): boolean {
  return name === 'node_modules' || (name.startsWith('.') && name !== '.' && name !== '..');
}
