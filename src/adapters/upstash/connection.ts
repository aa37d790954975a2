/**
 * The way to an Upstash database: deadlines, the breaker, and errors that tell nothing they should not.
 *
 * B1. Whatever the store does, an answer is there or given up on within the deadline.
 * B2. No error that leaves here holds a command: the SDK's own ones quote keys and values.
 */
import { Redis } from '@upstash/redis/cloudflare';
import { ComposerError } from '../../core/errors.ts';
import type { Clock, Log } from '../../runtime/ports.ts';
import type { Breaker } from '../../runtime/limits/breaker.ts';

export interface UpstashAccount {
  readonly url: string;
  readonly token: string;
  /** Of every key, so that several servers may share a database. */
  readonly prefix: string;
}

export interface Connection {
  readonly prefix: string;
  /** A question that may be asked twice is `again` after a failure, within the same deadline. */
  ask<T>(
    question: (redis: Redis) => Promise<T>,
    options?: { readonly again?: boolean },
  ): Promise<T>;
}

export interface ConnectionDeps {
  readonly account: UpstashAccount;
  readonly clock: Pick<Clock, 'now' | 'deadline'>;
  readonly breaker: Breaker;
  readonly log: Log;
  /** For one question. Default 250. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 250;

export function createConnection(deps: ConnectionDeps): Connection {
  const { account, clock, breaker, log, deadlineMs = DEADLINE_MS } = deps;
  return {
    prefix: account.prefix,
    async ask(question, { again = false } = {}) {
      if (!breaker.allow()) throw unavailable('it has failed too often');
      const deadline = clock.deadline(deadlineMs);
      const redis = connect(account, deadline.signal);
      try {
        const answer = await question(redis).catch((error: unknown) => {
          if (!again || deadline.signal.aborted) throw error;
          return question(redis);
        });
        breaker.succeeded();
        return answer;
      } catch (error) {
        breaker.failed();
        const reason = reasonOf(error, deadline.signal);
        log.write('warn', 'redis_failed', { reason });
        throw unavailable(reason);
      } finally {
        deadline.clear();
      }
    },
  };
}

/**
 * A client for one question, so that its signal is that question's. The SDK's own retries repeat
 * commands that may have been carried out, and a signal that is not a function makes an abort an answer.
 */
function connect({ url, token }: UpstashAccount, signal: AbortSignal): Redis {
  return new Redis({
    url,
    token,
    signal: () => signal,
    retry: { retries: 0 },
    enableAutoPipelining: false,
    automaticDeserialization: false,
    enableTelemetry: false,
    readYourWrites: false,
    keepAlive: false,
  });
}

function unavailable(why: string): ComposerError {
  return new ComposerError('store_unavailable', `Cannot ask Redis: ${why}`);
}

/** Of a fixed few: the texts of others may hold anything. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'it did not answer in time';
  const text = error instanceof Error ? error.message : '';
  if (/WRONGPASS|NOAUTH|unauthorized|NOPERM/i.test(text)) return 'it does not take the token';
  if (/max (?:daily |monthly )?(?:requests?|commands?)|quota|limit exceeded/i.test(text)) {
    return 'its quota is used up';
  }
  return error instanceof SyntaxError ? 'its answer is not JSON' : 'it failed';
}
