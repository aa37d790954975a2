/** The Limiter object: the exact logs of all policies of one subject. */
import { DurableObject } from 'cloudflare:workers';
import { admitted } from '../../core/rate/sliding-log.ts';
import type { Clock } from '../../runtime/ports.ts';
import type { RateState } from '../../runtime/ports/rate-limiter.ts';
import { openLogs, sweepLogs } from './limiter-logs.ts';
import type { Entered, LimiterLogs, ObjectUse } from './limiter-logs.ts';

export interface UseReply {
  readonly states: readonly RateState[];
  /** Empty when nothing was consumed. */
  readonly entered: readonly Entered[];
}

/** The platform builds the object, so what it needs is bound here. */
export function makeLimiterObject({ clock }: { readonly clock: Pick<Clock, 'now'> }) {
  return class Limiter extends DurableObject {
    /** Opened when they are used: an object that was idle has dropped its tables. */
    #opened: LimiterLogs | undefined;
    #hasAlarm = false;
    /** Losing it costs a few failures more. */
    #breakerUntil = 0;

    /** All pass, or nothing is consumed. */
    use(uses: readonly ObjectUse[]): UseReply {
      const now = clock.now();
      const verdicts = uses.map((use) => this.#logs().judge(use, now));
      if (!verdicts.every(({ ok }) => ok)) return { states: verdicts, entered: [] };
      const entered = this.ctx.storage.transactionSync(() =>
        uses.filter(({ cost }) => cost > 0).map((use) => this.#logs().enter(use, now)),
      );
      const stamps = new Map(entered.map(({ log, stamp }) => [log, stamp]));
      if (entered.length > 0) this.#sweepAt(now + Math.max(...uses.map((use) => use.windowMs)) + 1);
      const states = uses.flatMap((use, index) => {
        const verdict = verdicts[index];
        if (verdict === undefined) return [];
        const stamp = stamps.get(use.log);
        return [{ ...admitted(verdict, use, use.cost), ...(stamp !== undefined && { stamp }) }];
      });
      return { states, entered };
    }

    peek(use: ObjectUse): RateState {
      return this.#logs().judge(use, clock.now());
    }

    /** Another object has refused what this one has passed. */
    takeBack(entered: readonly Entered[]): void {
      this.ctx.storage.transactionSync(() => {
        for (const each of entered) this.#logs().takeBack(each);
      });
    }

    /** What was consumed came to another number of units. */
    correct({ stamp, units, ...use }: ObjectUse & { stamp: number; units: number }): void {
      const now = clock.now();
      this.ctx.storage.transactionSync(() => {
        this.#logs().takeBack({ log: use.log, stamp, units: use.cost });
        this.#logs().enter({ ...use, cost: units }, now);
      });
      this.#sweepAt(now + use.windowMs + 1);
    }

    openBreaker(until: number): void {
      this.#breakerUntil = Math.max(this.#breakerUntil, until);
    }

    breakerUntil(): number {
      return this.#breakerUntil;
    }

    reset(log: string): void {
      this.#logs().drop(log);
    }

    /** What nobody has used for a window leaves nothing behind. */
    override async alarm(): Promise<void> {
      const { storage } = this.ctx;
      this.#logs();
      const end = sweepLogs(storage.sql, clock.now());
      this.#hasAlarm = false;
      if (end !== undefined) return this.#sweepAt(end + 1);
      this.#opened = undefined;
      await storage.deleteAll();
    }

    #logs(): LimiterLogs {
      this.#opened ??= openLogs(this.ctx.storage);
      return this.#opened;
    }

    #sweepAt(at: number): void {
      if (this.#hasAlarm) return;
      this.#hasAlarm = true;
      void this.ctx.storage.setAlarm(at);
    }
  };
}

export type LimiterObject = InstanceType<ReturnType<typeof makeLimiterObject>>;
