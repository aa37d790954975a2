/** Rows as text: what of them is too large lies beside them, and they say what that is. */
import { utf8Length } from '../../core/json.ts';
import type { LedgerEntry } from '../../core/run/record.ts';

/** Bytes that a row may have, but for the fields that stay in it. */
export const ROW_BYTES = 128 * 1024;
/** Less than it is not worth a row of its own. */
const LEAST = 1024;
/** Queries read them, and what writes them sees to it that they are small. */
const STAYS: ReadonlySet<string> = new Set(['waiting', 'failure']);

export interface Packed {
  readonly body: string;
  /** Texts of the fields that are not in it. */
  readonly large: ReadonlyMap<string, string>;
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** The largest fields leave, until the rest fits. `large` in the body has the size of each. */
export function pack(row: object): Packed {
  const body = JSON.stringify(row);
  if (isSmall(body)) return { body, large: NOTHING };
  const fields = Object.entries(row)
    .filter(([name, value]) => !STAYS.has(name) && value !== undefined)
    .map(([name, value]): [string, string] => [name, JSON.stringify(value)])
    .toSorted(([, a], [, b]) => b.length - a.length);
  const large = new Map<string, string>();
  let left = utf8Length(body);
  for (const [name, text] of fields) {
    if (left <= ROW_BYTES || text.length < LEAST) break;
    large.set(name, text);
    left -= utf8Length(text);
  }
  const rest = Object.fromEntries(Object.entries(row).filter(([name]) => !large.has(name)));
  return { body: JSON.stringify({ ...rest, large: sizesOf(large) }), large };
}

/** `read` gives the text of a field that left; undefined where it is not wanted. */
export function unpack<T>(body: string, read: (field: string) => string | undefined): T {
  // SAFETY: what `pack` was given, and each table has rows of one type.
  const { large, ...row } = JSON.parse(body) as Record<string, unknown>;
  for (const field of Object.keys(large ?? {})) {
    const text = read(field);
    if (text !== undefined) row[field] = JSON.parse(text);
  }
  return row as T;
}

/** Of a ledger's row only values leave: counts and costs are read without them. */
export function packEntries(entries: readonly LedgerEntry[]): Packed {
  const body = JSON.stringify(entries);
  if (isSmall(body)) return { body, large: NOTHING };
  const large = new Map<string, string>();
  const packed = entries.map(([index, outcome]) => {
    const text = outcome.ok ? JSON.stringify(outcome.value) : '';
    if (!outcome.ok || text.length < LEAST) return [index, outcome];
    large.set(String(index), text);
    const { value: _value, ...rest } = outcome;
    return [index, { ...rest, large: utf8Length(text) }];
  });
  return { body: JSON.stringify(packed), large };
}

/** A value that is not wanted is null. */
export function unpackEntries(
  body: string,
  read: (field: string) => string | undefined,
): LedgerEntry[] {
  // SAFETY: written by `packEntries`.
  const entries = JSON.parse(body) as (LedgerEntry & [number, { large?: number }])[];
  return entries.map(([index, { large, ...outcome }]): LedgerEntry => {
    if (large === undefined) return [index, outcome];
    const value: unknown = JSON.parse(read(String(index)) ?? 'null');
    // SAFETY: only outcomes with a value have left one.
    return [index, { ...outcome, value } as LedgerEntry[1]];
  });
}

/** A character has three bytes at most. */
function isSmall(body: string): boolean {
  return body.length * 3 <= ROW_BYTES || utf8Length(body) <= ROW_BYTES;
}

function sizesOf(large: ReadonlyMap<string, string>): Record<string, number> {
  return Object.fromEntries([...large].map(([name, text]) => [name, utf8Length(text)]));
}
