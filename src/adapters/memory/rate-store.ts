/** Logs of rate limits in memory. */
import { admit, admitted, correct, createLog, judge } from '../../core/rate/sliding-log.ts';
import type { SlidingLog } from '../../core/rate/sliding-log.ts';
import type { Clock } from '../../runtime/ports.ts';
import type { RateDecision, RateStore, RateUse } from '../../runtime/ports/rate-limiter.ts';

export interface MemoryRateOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly source?: RateDecision['source'];
  /** Logs that are kept; the one used longest ago goes first. Default 10 000. */
  readonly maxLogs?: number;
}

export function createMemoryRateStore(options: MemoryRateOptions): RateStore {
  const { clock, source = 'memory', maxLogs = 10_000 } = options;
  const logs = new Map<string, SlidingLog>();
  const nameOf = ({ subject, log }: Pick<RateUse, 'subject' | 'log'>): string =>
    `${subject} ${log}`;

  /** The order of the map is that of use. */
  function logOf(use: RateUse): SlidingLog {
    const name = nameOf(use);
    const log = logs.get(name) ?? createLog();
    logs.delete(name);
    logs.set(name, log);
    const [oldest] = logs.keys();
    if (logs.size > maxLogs && oldest !== undefined) logs.delete(oldest);
    return log;
  }

  return {
    source,
    async use(uses) {
      const now = clock.now();
      const judged = uses.map((use) => {
        const log = logOf(use);
        return { use, log, verdict: judge(log, use, use.cost, now) };
      });
      if (!judged.every(({ verdict }) => verdict.ok)) return judged.map(({ verdict }) => verdict);
      return judged.map(({ use, log, verdict }) => {
        const stamp = use.cost > 0 ? admit(log, use, use.cost, now) : undefined;
        return { ...admitted(verdict, use, use.cost), ...(stamp !== undefined && { stamp }) };
      });
    },
    async peek(use) {
      const log = logs.get(nameOf(use)) ?? createLog();
      return judge(log, use, use.cost, clock.now());
    },
    async correct(use) {
      correct(logOf(use), use, { ...use, at: clock.now() });
    },
    async reset(use) {
      logs.delete(nameOf(use));
    },
  };
}
