/**
 * Few requests for many commands: those that come while requests are under way wait for one of them to
 * end, and then leave together. A platform lets only six requests be under way anyway.
 *
 * Q1. A command that is given up is not sent any more, and none waits for another's deadline.
 */
import type { Clock } from '../../runtime/ports.ts';
import type { Command, CommandAnswer, Send } from './send.ts';

export interface Requests {
  /** Rejects as soon as the signal says so. */
  ask(command: Command, signal: AbortSignal): Promise<CommandAnswer>;
}

interface Waiting {
  readonly command: Command;
  readonly size: number;
  readonly signal: AbortSignal;
  readonly resolve: (answer: CommandAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** Two of the six connections are left to others. */
const MAX_OPEN = 4;
const MAX_COMMANDS = 16;
/** Large values would make all that are in a request late. */
const MAX_CHARACTERS = 256 * 1024;
/** One that is older belongs to a request to us that was broken off: nobody will tell of its end. */
const LOST_MS = 1_000;

/** All that ask by it must be of one request to this server, or of one object: what one waits for, another sends. */
export function createRequests({
  send,
  clock,
}: {
  readonly send: Send;
  readonly clock: Pick<Clock, 'now'>;
}): Requests {
  let waiting: Waiting[] = [];
  /** When the requests under way began. */
  const open = new Set<{ readonly startedAt: number }>();

  function sendWaiting(): void {
    waiting = waiting.filter(({ signal }) => !signal.aborted);
    while (waiting.length > 0 && hasRoom()) {
      const count = countOf(waiting);
      const together = waiting.slice(0, count);
      waiting = waiting.slice(count);
      void sendTogether(together);
    }
  }

  function hasRoom(): boolean {
    if (open.size < MAX_OPEN) return true;
    const now = clock.now();
    for (const one of open) if (one.startedAt < now - LOST_MS) open.delete(one);
    return open.size < MAX_OPEN;
  }

  async function sendTogether(together: readonly Waiting[]): Promise<void> {
    const one = { startedAt: clock.now() };
    open.add(one);
    const whole = signalOf(together.map(({ signal }) => signal));
    try {
      const answers = await send(
        together.map(({ command }) => command),
        whole,
      );
      for (const [index, { resolve }] of together.entries()) resolve(answers[index] ?? {});
    } catch (error) {
      for (const { reject } of together) reject(error);
    } finally {
      open.delete(one);
      sendWaiting();
    }
  }

  return {
    ask: (command, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        const size = command.reduce<number>((sum, word) => sum + String(word).length, 0);
        waiting.push({ command, size, signal, resolve, reject });
        sendWaiting();
      }),
  };
}

/** How many of those that wait longest leave together: one at least. */
function countOf(waiting: readonly Waiting[]): number {
  let size = 0;
  const end = waiting.slice(0, MAX_COMMANDS).findIndex((each, index) => {
    size += each.size;
    return index > 0 && size > MAX_CHARACTERS;
  });
  return end < 0 ? Math.min(waiting.length, MAX_COMMANDS) : end;
}

/** Given up when all that is in it is. */
function signalOf(signals: readonly AbortSignal[]): AbortSignal {
  const [first] = signals;
  if (first !== undefined && signals.length === 1) return first;
  const controller = new AbortController();
  const check = (): void => {
    if (signals.every(({ aborted }) => aborted)) controller.abort();
  };
  for (const signal of signals) signal.addEventListener('abort', check, { once: true });
  return controller.signal;
}
