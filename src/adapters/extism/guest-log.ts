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
  let bytesLeft: number = CALL_LIMITS.logBytes;
  let dropped = 0;
  return {
    write(level, bytes) {
      if (lines.length >= CALL_LIMITS.logLines || bytes.length > bytesLeft) {
        dropped += 1;
        return;
      }
      bytesLeft -= bytes.length;
      lines.push({ level, text: printable(bytes) });
    },
    lines() {
      if (dropped === 0) return lines;
      return [...lines, { level: 'warn', text: `${dropped} more lines were dropped` }];
    },
  };
}
