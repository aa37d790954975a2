/** A task's outcome as the cache keeps it, and what it is when it is found there. */
import { isJsonObject, ownProperty, parseJson } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import type { TaskOutcome } from '../tasks/outcome.ts';

/** Undefined: an outcome of which only its own run can make anything. */
export function outcomeText({ output, inputs, stats, opened }: TaskOutcome): string | undefined {
  if (opened !== undefined) return undefined;
  const provider = stats?.provider;
  return JSON.stringify({
    v: 1,
    output,
    ...(inputs !== undefined && { inputs }),
    // A run that used the mock says so, wherever the answer came from.
    ...(provider !== undefined && { provider }),
  });
}

/** It cost nothing this time. Undefined: the text is not one of these. */
export function readOutcome(text: string): TaskOutcome | undefined {
  const kept = parseJson(text, Number.POSITIVE_INFINITY)?.value;
  if (!isJsonObject(kept) || ownProperty(kept, 'v') !== 1) return undefined;
  const output: JsonValue | undefined = ownProperty(kept, 'output');
  if (output === undefined) return undefined;
  const inputs = ownProperty(kept, 'inputs');
  const provider = ownProperty(kept, 'provider');
  return {
    output,
    ...(isJsonObject(inputs) && { inputs }),
    stats: {
      cached: true,
      fuel: 0,
      inputTokens: 0,
      outputTokens: 0,
      ...(typeof provider === 'string' && { provider }),
    },
  };
}
