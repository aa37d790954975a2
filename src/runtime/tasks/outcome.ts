/** What a task gives back. */
import type { Failure } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { StepStats } from '../../core/run/events.ts';
import type { Notes } from '../../core/run/notes.ts';
import type { Spend } from '../../core/run/spend.ts';
import type { Success, Throttle } from '../../core/run/settle.ts';

export interface TaskOutcome {
  readonly output: JsonValue;
  readonly stats?: Omit<StepStats, 'wallMs'>;
  /** The resolved input, where a record can hold it. */
  readonly inputs?: JsonObject;
  /** What has not been noted yet. */
  readonly notes?: Notes;
  /** Of a map over a file: its items, and where they are from. */
  readonly opened?: NonNullable<Success['opened']>;
}

export interface TaskFailure extends Failure {
  /** The provider asks for this much patience before another attempt. */
  readonly retryAfterMs?: number;
  /** A limit refused the call before it was made: the attempt waits, and does not count. */
  readonly throttle?: Throttle;
  /** What was spent all the same. */
  readonly spent?: Spend;
}
