/** What speaking and listening are given. */
import type { SpeechNode } from '../../core/recipe/plan.ts';
import type { Notes } from '../../core/run/notes.ts';
import { nameOf } from '../models/names.ts';
import type { ModelName, OwnServer } from '../ports/models.ts';
import type { TaskContext } from '../tasks/task.ts';
import type { Pay } from './pay.ts';

/** A model, and the tenant's own server where it is there. */
export interface SpeechModel extends ModelName {
  readonly server?: OwnServer;
}

export interface SpeechContext extends TaskContext<SpeechNode> {
  readonly pay: Pay;
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
