/** What happened to a run, in order: the history that people and watchers read. */
import type { Failure } from '../errors.ts';
import type { NodeId } from '../recipe/plan.ts';

/**
 * Names one step of a run: `draft`, `draft@2` on its second visit, `scores[17]` for an item of a map,
 * `scores[17][3]` for an item of a map in it, `review/grade` for a node of the sub-recipe `review`.
 */
export type StepKey = string;

/** What a step cost. Absent fields were not measured. */
export interface StepStats {
  /** Milliseconds of waiting and working; clocks stand still while code computes on Workers. */
  readonly wallMs: number;
  readonly cached?: boolean;
  /** It was taken from the run that this one replays. */
  readonly reused?: true;
  /** Units of the sandbox's fuel. */
  readonly fuel?: number;
  readonly memoryPages?: number;
  /** Sent to hosts, models and speech. Absent: none. */
  readonly requests?: number;
  /** Of the tightest rate limit that was asked, from 0 to 1. */
  readonly limitUsed?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cachedTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
  /** Absent where the model has no price. */
  readonly costUsd?: number;
  /** The provider that answered, `mock` included, and its model. */
  readonly provider?: string;
  readonly model?: string;
  readonly toolCalls?: number;
  /** Its text was passed on while it came. */
  readonly streamed?: boolean;
}

interface About {
  readonly key: StepKey;
  readonly node: NodeId;
}

/** Why a run was cancelled, where nobody asked for it. */
export type CancelReason = 'replaced';

export type EventBody =
  /** It waits for its turn, or for room to go on. */
  | { readonly type: 'run.queued' }
  /** It has become what another submission asked for, and is put off. */
  | { readonly type: 'run.debounced' }
  | { readonly type: 'run.started' }
  | { readonly type: 'run.paused' }
  /** It had ended, and what failed in it runs again. */
  | { readonly type: 'run.retried' }
  /** It goes on: after a pause, or after it had to wait for room. */
  | { readonly type: 'run.resumed' }
  | ({ readonly type: 'node.started'; readonly visit: number; readonly items?: number } & About)
  | ({
      readonly type: 'node.waiting';
      readonly kind: 'timer' | 'event' | 'approval';
      /** Epoch milliseconds. */
      readonly dueAt?: number;
    } & About)
  | ({
      readonly type: 'node.progress';
      /** Bytes of a file, or items of a list. */
      readonly done: number;
      readonly total: number;
    } & About)
  | ({
      readonly type: 'node.retrying';
      readonly attempt: number;
      /** Epoch milliseconds of the next attempt. */
      readonly retryAt: number;
      readonly failure: Failure;
    } & About)
  | ({
      readonly type: 'node.throttled';
      readonly attempt: number;
      /** Which limit refused it. */
      readonly policy: string;
      /** Epoch milliseconds of when it asks again. */
      readonly retryAt: number;
    } & About)
  | ({
      /** A model failed, and the next of the list is asked. */
      readonly type: 'node.fallback';
      readonly model: string;
      readonly next: string;
      readonly failure: Failure;
    } & About)
  | ({
      /** What was sent and what came back, as text, where the node asks for it; long ones are cut. */
      readonly type: 'node.traced';
      readonly model: string;
      readonly prompt: string;
      readonly answer: string;
    } & About)
  | ({
      /** An answer did not fit its schema, and the model is told so, once. */
      readonly type: 'node.repairing';
      readonly model: string;
    } & About)
  | ({
      readonly type: 'tool.completed';
      readonly tool: string;
      readonly stats: StepStats;
    } & About)
  | ({ readonly type: 'tool.failed'; readonly tool: string; readonly failure: Failure } & About)
  | ({
      readonly type: 'node.completed';
      readonly attempt: number;
      readonly stats: StepStats;
    } & About)
  | ({
      readonly type: 'node.failed';
      readonly attempt: number;
      readonly failure: Failure;
      readonly handled: boolean;
    } & About)
  | ({ readonly type: 'node.skipped'; readonly reason: 'when' | 'branch' } & About)
  | ({ readonly type: 'node.cancelled' } & About)
  | ({ readonly type: 'item.completed'; readonly index: number; readonly stats: StepStats } & About)
  | ({ readonly type: 'item.failed'; readonly index: number; readonly failure: Failure } & About)
  | {
      readonly type: 'run.warning';
      readonly code: string;
      readonly detail: string;
      readonly node?: NodeId;
    }
  /** What its nodes have done is undone before it ends. */
  | { readonly type: 'run.rolling_back'; readonly to: 'failed' | 'cancelled' }
  | { readonly type: 'run.completed' }
  | { readonly type: 'run.failed'; readonly failure: Failure; readonly node?: NodeId }
  | { readonly type: 'run.cancelled'; readonly reason?: CancelReason };

/** `seq` counts from 1 in each run without a gap; `at` is in epoch milliseconds. */
export type RunEvent = EventBody & { readonly seq: number; readonly at: number };

export const RUN_STATUSES = [
  'queued',
  'running',
  'waiting',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export function isFinal(status: RunStatus): status is 'completed' | 'failed' | 'cancelled' {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
