/** Models that answer as a test says, and keep what they were asked. */
import { failure, ok } from '../../src/core/errors.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import type { JsonValue } from '../../src/core/json.ts';
import type { ModelCall, ModelReply, Models } from '../../src/runtime/ports/models.ts';

export type Scripted =
  | {
      readonly says: JsonValue;
      /** `null`: it does not tell. */
      readonly usage?: ModelReply['usage'] | null;
      readonly finish?: ModelReply['finish'];
      readonly ignored?: readonly string[];
    }
  | { readonly calls: readonly { readonly tool: string; readonly input: JsonValue }[] }
  | {
      readonly fails: ErrorCode;
      readonly retryAfterMs?: number;
      readonly usage?: ModelReply['usage'];
      readonly mayHaveCost?: boolean;
    };

export interface ScriptedModels extends Models {
  readonly calls: ModelCall[];
}

const USAGE = { inputTokens: 100, outputTokens: 10 };

/** `answer` gets the call, and how many there were before it. */
export function scriptModels(
  answer: (call: ModelCall, before: number) => Scripted | Promise<Scripted>,
): ScriptedModels {
  const calls: ModelCall[] = [];
  return {
    calls,
    async generate(call, { onText }) {
      calls.push(call);
      const given = await answer(call, calls.length - 1);
      if ('fails' in given) {
        const { fails, retryAfterMs, usage, mayHaveCost = false } = given;
        const more = {
          mayHaveCost,
          ...(retryAfterMs !== undefined && { retryAfterMs }),
          ...(usage && { usage }),
        };
        return { ok: false, error: { ...failure(fails, 'as asked'), ...more } };
      }
      if ('calls' in given) {
        const toolCalls = given.calls.map((each, index) => ({
          id: `c${calls.length}_${index}`,
          ...each,
        }));
        return ok({
          output: '',
          usage: USAGE,
          toolCalls,
          turn: ['turn', calls.length],
          finish: 'tools',
          ignored: [],
        });
      }
      const { says, usage = USAGE, finish = 'stop', ignored = [] } = given;
      onText?.(typeof says === 'string' ? says : JSON.stringify(says));
      const told = usage !== null && { usage };
      return ok({ output: says, ...told, toolCalls: [], finish, ignored });
    },
  };
}
