/** What the compiler takes and gives. */
import type { Issue, Result } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Path } from './path.ts';
import type { NodeType, PinnedFunction, Plan } from './plan.ts';

export interface CompileInput {
  /** Path of the main text in the recipe store, such as `recipes/name.yaml`. */
  readonly path: string;
  readonly text: string;
  /** Everything the text may import or include as a sub-recipe, by normalised path. */
  readonly sources: ReadonlyMap<string, string>;
  /** Texts of stored prompts by file name. */
  readonly prompts: ReadonlyMap<string, string>;
  /** Absent: function references are neither checked nor pinned. */
  readonly findFunction?: (reference: string) => Result<PinnedFunction>;
  /** For suggestions. */
  readonly functionNames?: readonly string[];
  /** Node types that this release can run; absent: all of the language. */
  readonly isRunnable?: (type: NodeType) => boolean;
  readonly strict?: boolean;
}

export interface Compiled {
  /** Absent exactly when an error is among the diagnostics. */
  readonly plan?: Plan;
  readonly diagnostics: readonly Issue[];
}

export interface Located {
  readonly body: JsonObject;
  /** `['recipe']` in an envelope, `[]` when flat. */
  readonly path: Path;
}
