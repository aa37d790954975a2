/** Schedules in memory. Nothing here fires them: tests of the port and of HTTP only look at them. */
import { fail, ok } from '../../core/errors.ts';
import { nextTick } from '../../core/schedule/ticks.ts';
import type { Clock, Tenant } from '../../runtime/ports.ts';
import type { Schedule, Schedules, ScheduleSpec } from '../../runtime/ports/schedules.ts';

const MAX_SCHEDULES = 1_000;

export function createMemorySchedules({ clock }: { clock: Pick<Clock, 'now'> }): Schedules {
  const tenants = new Map<Tenant, Map<string, Schedule>>();
  const of = (tenant: Tenant): Map<string, Schedule> => {
    const known = tenants.get(tenant) ?? new Map<string, Schedule>();
    tenants.set(tenant, known);
    return known;
  };
  const scheduled = (id: string, spec: ScheduleSpec, createdAt: number): Schedule => {
    const nextAt = spec.paused ? undefined : nextTick(spec, clock.now());
    return {
      ...spec,
      id,
      createdAt,
      updatedAt: clock.now(),
      waiting: [],
      recent: [],
      ...(nextAt !== undefined && { nextAt }),
    };
  };
  return {
    async create(tenant, id, spec) {
      if (of(tenant).size >= MAX_SCHEDULES) {
        return fail('quota_exceeded', `Cannot make another schedule: there are ${MAX_SCHEDULES}`);
      }
      const made = scheduled(id, spec, clock.now());
      of(tenant).set(id, made);
      return ok(made);
    },
    async list(tenant) {
      return [...of(tenant).values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    },
    async find(tenant, id) {
      return of(tenant).get(id);
    },
    async replace(tenant, id, spec) {
      const known = of(tenant).get(id);
      if (known === undefined) return undefined;
      const made = scheduled(id, spec, known.createdAt);
      of(tenant).set(id, made);
      return made;
    },
    async delete(tenant, id) {
      return of(tenant).delete(id);
    },
  };
}
