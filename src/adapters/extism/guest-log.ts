/** What a guest writes to its log, bounded; the rest is dropped and counted. */
import { printable } from './printable.ts';
import type { Limits } from './limits.ts';

export interface LogLine {
  readonly level: string;
  readonly text: string;
}

export interface GuestLog {
  write(level: string, bytes: Uint8Array): void;
  /** With a last line that says how many were dropped. */
  lines(): readonly LogLine[];
}

export function createGuestLog({
  logLines,
  logText,
}: Pick<Limits, 'logLines' | 'logText'>): GuestLog {
  const lines: LogLine[] = [];
  let left = logText;
  let dropped = 0;
  return {
    write(level, bytes) {
      if (left === 0 || lines.length >= logLines) {
        dropped += 1;
        return;
      }
      // The line that is too long is cut and is the last one: a guest makes us read that much and no more.
      const text = printable(bytes.subarray(0, logText)).slice(0, left);
      left -= text.length;
      lines.push({ level, text });
    },
    lines() {
      if (dropped === 0) return lines;
      return [...lines, { level: 'warn', text: `lines dropped: ${dropped}` }];
    },
  };
}
