/** Logs as one JSON line an event, on the platform's console. */
import type { Log } from '../../runtime/ports.ts';

/* oxlint-disable no-console -- this adapter is where logs leave the Worker */
const SINKS = {
  debug: (line: string) => console.debug(line),
  info: (line: string) => console.info(line),
  warn: (line: string) => console.warn(line),
  error: (line: string) => console.error(line),
};
/* oxlint-enable no-console */

const RANKS = { debug: 0, info: 1, warn: 2, error: 3 };

export function createLog(lowest: keyof typeof RANKS): Log {
  return {
    write(level, event, fields = {}) {
      if (RANKS[level] < RANKS[lowest]) return;
      SINKS[level](JSON.stringify({ level, event, at: new Date().toISOString(), ...fields }));
    },
  };
}
