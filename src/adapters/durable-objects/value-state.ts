/** Large values that have been fetched, and reading one. */
import { ComposerError } from '../../core/errors.ts';
import type { Digest, RunId } from '../../runtime/ports.ts';
import * as rows from './value-rows.ts';
import type { ValueName } from './value-rows.ts';

/** What has been fetched, as long as somebody is about to read it. */
export interface ValueState {
  readonly fetched: Map<Digest, { text: string; users: number }>;
  isBusy: boolean;
  /** Something was written or dropped while it was busy. */
  again: boolean;
}

export function createValueState(): ValueState {
  return { fetched: new Map(), isBusy: false, again: false };
}

/** The text of a value; it has to be here, or fetched. Throws `value_missing`. */
export function readValue(
  { sql, values }: { readonly sql: SqlStorage; readonly values: ValueState },
  name: ValueName,
): string {
  const found = rows.findValue(sql, name);
  if (found?.digest === null) return rows.textOf(rows.readParts(sql, name));
  const text = found && values.fetched.get(found.digest)?.text;
  if (text === undefined) throw missing(name.run);
  return text;
}

export function missing(run: RunId): ComposerError {
  return new ComposerError(
    'value_missing',
    `Cannot read a value of run "${run}": it is not in the store`,
  );
}
