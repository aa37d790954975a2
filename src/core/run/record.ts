/** What one turn leaves behind: the rows of a run, from which a restart rebuilds its state. */
import type { Failure } from '../errors.ts';
import type { JsonArray, JsonObject, JsonValue } from '../json.ts';
import type { RunEvent, RunStatus, StepKey, StepStats } from './events.ts';

/** All that one turn changed: written in one transaction. */
export interface TurnRecord {
  readonly run: RunRow;
  readonly steps: readonly StepRow[];
  readonly ledger: readonly LedgerRow[];
  readonly events: readonly RunEvent[];
}

/** The run's own row: everything about it that is not a step. */
export interface RunRow {
  readonly status: RunStatus;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** The last event's number. */
  readonly seq: number;
  readonly stepCount: number;
  /** Steps begun and not decided, with the attempts they have used: counted before they start. */
  readonly active: readonly ActiveRow[];
  readonly warnings: readonly RunWarning[];
  readonly result?: { readonly outputs: JsonObject; readonly missing: readonly string[] };
  readonly failure?: RunFailure;
  /** When something falls due with nobody asking, in epoch milliseconds. */
  readonly dueAt?: number;
}

export interface RunWarning {
  readonly code: string;
  readonly detail: string;
  readonly node?: string;
}

export interface RunFailure extends Failure {
  readonly node?: string;
}

export interface ActiveRow {
  readonly key: StepKey;
  readonly startSeq: number;
  readonly startedAt: number;
  readonly attempt: number;
  /** Present while it waits for its next attempt. */
  readonly retryAt?: number;
  readonly failure?: Failure;
}

/** A decided step; or, while `status` is `open`, a map or sub-recipe with what it was opened over. */
export interface StepRow {
  readonly key: StepKey;
  readonly status: 'open' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  readonly attempt: number;
  readonly startSeq: number;
  readonly endSeq: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Indexes of the graph's edges that were taken out of it. */
  readonly taken: readonly number[];
  readonly output?: JsonValue;
  readonly failure?: Failure;
  readonly stats?: StepStats;
  /** What a map was opened over. */
  readonly items?: JsonArray;
  readonly itemKeys?: readonly string[];
  /** What a sub-recipe was opened with. */
  readonly inputs?: JsonObject;
}

export const LEDGER_CHUNK = 100;

/** Outcomes of the items `chunk * LEDGER_CHUNK` and following, null where undecided. */
export interface LedgerRow {
  readonly key: StepKey;
  readonly chunk: number;
  readonly outcomes: readonly (ItemOutcome | null)[];
}

export type ItemOutcome =
  | { readonly ok: true; readonly value: JsonValue; readonly stats: StepStats }
  | { readonly ok: false; readonly failure: Failure };
