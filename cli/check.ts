/** One recipe on disk, compiled as the server would. */
import { resolve } from 'node:path';
import type { Issue } from '../src/core/errors.ts';
import { findPinned } from '../src/core/plugin/find-function.ts';
import type { ListedPlugin } from '../src/core/plugin/find-function.ts';
import { compileRecipe } from '../src/core/recipe/compile.ts';
import type { Plan } from '../src/core/recipe/plan.ts';
import { isLibrary } from '../src/runtime/recipes.ts';
import { isRunnable } from '../src/runtime/tasks/index.ts';
import { readText } from './files.ts';
import { gather } from './store.ts';

export type Checked =
  | { readonly file: string; readonly kind: 'unreadable'; readonly reason: string }
  /** Definitions for others to import, and no recipe. */
  | { readonly file: string; readonly kind: 'library' }
  | {
      readonly file: string;
      readonly kind: 'recipe';
      readonly text: string;
      readonly plan?: Plan;
      readonly diagnostics: readonly Issue[];
    };

export interface CheckOptions {
  readonly cwd: string;
  readonly strict: boolean;
  /** Absent: functions are not checked. */
  readonly plugins: readonly ListedPlugin[] | undefined;
}

export function checkFile(file: string, { cwd, strict, plugins }: CheckOptions): Checked {
  const path = resolve(cwd, file);
  const read = readText(path);
  if (read.text === undefined) return { file, kind: 'unreadable', reason: read.reason };
  const { text } = read;
  const { plan, diagnostics } = compileRecipe({
    ...gather(path, text),
    text,
    strict,
    isRunnable,
    ...(plugins && {
      findFunction: (reference) => findPinned(plugins, reference),
      functionNames: plugins.flatMap(({ name, manifest }) =>
        manifest.functions.map(({ id }) => `${name}.${id}`),
      ),
    }),
  });
  if (isLibrary({ diagnostics }, text)) return { file, kind: 'library' };
  return { file, kind: 'recipe', text, diagnostics, ...(plan && { plan }) };
}
