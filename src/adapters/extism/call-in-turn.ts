/** The calls of one request to an isolate, one after another, for as long as its turn lasts. */
import { callGuest } from './guest-call.ts';
import { TURN, turnCost } from './turn.ts';
import type { Result } from '../../core/errors.ts';
import type { PluginReply } from '../../runtime/ports.ts';
import type { GuestCall } from './guest-call.ts';

export interface TurnReplies {
  readonly replies: readonly Result<PluginReply>[];
  /** Of memory, left behind by the instances of all of these calls. */
  readonly pages: number;
}

/**
 * The replies to the first of the calls, at least one. Nothing else of the isolate runs meanwhile, and
 * whoever asked knows nothing yet, so a turn ends early when its calls turn out to be long.
 */
export async function callInTurn(
  module: WebAssembly.Module,
  calls: readonly GuestCall[],
): Promise<TurnReplies> {
  const replies: Result<PluginReply>[] = [];
  let fuel = 0;
  let bytes = 0;
  let pages = 0;
  for (const call of calls) {
    const reply = await callGuest(module, call, (left) => (pages += left));
    replies.push(reply);
    fuel += turnCost(reply);
    if (reply.ok) bytes += reply.value.output.length;
    if (fuel >= TURN.fuel || bytes >= TURN.outputBytes || pages >= TURN.pages) break;
  }
  return { replies, pages };
}
