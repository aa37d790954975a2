/** What a node type's file implements, and what it is given. */
import type { Result } from '../../core/errors.ts';
import type { JsonValue } from '../../core/json.ts';
import type { PlanNode } from '../../core/recipe/plan.ts';
import type { ResolveContext } from '../../core/run/resolve.ts';
import type { Active } from '../../core/run/state.ts';
import type { Progress } from '../../core/run/write.ts';
import type { Reuse } from '../cache/reuse.ts';
import type { Functions } from '../functions.ts';
import type { Clock, Egress, Files, RunId, Tenant } from '../ports.ts';
import type { Models } from '../ports/models.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { DeltaStream } from '../deltas.ts';
import type { Budget } from '../models/budget.ts';
import type { ReadRules } from '../models/rules.ts';
import type { Slots } from '../models/slots.ts';
import type { Notes } from '../../core/run/notes.ts';
import type { TaskFailure, TaskOutcome } from './outcome.ts';
import type { Speech } from '../ports/speech.ts';

export interface TaskContext<N extends PlanNode> {
  readonly tenant: Tenant;
  readonly run: RunId;
  /** What the run was started with: asked instead of what the node names. */
  readonly runModel?: JsonValue;
  readonly clock: Clock;
  readonly node: N;
  readonly step: Active;
  readonly context: ResolveContext;
  /** The node's resolved `input`; absent when it has none. */
  readonly input: JsonValue | undefined;
  readonly functions: Functions;
  readonly models: Models & Speech;
  readonly modelRules: ReadRules;
  readonly modelSlots: Slots;
  readonly limiter: RateLimiter;
  /** What calls of models must fit into. */
  readonly budgets: readonly Budget[];
  readonly egress: Egress;
  readonly files: Files;
  /** Keeps how far the task has come: `step.checkpoint` of an attempt after a restart. */
  readonly report: (progress: Progress) => void;
  /** Enters events, sub-steps and spending while the attempt goes on. */
  readonly note: (notes: Notes) => void;
  /** Where the answer's text goes while it arrives; absent when nobody is to see it. */
  readonly stream?: DeltaStream;
  /** Makes a call under the node's `cache` and `rate_limit`. */
  readonly reuse: Reuse;
  readonly signal: AbortSignal;
}

export type { TaskFailure, TaskOutcome } from './outcome.ts';

/** May throw a `ComposerError`; anything else thrown becomes `internal`. */
export type Task<N extends PlanNode> = (
  given: TaskContext<N>,
) => Promise<Result<TaskOutcome, TaskFailure>>;

/** The same, ended by this signal: behind what was served stale nobody watches, and no step is to be told. */
export function endedBy<N extends PlanNode>(
  given: TaskContext<N>,
  signal: AbortSignal,
): TaskContext<N> {
  if (signal === given.signal) return given;
  const { stream: _, ...rest } = given;
  return { ...rest, signal, note: () => undefined, report: () => undefined };
}
