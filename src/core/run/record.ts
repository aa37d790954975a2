/** What one turn leaves behind: the rows of a run, from which a restart rebuilds its state. */
import type { Failure } from '../errors.ts';
import type { PinnedFunction } from '../recipe/plan.ts';
import type { JsonArray, JsonObject, JsonValue } from '../json.ts';
import type { CancelReason, RunEvent, RunStatus, StepKey, StepStats } from './events.ts';
import type { LoadSpread } from './load.ts';
import type { Spend } from './spend.ts';

/** All that one turn changed: written in one transaction. */
export interface TurnRecord {
  readonly run: RunRow;
  readonly steps: readonly StepRow[];
  readonly ledger: readonly LedgerRow[];
  readonly events: readonly RunEvent[];
  /** Nothing of the run is under way, and nothing will be before somebody or some time comes. */
  readonly isAtRest: boolean;
}

/** The run's own row: everything about it that is not a step. */
export interface RunRow {
  readonly status: RunStatus;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly heldMs?: number;
  readonly heldSince?: number;
  /** The last event's number. */
  readonly seq: number;
  readonly stepCount: number;
  /** Steps begun and not decided, with the attempts they have used: counted before they start. */
  readonly active: readonly ActiveRow[];
  readonly warnings: readonly RunWarning[];
  readonly result?: { readonly outputs: JsonObject; readonly missing: readonly string[] };
  readonly failure?: RunFailure;
  readonly cancelReason?: CancelReason;
  /** Of all values that it has kept so far; absent in rows of releases that did not count. */
  readonly valueBytes?: number;
  /** On models; absent while nothing was. */
  readonly spent?: Spend;
  readonly rollback?: Rollback;
  /** Of where it went on. */
  readonly load?: LoadSpread;
  /** Events that came before anything waited for them. */
  readonly inbox?: readonly KeptEvent[];
  /** Verdicts that came before anybody was asked. */
  readonly early?: readonly KeptVerdict[];
  /** When something falls due with nobody asking, in epoch milliseconds. */
  readonly dueAt?: number;
}

/** A call that undoes a step, worked out when the step completed. */
export interface Undo {
  readonly function: string;
  readonly input: JsonValue;
  readonly pin?: PinnedFunction;
}

/** How a run ends once it is undone. */
export type Rollback =
  | { readonly status: 'failed'; readonly failure: RunFailure }
  | { readonly status: 'cancelled'; readonly reason?: CancelReason };

export interface KeptEvent {
  readonly event: string;
  readonly payload: JsonValue;
}

export interface KeptVerdict {
  readonly key: StepKey;
  readonly verdict: Verdict;
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
  readonly heldMs?: number;
  readonly looped?: boolean;
  readonly attempt: number;
  /** Present while it waits for its next attempt. */
  readonly retryAt?: number;
  /** The run keeps no slot until then. */
  readonly rests?: true;
  /** What waits is the attempt itself, which a rate limit did not let begin. */
  readonly throttled?: true;
  readonly failure?: Failure;
}

/**
 * A decided step; or, while `status` is `open`, a map or sub-recipe with what it was opened over. An
 * `undone` one is to run again; a `seed` is what an earlier run had decided.
 */
export interface StepRow {
  readonly key: StepKey;
  readonly status: 'open' | 'completed' | 'failed' | 'skipped' | 'cancelled' | 'undone' | 'seed';
  readonly attempt: number;
  readonly startSeq: number;
  readonly endSeq: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of an open step: the run's `heldMs` when it began. */
  readonly heldMs?: number;
  /** Started by a back edge: everything behind it began anew. */
  readonly looped?: boolean;
  /** Indexes of the graph's edges that were taken out of it. */
  readonly taken: readonly number[];
  readonly output?: JsonValue;
  readonly failure?: Failure;
  readonly stats?: StepStats;
  /** How many items a map has; kept when what it was opened over no longer is. */
  readonly itemCount?: number;
  /** What a map was opened over. */
  readonly items?: JsonArray;
  readonly itemKeys?: readonly string[];
  /** The file whose chunks the items are. */
  readonly source?: ChunkSource;
  /** Which sub-recipe was opened, and with what. */
  readonly recipe?: string;
  readonly inputs?: JsonObject;
  /** What undoes the step when the run is rolled back. */
  readonly undo?: Undo;
  /** Of the seed of a map: the item that is not taken over, and what takes its place. */
  readonly redo?: { readonly index: number; readonly item?: JsonValue };
  /** What an open step waits for. */
  readonly waiting?: Waiting;
  /** How far a step under way has come: its task goes on from there after a restart. */
  readonly checkpoint?: JsonValue;
  /** Of a row that is a call of a tool within a step. */
  readonly tool?: { readonly name: string; readonly input: JsonValue };
}

/**
 * What a map over a file needs to read its items again. They themselves hold only where they lie:
 * `index`, `offset` and `length` in bytes.
 */
export interface ChunkSource {
  readonly file: string;
  /** SHA-256 of the bytes, so that no item comes from another file than the rest. */
  readonly digest: string;
  readonly isText: boolean;
}

/** What a run is given of an earlier one: steps with the status `seed`, and most items of a map. */
export interface Seeds {
  readonly steps: readonly StepRow[];
  readonly ledger: readonly LedgerRow[];
}

/** What a waiting step waits for. `dueAt` is in epoch milliseconds. */
export type Waiting =
  | { readonly kind: 'timer'; readonly dueAt: number }
  | { readonly kind: 'event'; readonly event: string; readonly dueAt?: number }
  | {
      readonly kind: 'approval';
      readonly request: ApprovalRequest;
      readonly verdicts: readonly Verdict[];
      readonly dueAt?: number;
    };

/** What the person is shown. */
export interface ApprovalRequest {
  readonly title?: string;
  readonly instructions?: string;
  readonly input?: JsonValue;
  /** JSON Schema of `form`. */
  readonly form?: JsonValue;
  readonly approvalsRequired: number;
  readonly groups: readonly string[];
}

/** What one person decided. */
export interface Verdict {
  readonly approved: boolean;
  readonly comments?: string;
  readonly modifications?: JsonValue;
  readonly form?: JsonObject;
  readonly decidedBy: string;
  /** Epoch milliseconds. */
  readonly decidedAt: number;
}

/** A ledger row is full at this many items or bytes, whichever comes first. */
export const LEDGER_ITEMS = 100;
export const LEDGER_BYTES = 128 * 1024;

/** Outcomes of a map's items in the order in which they were decided. Only the last row still grows. */
export interface LedgerRow {
  readonly key: StepKey;
  /** Counts from 0 for each map. */
  readonly segment: number;
  readonly entries: readonly LedgerEntry[];
}

export type LedgerEntry = readonly [index: number, outcome: ItemOutcome];

export type ItemOutcome =
  | (ItemAttempts & { readonly ok: true; readonly value: JsonValue; readonly stats: StepStats })
  | (ItemAttempts & { readonly ok: false; readonly failure: Failure });

interface ItemAttempts {
  /** Absent: 1. */
  readonly attempts?: number;
}
