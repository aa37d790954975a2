/** The Runs port on Durable Objects: each call goes to the partition that has the run. */
import { withPlace } from '../../core/queue/place.ts';
import type { QueueView } from '../../core/queue/queue-view.ts';
import { mergeQueues } from '../../core/queue/queue-view.ts';
import type { Result } from '../../core/errors.ts';
import type { Ids, Origin, Runs } from '../../runtime/ports.ts';
import type { Partitions } from './partitions.ts';

export function createRuns(partitions: Partitions, ids: Ids): Runs {
  return { ...oneRun(partitions, ids), ...manyRuns(partitions), ...people(partitions) };
}

type Many = 'spentSince' | 'list' | 'bulk' | 'queue';
type People = 'deliver' | 'approvals' | 'findApproval' | 'decide';

function oneRun({ of, at, choose }: Partitions, ids: Ids): Omit<Runs, Many | People> {
  return {
    async submit(submission) {
      const { plan, ...message } = submission;
      const place = choose(submission.place, submission.idempotency?.key);
      const partition = at(submission.tenant, place);
      // Most plans are there already, and a plan is the largest part of a submission.
      const first = await partition.submit({ ...message, partition: place });
      if (!first.needsPlan) return first.result;
      const second = await partition.submit({ ...message, partition: place, plan });
      if (second.needsPlan) throw new Error('Cannot submit: the object did not take the plan');
      return second.result;
    },
    newId(idempotency) {
      return withPlace(ids.next('run'), choose(idempotency?.key));
    },
    async find(tenant, id) {
      return (await of(tenant, id).find(id)) ?? undefined;
    },
    async findNode(tenant, id, node) {
      return of(tenant, id).findNode(id, node);
    },
    async events(tenant, id, after, waitMs) {
      return of(tenant, id).events(id, after, waitMs);
    },
    async wait(tenant, id, waitMs) {
      return (await of(tenant, id).wait(id, waitMs)) ?? undefined;
    },
    async act(tenant, id, action, options) {
      return of(tenant, id).act(id, action, options);
    },
    async cancel(tenant, id) {
      return of(tenant, id).act(id, 'cancel');
    },
    async origin(tenant, id, point) {
      // SAFETY: pairs stay pairs on the way, which the types of stubs do not know.
      return (await of(tenant, id).origin(id, point)) as Result<Origin>;
    },
    async reserve(tenant, idempotency) {
      if (idempotency === undefined) return { ok: true, value: null };
      return at(tenant, choose(idempotency.key)).reserve(idempotency);
    },
    async record(run) {
      await of(run.tenant, run.view.id).record(run);
    },
  };
}

const MAX_APPROVALS = 100;

function manyRuns({ all }: Partitions): Pick<Runs, Many> {
  return {
    async spentSince(tenant, day) {
      const sums = await Promise.all(all(tenant).map((each) => each.spentSince(day)));
      return sums.reduce((sum, usd) => sum + usd, 0);
    },
    async list(tenant, filter) {
      const pages = await Promise.all(all(tenant).map((each) => each.list(filter)));
      return pages
        .flat()
        .toSorted((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, filter.limit);
    },
    async bulk(tenant, order) {
      let changed = 0;
      let hasMore = false;
      for (const partition of all(tenant)) {
        // With none left to do, a partition only tells whether it has any.
        const done = await partition.bulk({ ...order, limit: order.limit - changed });
        changed += done.changed;
        hasMore ||= done.hasMore;
      }
      return { changed, hasMore };
    },
    async queue(tenant) {
      const views: QueueView[] = await Promise.all(all(tenant).map((each) => each.queueView()));
      return mergeQueues(views);
    },
  };
}

function people({ of, all }: Partitions): Pick<Runs, People> {
  return {
    async deliver(tenant, id, { name, payload }) {
      return of(tenant, id).deliver(id, name, payload);
    },
    async approvals(tenant) {
      const lists = await Promise.all(all(tenant).map((each) => each.approvals()));
      return lists
        .flat()
        .toSorted((a, b) => (a.run_id < b.run_id ? -1 : a.run_id > b.run_id ? 1 : 0))
        .slice(0, MAX_APPROVALS);
    },
    async findApproval(tenant, id, key) {
      return (await of(tenant, id).findApproval(id, key)) ?? undefined;
    },
    async decide(tenant, { run, key }, verdict) {
      return of(tenant, run).decide(run, key, verdict);
    },
  };
}
