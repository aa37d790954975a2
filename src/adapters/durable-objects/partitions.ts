/** The partitions of a tenant, and which of them has what. */
import { placeOf, placeOfRun } from '../../core/queue/place.ts';
import type { Ids, RunId, Tenant } from '../../runtime/ports.ts';
import type { WorkflowQueueObject } from './workflow-queue.ts';

type Namespace = DurableObjectNamespace<WorkflowQueueObject>;
type Stub = DurableObjectStub<WorkflowQueueObject>;

export interface Partitions {
  /** The one that has a run: its id says so. */
  readonly of: (tenant: Tenant, run: RunId) => Stub;
  readonly at: (tenant: Tenant, place: number) => Stub;
  readonly all: (tenant: Tenant) => readonly Stub[];
  /** For something new: that of the first key there is, or any. */
  readonly choose: (...keys: readonly (string | undefined)[]) => number;
}

export function createPartitions(deps: {
  readonly namespace: Namespace;
  readonly count: number;
  readonly ids: Pick<Ids, 'random'>;
}): Partitions {
  const { namespace, count, ids } = deps;
  const at = (tenant: Tenant, place: number): Stub =>
    namespace.get(namespace.idFromName(`${tenant}:${place}`));
  return {
    at,
    of: (tenant, run) => at(tenant, placeOfRun(run)),
    all: (tenant) => Array.from({ length: count }, (_, place) => at(tenant, place)),
    choose(...keys) {
      const key = keys.find((each) => each !== undefined);
      return key === undefined ? Math.floor(ids.random() * count) : placeOf(key, count);
    },
  };
}
