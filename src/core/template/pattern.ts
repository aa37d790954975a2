/** Replaces by a pattern in linear time. */
import { fault, type Runtime } from './runtime.ts';

export interface Replacement {
  readonly pattern: string;
  readonly replacement: string;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  /** How many to replace, 0 for all. */
  readonly count: number;
}

export function replacePattern(runtime: Runtime, _text: string, _options: Replacement): string {
  throw fault(runtime, 'cannot replace by a pattern yet');
}
