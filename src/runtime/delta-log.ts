/**
 * The deltas of a partition's runs, for whoever watches them: in memory alone. What is whole is a
 * row, as any output; a text on its way is worth none. A watcher that comes back gets what it missed.
 */
import type { Delta, EventPlace, PlacedDelta } from './ports/deltas.ts';
import type { EpochMs, RunId } from './ports/names.ts';

export interface DeltaLog {
  /** `seq`: the last event that has been written. */
  add(run: RunId, seq: number, delta: Delta): void;
  after(run: RunId, place: EventPlace): readonly PlacedDelta[];
  /** The event from which on a run's deltas are here: those of an earlier life are not. */
  since(run: RunId): number | undefined;
  /** The run has ended. Its deltas stay for those who are about to come back. */
  end(run: RunId): void;
}

/** UTF-16 code units that are kept of one run, and the ended runs that are kept. */
const MAX_RUN_TEXT = 1024 * 1024;
const MAX_ENDED = 32;

interface RunLog {
  readonly deltas: PlacedDelta[];
  number: number;
  text: number;
  readonly since: number;
}

export function createDeltaLog(now: () => EpochMs): DeltaLog {
  const runs = new Map<RunId, RunLog>();
  const ended = new Set<RunId>();

  function logOf(run: RunId, since: number): RunLog {
    const known = runs.get(run);
    if (known !== undefined) return known;
    const made: RunLog = { deltas: [], number: now(), text: 0, since };
    runs.set(run, made);
    return made;
  }

  return {
    add(run, seq, delta) {
      const log = logOf(run, seq);
      log.number += 1;
      log.text += delta.text.length;
      log.deltas.push({ ...delta, seq, number: log.number });
      while (log.text > MAX_RUN_TEXT && log.deltas.length > 1)
        log.text -= log.deltas.shift()?.text.length ?? 0;
    },
    after(run, { seq, delta }) {
      const { deltas = [] } = runs.get(run) ?? {};
      return deltas.filter((each) => each.seq > seq || (each.seq === seq && each.number > delta));
    },
    since: (run) => runs.get(run)?.since,
    end(run) {
      if (!runs.has(run)) return;
      ended.add(run);
      const [oldest] = ended;
      if (ended.size <= MAX_ENDED || oldest === undefined) return;
      ended.delete(oldest);
      runs.delete(oldest);
    },
  };
}
