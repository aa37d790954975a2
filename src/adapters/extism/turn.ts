/** How long calls may follow one another before something else gets its chance. */
import { CALL_FUEL } from '../../core/plugin/fuel.ts';
import type { Result } from '../../core/errors.ts';
import type { PluginReply } from '../../runtime/ports.ts';

export const TURN = {
  /** Units of fuel: a millisecond or two. */
  fuel: 20_000_000,
  /** Bytes of output that are held until all of them go. */
  outputBytes: 1024 * 1024,
  /** Pages of memory, 64 KiB each, that the instances of its calls leave behind. */
  pages: 1_024,
} as const;

/** Units that a call has taken of its turn; one that failed may have taken all it had. */
export function turnCost(reply: Result<PluginReply>): number {
  return reply.ok ? (reply.value.fuel ?? Number(CALL_FUEL)) : Number(CALL_FUEL);
}

/** Runs calls one after another; `pause` lets other work of this isolate go first when a turn is over. */
export function createTurns(pause: () => Promise<void>) {
  let last: Promise<unknown> = Promise.resolve();
  let fuel = 0;

  async function next(run: () => Promise<Result<PluginReply>>): Promise<Result<PluginReply>> {
    if (fuel >= TURN.fuel) {
      fuel = 0;
      await pause();
    }
    const reply = await run();
    fuel += turnCost(reply);
    return reply;
  }

  return function inTurn(run: () => Promise<Result<PluginReply>>): Promise<Result<PluginReply>> {
    const reply = last.then(() => next(run));
    // A guest's fault is a reply; what is thrown is the caller's to see, and not the next one's.
    last = reply.catch(() => undefined);
    return reply;
  };
}
