/** Logs of rate limits on Upstash, exact: one script decides over all policies at once. */
import { resolutionOf } from '../../core/rate/sliding-log.ts';
import type { Clock } from '../../runtime/ports.ts';
import type { RateState, RateStore, RateUse } from '../../runtime/ports/rate-limiter.ts';
import type { Connection } from './connection.ts';
import { CORRECT_SCRIPT, RATE_SCRIPT } from './rate-script.ts';
import { createScript } from './script.ts';

export interface UpstashRateDeps {
  readonly connection: Connection;
  readonly clock: Pick<Clock, 'now'>;
}

const script = createScript(RATE_SCRIPT);
const correctScript = createScript(CORRECT_SCRIPT);

export function createUpstashRateStore({ connection, clock }: UpstashRateDeps): RateStore {
  const keyOf = ({ subject, log }: Pick<RateUse, 'subject' | 'log'>): string =>
    `${connection.prefix}:rate:${subject}:${log}`;

  async function run(uses: readonly RateUse[], isConsumed: boolean): Promise<readonly RateState[]> {
    const keys = uses.map(keyOf);
    const given = uses.flatMap((use) => [use.limit, use.windowMs, use.cost, resolutionOf(use)]);
    const args = [isConsumed ? 1 : 0, Math.floor(clock.now()), ...given].map(String);
    return connection.ask(
      async (redis) => readStates(await script.run(redis, keys, args), uses.length),
      { again: !isConsumed },
    );
  }

  return {
    source: 'redis',
    async use(uses) {
      if (uses.length === 0) return [];
      const states = await run(uses, true);
      if (!states.every(({ ok }) => ok)) return states;
      return states.map((state, index) => {
        const { cost = 0, windowMs = 0 } = uses[index] ?? {};
        if (cost === 0) return state;
        return { ...state, remaining: state.remaining - cost, resetMs: windowMs };
      });
    },
    async peek(use) {
      const [state] = await run([use], false);
      if (state === undefined) throw new Error('Cannot read the answer: it is empty');
      return state;
    },
    async correct(used) {
      const { windowMs, stamp, cost, units } = used;
      const args = [Math.floor(clock.now()), windowMs, resolutionOf(used), stamp, cost, units];
      await connection.ask((redis) => correctScript.run(redis, [keyOf(used)], args.map(String)));
    },
    async reset(use) {
      await connection.ask((redis) => redis.del(keyOf(use)), { again: true });
    },
  };
}

/** Throws unless the answer is what the script gives. */
function readStates(answer: unknown, count: number): readonly RateState[] {
  const rows = Array.isArray(answer) ? answer : [];
  if (rows.length !== count) throw new Error('Cannot read the answer: it is not of the script');
  return rows.map((row: unknown) => {
    const numbers = Array.isArray(row) ? row.map(Number) : [];
    const [ok, remaining, retryAfterMs, resetMs, stamp] = numbers;
    const all = [ok, remaining, retryAfterMs, resetMs, stamp];
    if (!all.every((each) => Number.isFinite(each))) {
      throw new Error('Cannot read the answer: it is not of the script');
    }
    return {
      ok: ok === 1,
      remaining: remaining ?? 0,
      retryAfterMs: retryAfterMs ?? 0,
      resetMs: resetMs ?? 0,
      ...(stamp !== undefined && { stamp }),
    };
  });
}
