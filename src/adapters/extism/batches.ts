/**
 * Calls of one isolate that come together go to it together: a map's items, or steps of several runs.
 * While a request is under way the next one gathers. Every call keeps its own reply, limits and signal.
 */
import { fail } from '../../core/errors.ts';
import { abortFailure } from './abort-failure.ts';
import type { Result } from '../../core/errors.ts';
import type { PluginCall, PluginReply } from '../../runtime/ports.ts';

export const BATCH = {
  calls: 100,
  /** Bytes of input; a single call may have more. */
  bytes: 1024 * 1024,
} as const;

/** Replies to the first of the calls, at least one; the others are sent again. A failure is that of all of them. */
export type Send = (
  key: string,
  calls: readonly PluginCall[],
  signal: AbortSignal,
) => Promise<Result<readonly Result<PluginReply>[]>>;

export interface Batches {
  call(key: string, call: PluginCall, signal: AbortSignal): Promise<Result<PluginReply>>;
  /** Whether no call is under way. */
  isIdle(): boolean;
}

interface Entry {
  readonly call: PluginCall;
  readonly settle: (reply: Result<PluginReply>) => void;
  /** Set once nobody waits for the reply any more. */
  givenUp?: Result<PluginReply>;
  /** It was in a request that brought the isolate down, and may be the one that did. */
  isSuspect?: boolean;
}

interface Line {
  waiting: Entry[];
  /** Those of the request under way. */
  sent: Entry[];
  controller: AbortController;
}

export function createBatches(send: Send): Batches {
  const lines = new Map<string, Line>();

  async function drain(key: string, line: Line): Promise<void> {
    while (line.waiting.length > 0) await sendNext(key, line);
    lines.delete(key);
  }

  async function sendNext(key: string, line: Line): Promise<void> {
    line.sent = takeBatch(line);
    line.controller = new AbortController();
    const { sent, controller } = line;
    const calls = sent.map(({ call }) => call);
    const replies = await send(key, calls, controller.signal).catch(() => undefined);
    line.sent = [];
    line.waiting.unshift(...settleSent(sent, replies));
  }

  function giveUp(line: Line, entry: Entry, reply: Result<PluginReply>): void {
    entry.givenUp = reply;
    line.waiting = line.waiting.filter((each) => each !== entry);
    const isWanted = line.sent.some(({ givenUp }) => givenUp === undefined);
    const isLast = line.sent.includes(entry) && !isWanted;
    // The last of a request is told when the request has ended, so that nothing of it outlives its calls.
    if (isLast) line.controller.abort();
    else entry.settle(reply);
  }

  return {
    call(key, call, signal) {
      // Given up before it came here: nobody will tell it again.
      if (signal.aborted) return Promise.resolve({ ok: false, error: abortFailure(signal) });
      return new Promise((resolve) => {
        const line = lines.get(key) ?? { waiting: [], sent: [], controller: new AbortController() };
        const onAbort = (): void => giveUp(line, entry, { ok: false, error: abortFailure(signal) });
        const entry: Entry = {
          call,
          settle(reply) {
            signal.removeEventListener('abort', onAbort);
            resolve(reply);
          },
        };
        signal.addEventListener('abort', onAbort, { once: true });
        line.waiting.push(entry);
        if (lines.has(key)) return;
        lines.set(key, line);
        // Behind the other calls that are made at this moment.
        queueMicrotask(() => void drain(key, line));
      });
    },
    isIdle: () => lines.size === 0,
  };
}

/** The first ones, in their order. A suspect goes alone, so that it can harm itself only. */
function takeBatch(line: Line): Entry[] {
  let bytes = 0;
  const end = line.waiting.findIndex(({ call, isSuspect }, i) => {
    bytes += call.input.length;
    if (i === 0) return false;
    const isAlone = isSuspect === true || line.waiting[0]?.isSuspect === true;
    return isAlone || i >= BATCH.calls || bytes > BATCH.bytes;
  });
  return line.waiting.splice(0, end < 0 ? line.waiting.length : end);
}

/** Tells those who have a reply. Gives those that are to be sent again. */
function settleSent(
  sent: readonly Entry[],
  replies: Result<readonly Result<PluginReply>[]> | undefined,
): Entry[] {
  if (replies?.ok === true && replies.value.length > 0) {
    const { value } = replies;
    sent.forEach((entry, i) => {
      const reply = entry.givenUp ?? value[i];
      if (reply !== undefined) entry.settle(reply);
    });
    return sent.slice(value.length).filter(({ givenUp }) => givenUp === undefined);
  }
  const failed =
    replies?.ok === false
      ? replies
      : fail('sandbox_unavailable', 'Cannot call the plugin: its isolate does not answer');
  const isOutage = failed.error.code === 'sandbox_unavailable' && sent.length > 1;
  const left = isOutage ? sent.filter(({ givenUp }) => givenUp === undefined) : [];
  for (const entry of left) entry.isSuspect = true;
  for (const entry of sent) if (!left.includes(entry)) entry.settle(entry.givenUp ?? failed);
  return left;
}
