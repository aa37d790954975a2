/**
 * The way to an Upstash database: deadlines, the breaker, and errors that tell nothing they should not.
 *
 * B1. Whatever the store does, an answer is there or given up on within the deadline, as `patience.ts` counts it.
 * B2. No error that leaves here holds a command: the SDK's own ones quote keys and values.
 */
import { ComposerError } from '../../core/errors.ts';
import type { Clock, Log } from '../../runtime/ports.ts';
import type { Breaker } from '../../runtime/limits/breaker.ts';
import type { Redis } from '@upstash/redis/cloudflare';
import type { Clients } from './clients.ts';
import { createPatience } from './patience.ts';

export interface Connection {
  readonly prefix: string;
  /** A question that may be asked twice is `again` after a failure, within the same deadline. */
  ask<T>(
    question: (redis: Redis) => Promise<T>,
    options?: { readonly again?: boolean },
  ): Promise<T>;
}

export interface ConnectionDeps {
  readonly clients: Clients;
  /** Of every key. */
  readonly prefix: string;
  readonly clock: Pick<Clock, 'now' | 'deadline'>;
  readonly breaker: Breaker;
  readonly log: Log;
  /** For one question. Default 250. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 250;

export function createConnection(deps: ConnectionDeps): Connection {
  const { clients, prefix, clock, breaker, log, deadlineMs = DEADLINE_MS } = deps;
  /** Why it failed last: while the breaker keeps it from being asked, an operator still has to know. */
  let last = '';
  return {
    prefix,
    async ask(question, { again = false } = {}) {
      if (!breaker.allow()) throw unavailable(`it has failed too often${last}`);
      const deadline = createPatience(clock, deadlineMs);
      try {
        const answer = await clients.use(deadline.signal, (redis) =>
          question(redis).catch((error: unknown) => {
            if (!again || deadline.signal.aborted) throw error;
            return question(redis);
          }),
        );
        breaker.succeeded();
        last = '';
        return answer;
      } catch (error) {
        breaker.failed();
        const reason = reasonOf(error, deadline.signal);
        last = `, last because ${reason}`;
        log.write('warn', 'redis_failed', { reason });
        throw unavailable(reason);
      } finally {
        deadline.clear();
      }
    },
  };
}

function unavailable(why: string): ComposerError {
  return new ComposerError('store_unavailable', `Cannot ask Redis: ${why}`);
}

/** Of a fixed few: the texts of others may hold anything. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'it did not answer in time';
  // Then the SDK's message quotes the command, in which any word may stand.
  const [text = ''] = error instanceof Error ? error.message.split(', command was:') : [];
  if (/WRONGPASS|NOAUTH|unauthorized|NOPERM/i.test(text)) return 'it does not take the token';
  if (/max (?:daily |monthly )?(?:requests?|commands?)|quota|limit exceeded/i.test(text)) {
    return 'its quota is used up';
  }
  return error instanceof SyntaxError ? 'its answer is not JSON' : 'it failed';
}
