/** How large values may be: one, and all of a run together, which lie in memory while it goes on. */
import { ComposerError, failure } from '../errors.ts';
import type { Failure } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import { utf8Length } from '../json.ts';
import type { RunState } from './state.ts';

/** One value. */
export const MAX_VALUE_BYTES = 8 * 1024 * 1024;
/** All outputs, items and inputs of sub-recipes that a run has had. */
export const MAX_RUN_VALUE_BYTES = 64 * 1024 * 1024;
/** What a person is asked about, and what people have said to it. */
export const MAX_ASKED_BYTES = 256 * 1024;

export function sizeOf(value: JsonValue): number {
  return utf8Length(JSON.stringify(value));
}

/** Counts a value that the run is to keep; `what` names it in the failure. */
export function takeRoom(state: RunState, value: JsonValue, what: string): Failure | undefined {
  const bytes = sizeOf(value);
  if (bytes > MAX_VALUE_BYTES) {
    return failure('value_too_large', `${what}: it is larger than ${MAX_VALUE_BYTES} bytes`);
  }
  if (state.valueBytes + bytes > MAX_RUN_VALUE_BYTES) {
    const limit = `${MAX_RUN_VALUE_BYTES} bytes`;
    return failure('value_too_large', `${what}: the values of the run come to more than ${limit}`);
  }
  state.valueBytes += bytes;
  return undefined;
}

/** The same, thrown. */
export function needRoom(state: RunState, value: JsonValue, what: string): void {
  const refused = takeRoom(state, value, what);
  if (refused !== undefined) throw new ComposerError(refused.code, refused.message);
}
