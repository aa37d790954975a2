/** Time, chance, digests and the log. */
import type { JsonObject } from '../../core/json.ts';
import type { Digest, EpochMs } from './names.ts';

export interface Deadline {
  readonly signal: AbortSignal;
  /** Takes its timer back: platforms bound how many may be set at a time. */
  readonly clear: () => void;
}

export interface Clock {
  now(): EpochMs;
  /** A signal that aborts after `ms` milliseconds, unless the deadline is cleared before. */
  deadline(ms: number): Deadline;
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Ids {
  /** A fresh id: `run_` and a ULID. */
  next(
    prefix: 'run' | 'req' | 'apr' | 'key' | 'file' | 'lnk' | 'sch' | 'hok' | 'whk' | 'dlv',
  ): string;
  /** A number from 0 up to 1, for jitter and the `random` filter. */
  readonly random: () => number;
}

export interface Digests {
  sha256(data: Uint8Array | string): Promise<Digest>;
  /** Compares two digests without telling by its time where they differ. */
  equal(a: Digest, b: Digest): boolean;
}

export interface Log {
  /** One JSON line. Fields hold ids, codes and numbers, never inputs, prompts, keys or values. */
  write(level: 'debug' | 'info' | 'warn' | 'error', event: string, fields?: JsonObject): void;
}
