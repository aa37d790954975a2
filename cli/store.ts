/** A folder on disk as the recipe store: what a file imports, runs and prompts with. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { referencesOf } from '../src/core/recipe/compile.ts';
import { isPromptFile } from '../src/core/recipe/prompt-file.ts';
import { ROOT } from '../src/core/recipe/store-path.ts';
import { readText } from './files.ts';

export interface Closure {
  /** Path of the file in the store, such as `recipes/team/digest.yaml`. */
  readonly path: string;
  readonly sources: ReadonlyMap<string, string>;
  readonly prompts: ReadonlyMap<string, string>;
}

interface Text {
  readonly path: string;
  readonly text: string;
}

/** More than a recipe may import and run in all. */
const MAX_TEXTS = 400;

/** What the text of a file refers to, however deep. What is not there is the compiler's to tell. */
export function gather(file: string, text: string): Closure {
  const root = rootOf(file);
  const main = { path: ROOT + relative(root, file).replaceAll(sep, '/'), text };
  const sources = new Map<string, string>();
  const prompts = new Map<string, string>();
  const looked = new Set([main.path]);
  const isNew = (name: string): boolean => !looked.has(name) && Boolean(looked.add(name));
  const wave: Text[] = [main];
  for (const each of wave) {
    const wanted = referencesOf(each.text, each.path);
    for (const path of wanted.paths.flat().filter(isNew)) {
      const found = findText([join(root, path.slice(ROOT.length))]);
      if (found === undefined || wave.length > MAX_TEXTS) continue;
      sources.set(path, found);
      wave.push({ path, text: found });
    }
    for (const name of wanted.prompts.filter(isNew)) {
      const found = findText(promptPaths(name, root, file));
      if (found === undefined || wave.length > MAX_TEXTS) continue;
      prompts.set(name, found);
      wave.push({ path: name, text: found });
    }
  }
  return { path: main.path, sources, prompts };
}

/** The nearest folder above that is called `recipes`, or the file's own. */
export function rootOf(file: string): string {
  const own = dirname(file);
  for (let folder = own; folder !== dirname(folder); folder = dirname(folder)) {
    if (`${basename(folder)}/` === ROOT) return folder;
  }
  return own;
}

/** Beside the file, and in `prompts` inside or beside the root. */
function promptPaths(name: string, root: string, file: string): string[] {
  // Names come from recipes: none may lead elsewhere.
  if (!isPromptFile(name) || name.split('/').includes('..')) return [];
  const folders = [dirname(file), join(root, 'prompts'), join(dirname(root), 'prompts')];
  return folders.map((folder) => join(folder, name));
}

function findText(paths: readonly string[]): string | undefined {
  const path = paths.find((each) => existsSync(each));
  return path === undefined ? undefined : readText(path).text;
}
