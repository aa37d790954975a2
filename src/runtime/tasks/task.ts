/** What a node type's file implements, and what it is given. */
import type { Failure, Result } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { PlanNode } from '../../core/recipe/plan.ts';
import type { ResolveContext } from '../../core/run/resolve.ts';
import type { StepStats } from '../../core/run/events.ts';
import type { Active } from '../../core/run/state.ts';
import type { Success } from '../../core/run/settle.ts';
import type { Progress } from '../../core/run/write.ts';
import type { Functions } from '../functions.ts';
import type { Clock, Egress, Files, RunId, Tenant } from '../ports.ts';
import type { Models } from '../ports/models.ts';

export interface TaskContext<N extends PlanNode> {
  readonly tenant: Tenant;
  readonly run: RunId;
  readonly clock: Clock;
  readonly node: N;
  readonly step: Active;
  readonly context: ResolveContext;
  /** The node's resolved `input`; absent when it has none. */
  readonly input: JsonValue | undefined;
  readonly functions: Functions;
  readonly models: Models;
  readonly egress: Egress;
  readonly files: Files;
  /** Keeps how far the task has come: `step.checkpoint` of an attempt after a restart. */
  readonly report: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

export interface TaskOutcome {
  readonly output: JsonValue;
  readonly stats?: Omit<StepStats, 'wallMs'>;
  /** The resolved input, where a record can hold it. */
  readonly inputs?: JsonObject;
  /** Of a map over a file: its items, and where they are from. */
  readonly opened?: NonNullable<Success['opened']>;
}

export interface TaskFailure extends Failure {
  /** The provider asks for this much patience before another attempt. */
  readonly retryAfterMs?: number;
}

/** May throw a `ComposerError`; anything else thrown becomes `internal`. */
export type Task<N extends PlanNode> = (
  given: TaskContext<N>,
) => Promise<Result<TaskOutcome, TaskFailure>>;
