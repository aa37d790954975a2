/** Runs: how they are started, read, listed and acted on. */
import type { Issue, Result } from '../../core/errors.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Admission } from '../../core/queue/admission.ts';
import type { QueueView } from '../../core/queue/queue-view.ts';
import type { Plan } from '../../core/recipe/plan.ts';
import type { RunEvent, RunStatus } from '../../core/run/events.ts';
import type { Seeds } from '../../core/run/record.ts';
import type { ReplayPoint } from '../../core/run/replay.ts';
import type { ApprovalView, NodeView, RunSummary, RunView } from '../../core/run/view.ts';
import type { ApprovalPlace, Decision } from './approval-links.ts';
import type { EventPlace, PlacedDelta } from './deltas.ts';
import type { Digest, EpochMs, RunId, Tenant } from './names.ts';

export interface Submission {
  readonly tenant: Tenant;
  readonly recipe: string;
  readonly recipeVersion: number | null;
  readonly planHash: Digest;
  readonly plan: Plan;
  /** Checked and coerced. */
  readonly inputs: JsonObject;
  /** Asked by every `language_task` instead of what it names. */
  readonly model?: JsonValue;
  readonly labels: JsonObject;
  /** Warnings found before the run, kept with it. */
  readonly warnings: readonly Issue[];
  readonly idempotency?: Idempotency;
  readonly admission: Admission;
  /** Runs with the same one lie together, so that the limits they share hold. */
  readonly place?: string;
  /** The run that this one does again, and what it takes over from it. */
  readonly replayOf?: RunId;
  readonly seeds?: Seeds;
  /** An address that is told how the run has ended. */
  readonly webhook?: string;
  /** The failed run that it is started for. */
  readonly failureOf?: RunId;
  /** Milliseconds that the answer may wait for the run's end. Default 0. */
  readonly waitMs?: number;
}

/** What a replay is made of. */
export interface Origin {
  readonly recipe: string;
  readonly recipeVersion: number | null;
  readonly planHash: Digest;
  /** Absent for runs that were executed inline: nothing is kept of theirs. */
  readonly plan?: Plan;
  readonly labels: JsonObject;
  readonly inputs: JsonObject;
  readonly model?: JsonValue;
  readonly seeds?: Seeds;
}

export type RunAction = 'cancel' | 'pause' | 'resume' | 'retry';

export interface ActOptions {
  /** Of `cancel`: what nodes have done is undone first, by what they name under `compensate`. */
  readonly rollback?: boolean;
}

export interface BulkOrder {
  /** `discard` takes runs that have ended away, with all that is kept of them. */
  readonly action: RunAction | 'discard';
  readonly filter: RunConditions;
  /** Runs at most. */
  readonly limit: number;
}

/** A key under which a second submission gets the first one's run. */
export interface Idempotency {
  readonly key: string;
  readonly bodyHash: Digest;
}

export interface RunConditions {
  readonly recipe?: string;
  readonly status?: RunStatus;
  /** A label as text. */
  readonly label?: { readonly name: string; readonly value: string };
  readonly createdFrom?: EpochMs;
  readonly createdBefore?: EpochMs;
}

export interface RunFilter extends RunConditions {
  /** 1 to 100. */
  readonly limit: number;
  /** The id after which the page starts, newest first. */
  readonly cursor?: RunId;
}

/** A run that was executed elsewhere and is only to be kept. */
export interface FinishedRun {
  readonly tenant: Tenant;
  readonly view: RunView;
  /** As they are, also where the view hides some. */
  readonly inputs: JsonObject;
  readonly nodes: readonly NodeView[];
  readonly events: readonly RunEvent[];
  readonly idempotency?: Idempotency;
}

export interface EventPage {
  readonly events: readonly RunEvent[];
  readonly deltas: readonly PlacedDelta[];
  /** Events after the place that was asked for, up to this number, are not kept any more. */
  readonly lostUntil?: number;
  readonly finished: boolean;
}

/** Durable runs of a tenant. */
export interface Runs {
  /** For a run that is executed elsewhere: where `reserve` keeps its key, `record` finds it. */
  newId(idempotency: Idempotency | undefined): RunId;
  /** Durable before it answers. */
  submit(
    submission: Submission,
  ): Promise<Result<{ readonly view: RunView; readonly replayed: boolean }>>;
  find(tenant: Tenant, id: RunId): Promise<RunView | undefined>;
  /** All steps of one node, outputs included: visits and, for a map, its items. */
  findNode(tenant: Tenant, id: RunId, node: string): Promise<Result<readonly NodeView[]>>;
  list(tenant: Tenant, filter: RunFilter): Promise<readonly RunSummary[]>;
  /**
   * Events after a place, at most 500, and the deltas between them. With `waitMs` and nothing new,
   * waits that long for some. `finished`: the run has ended and these are its last.
   */
  events(tenant: Tenant, id: RunId, after: EventPlace, waitMs: number): Promise<Result<EventPage>>;
  /** Waits up to `waitMs` for the run to end, then gives its view. */
  wait(tenant: Tenant, id: RunId, waitMs: number): Promise<RunView | undefined>;
  /**
   * Each may be asked for again without harm. `run_finished` where it is too late for it; `run_not_kept`
   * where nothing is left to retry.
   */
  act(tenant: Tenant, id: RunId, action: RunAction, options?: ActOptions): Promise<Result<RunView>>;
  /** What a replay needs; `from` a point of the run, or from its beginning. */
  origin(tenant: Tenant, id: RunId, point?: ReplayPoint): Promise<Result<Origin>>;
  cancel(tenant: Tenant, id: RunId): Promise<Result<RunView>>;
  /** `hasMore`: runs are left that the filter finds. */
  bulk(
    tenant: Tenant,
    order: BulkOrder,
  ): Promise<{ readonly changed: number; readonly hasMore: boolean }>;
  queue(tenant: Tenant): Promise<QueueView>;
  /** Gives an event to a run. `received`: something waited for it; else it is kept for what will. */
  deliver(
    tenant: Tenant,
    id: RunId,
    event: { readonly name: string; readonly payload: JsonValue },
  ): Promise<Result<{ readonly received: boolean }>>;
  /** Steps that wait for people, oldest first, at most 100. */
  approvals(tenant: Tenant): Promise<readonly ApprovalView[]>;
  findApproval(tenant: Tenant, id: RunId, key: string): Promise<ApprovalView | undefined>;
  /**
   * Once decided, the first decision is what everybody gets. `approval_not_found`, `approval_gone`,
   * `forbidden` to who is in no group that is asked, `form_invalid` with `{pointer, detail}` of each fault.
   */
  decide(tenant: Tenant, approval: ApprovalPlace, verdict: Decision): Promise<Result<ApprovalView>>;
  /**
   * Takes a key for a run that is executed elsewhere. Null: it is the caller's, until `record`;
   * else the run that had it. `conflict` while another caller has it.
   */
  reserve(tenant: Tenant, idempotency: Idempotency | undefined): Promise<Result<RunView | null>>;
  /** US dollars that runs have spent on models since the start of a day in UTC. */
  spentSince(tenant: Tenant, day: EpochMs): Promise<number>;
  record(run: FinishedRun): Promise<void>;
}
