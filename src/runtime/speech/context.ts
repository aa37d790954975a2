/** What speaking and listening are given. */
import type { Result } from '../../core/errors.ts';
import type { SpeechNode } from '../../core/recipe/plan.ts';
import type { Notes } from '../../core/run/notes.ts';
import { nameOf } from '../models/names.ts';
import type { ModelFailure, ModelName, OwnServer } from '../ports/models.ts';
import type { TaskContext, TaskFailure } from '../tasks/task.ts';

/** A model, and the tenant's own server where it is there. */
export interface SpeechModel extends ModelName {
  readonly server?: OwnServer;
}

export interface SpeechContext extends TaskContext<SpeechNode> {
  /** Asks a provider when the tenant's limits let it. */
  readonly paced: <T>(
    model: ModelName,
    ask: () => Promise<Result<T, ModelFailure>>,
  ) => Promise<Result<T, TaskFailure>>;
}

/** Warnings of the run for what a provider left out. */
export function ignoredNotes(model: ModelName, ignored: readonly string[]): Notes {
  return {
    notes: [...new Set(ignored)].map((option) => ({
      type: 'run.warning',
      code: 'option_ignored',
      detail: `Model "${nameOf(model)}" does not take option "${option}"`,
    })),
  };
}
