/** What a guest writes to its log, bounded; the rest is dropped and counted. */
import { CALL_LIMITS } from './limits.ts';
import { printable } from './printable.ts';

export interface LogLine {
  readonly level: string;
  readonly text: string;
}

export interface GuestLog {
  write(level: string, bytes: Uint8Array): void;
  /** With a last line that says how many were dropped. */
  lines(): readonly LogLine[];
}

export function createGuestLog(): GuestLog {
  const lines: LogLine[] = [];
  let left: number = CALL_LIMITS.logText;
  let dropped = 0;
  return {
    write(level, bytes) {
      // As it is shown: an escaped character takes six.
      const text = bytes.length > CALL_LIMITS.logText ? undefined : printable(bytes);
      if (text === undefined || text.length > left || lines.length >= CALL_LIMITS.logLines) {
        dropped += 1;
        return;
      }
      left -= text.length;
      lines.push({ level, text });
    },
    lines() {
      if (dropped === 0) return lines;
      return [...lines, { level: 'warn', text: `lines dropped: ${dropped}` }];
    },
  };
}
