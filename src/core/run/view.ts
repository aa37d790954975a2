/** A run as the API shows it: the shapes of its status, its nodes and its metrics. */
import type { JsonObject, JsonValue } from '../json.ts';
import type { CancelReason, StepStats } from './events.ts';

/** Metrics of one run. Every ratio with a zero divisor is null. Times in milliseconds. */
export interface Spread {
  readonly average: number;
  readonly max: number;
  readonly min: number;
}

/** Of the last hundred that had something to measure; null where nothing had. */
export interface ResourceMetrics {
  /** Plugin calls looked at: the last hundred at most. */
  readonly samples: number;
  readonly fuel: Spread | null;
  readonly memory_pages: Spread | null;
  /** Sent by a step to hosts, models and speech, by what is built in. */
  readonly requests: Spread | null;
  /** Of the tightest rate limit that a step asked: from 0 to 1, where it was refused or the last unit taken. */
  readonly limit_used: Spread | null;
  /** Runs that waited in the same partition, at each write of this one. */
  readonly queue_depth: Spread | null;
  /** What the partition's tables and indexes took, likewise. */
  readonly storage_bytes: Spread | null;
}

export interface RunMetrics {
  readonly total_time_ms: number;
  /** Sum over the nodes' own times. */
  readonly node_time_ms: number;
  /** `node_time_ms / total_time_ms`: above 1 when nodes ran side by side. */
  readonly parallel_efficiency: number | null;
  readonly slowest_node: { readonly id: string; readonly time_ms: number } | null;
  /** Failed steps and items, handled ones included. */
  readonly error_count: number;
  /** Results that were not made anew, of steps and items. */
  readonly cache_hits: number;
  /** Of those that were looked up. */
  readonly cache_hit_rate: number | null;
  /** Nodes that ran; a node visited twice counts twice, items not at all. */
  readonly node_count: number;
  readonly skipped_count: number;
  readonly item_count: number;
  /** Of nodes and of items, the first ones included. */
  readonly attempts: number;
  /** The steps that made the run take as long as it did, one behind the other, and their time in all. */
  readonly critical_path: { readonly nodes: readonly string[]; readonly time_ms: number };
  readonly resources: ResourceMetrics;
  readonly fuel: number;
  /** Of all calls of models, failed attempts included. Totals hold their parts. */
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cached_tokens: number;
  readonly reasoning_tokens: number;
  /** Null: no model that was asked has a price. */
  readonly cost_usd: number | null;
  /** The most that calls may have taken beside, whose usage no provider has told. Budgets count it. */
  readonly unreported_tokens: number;
  readonly unreported_cost_usd: number | null;
  readonly tool_calls: number;
}

export interface ErrorView {
  readonly code: string;
  readonly detail: string;
  readonly node?: string;
  /** The failed items of a map with the results of the others. */
  readonly details?: JsonValue;
}

export interface NodeView {
  readonly key: string;
  readonly node: string;
  readonly visit: number;
  readonly status: string;
  readonly attempts: number;
  readonly started_at?: string;
  readonly ended_at?: string;
  readonly stats?: StepStats;
  readonly error?: ErrorView;
  /** Items of a map: decided, failed and all. */
  readonly items?: { readonly done: number; readonly failed: number; readonly total: number };
  /** Of a call of a tool: which, and with what. */
  readonly tool?: { readonly name: string; readonly input: JsonValue };
  /** Only where one node is asked for. */
  readonly output?: JsonValue;
}

export interface WarningView {
  readonly code: string;
  readonly detail: string;
  readonly node?: string;
}

interface RunViewCommon {
  readonly id: string;
  readonly recipe: string;
  /** Version of the stored recipe; null for a recipe given inline. */
  readonly recipe_version: number | null;
  /** SHA-256 of the plan that the run is pinned to. */
  readonly plan: string;
  readonly mode: 'durable' | 'inline';
  readonly created_at: string;
  readonly labels: JsonObject;
  readonly inputs: JsonObject;
  /** Asked by every `language_task` instead of what it names. */
  readonly model?: JsonValue;
  /** The run that this one does again, in whole or in part. */
  readonly replay_of?: string;
  /** The failed run that it was started for. */
  readonly failure_of?: string;
}

/** What became of the recipe that a failed run is to start. */
export interface FollowUpView {
  readonly recipe: string;
  readonly status: 'pending' | 'started' | 'failed';
  readonly run_id?: string;
  readonly detail?: string;
}

interface RunViewStarted extends RunViewCommon {
  readonly started_at: string;
  readonly nodes: readonly NodeView[];
  readonly warnings: readonly WarningView[];
  readonly metrics: RunMetrics;
}

interface CancelledView {
  readonly status: 'cancelled';
  readonly ended_at: string;
  /** Absent: somebody asked for it. */
  readonly cancel_reason?: CancelReason;
}

interface QueuedView {
  readonly status: 'queued';
  /** 1 is next. */
  readonly queue_position: number;
  /** Not before. */
  readonly start_at?: string;
}

/** The four shapes of a status, and three more for waiting, paused and cancelled runs. */
export type RunView =
  | (QueuedView & RunViewCommon)
  /** It had begun, and waits for room to go on. */
  | (QueuedView & RunViewStarted)
  /** It was paused before it began. */
  | (RunViewCommon & { readonly status: 'paused' })
  | (RunViewStarted & {
      readonly status: 'running' | 'waiting' | 'paused';
      readonly runtime_ms: number;
    })
  | (RunViewStarted & {
      readonly status: 'completed';
      readonly ended_at: string;
      readonly result: JsonObject;
      readonly missing_outputs: readonly string[];
      /** True when a language node was answered by the offline `mock` provider. */
      readonly mocked: boolean;
    })
  | (RunViewStarted & {
      readonly status: 'failed';
      readonly ended_at: string;
      readonly error: ErrorView;
      readonly on_failure?: FollowUpView;
    })
  | (CancelledView & RunViewStarted)
  | (CancelledView & RunViewCommon);

/** A step that waits for people, or what they decided. */
export type ApprovalView = { readonly run_id: string; readonly key: string } & (
  | {
      readonly status: 'pending';
      readonly created_at: string;
      readonly due_at?: string;
      readonly title?: string;
      readonly instructions?: string;
      /** What the person is asked about. */
      readonly input?: JsonValue;
      /** JSON Schema of `form`. */
      readonly form?: JsonValue;
      readonly approvals_required: number;
      /** How many have approved so far, and who. */
      readonly approvals: number;
      readonly approved_by: readonly string[];
      readonly groups: readonly string[];
    }
  | { readonly status: 'decided'; readonly decision: JsonObject }
  /** Given before anybody was asked: it decides when the run comes to ask. */
  | { readonly status: 'kept' }
  /** Nobody is asked any more; `reason` is how the run ended, or the code of what ended the step. */
  | { readonly status: 'closed'; readonly reason: string }
);

/** A line of a listing. */
export interface RunSummary {
  readonly id: string;
  readonly recipe: string;
  readonly recipe_version: number | null;
  readonly status: string;
  readonly created_at: string;
  readonly ended_at?: string;
  readonly replay_of?: string;
  /** Why a failed run failed. */
  readonly error?: Pick<ErrorView, 'code' | 'detail' | 'node'>;
}
