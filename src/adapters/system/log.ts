/** Logs as one JSON line an event, on the platform's console. */
import type { Log } from '../../runtime/ports.ts';

type Level = Parameters<Log['write']>[0];

// SAFETY: every platform's console has these; the type packages of two platforms contradict each other.
const sinks = console as unknown as Record<Level, (line: string) => void>;

const RANKS = { debug: 0, info: 1, warn: 2, error: 3 };

export function createLog(lowest: Level): Log {
  return {
    write(level, event, fields = {}) {
      if (RANKS[level] < RANKS[lowest]) return;
      sinks[level](JSON.stringify({ level, event, at: new Date().toISOString(), ...fields }));
    },
  };
}
