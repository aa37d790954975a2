/** Logs of rate limits on Durable Objects: one object has all the logs of a subject. */
import type { Digest } from '../../runtime/ports.ts';
import type { RateState, RateStore, RateUse } from '../../runtime/ports/rate-limiter.ts';
import type { LimiterObject, UseReply } from './limiter-object.ts';

/** Where the uses of one subject stand in the list that was asked. */
interface Group {
  readonly subject: Digest;
  readonly uses: readonly RateUse[];
  readonly reply: UseReply;
}

export function createObjectRateStore(namespace: DurableObjectNamespace<LimiterObject>): RateStore {
  const objectOf = (subject: Digest) => namespace.get(namespace.idFromName(subject));

  /**
   * What several subjects have to pass is asked of one after the other; what was consumed before a
   * refusal is taken back. Until it is, others may be refused that would have passed.
   */
  async function useInTurn(uses: readonly RateUse[]): Promise<readonly Group[]> {
    const groups: Group[] = [];
    try {
      for (const subject of new Set(uses.map((use) => use.subject))) {
        const own = uses.filter((use) => use.subject === subject);
        groups.push({ subject, uses: own, reply: await objectOf(subject).use(own) });
      }
      return groups;
    } catch (error) {
      await takeBack(groups);
      throw error;
    }
  }

  async function takeBack(groups: readonly Group[]): Promise<void> {
    const consumed = groups.filter(({ reply }) => reply.entered.length > 0);
    await Promise.all(
      consumed.map(({ subject, reply }) => objectOf(subject).takeBack(reply.entered)),
    );
  }

  return {
    source: 'object',
    async use(uses) {
      const [first] = uses;
      if (first === undefined) return [];
      if (uses.every(({ subject }) => subject === first.subject)) {
        return (await objectOf(first.subject).use(uses)).states;
      }
      const groups = await useInTurn(uses);
      const states = new Map(
        groups.flatMap(({ uses: own, reply }) =>
          own.map((use, index): [RateUse, RateState | undefined] => [use, reply.states[index]]),
        ),
      );
      const all = uses.flatMap((use) => states.get(use) ?? []);
      if (all.every(({ ok }) => ok)) return all;
      await takeBack(groups);
      return all.map((state, index) =>
        state.ok ? { ...state, remaining: state.remaining + (uses[index]?.cost ?? 0) } : state,
      );
    },
    async peek(use) {
      return objectOf(use.subject).peek(use);
    },
    async correct({ subject, ...used }) {
      await objectOf(subject).correct(used);
    },
    async reset({ subject, log }) {
      await objectOf(subject).reset(log);
    },
  };
}
