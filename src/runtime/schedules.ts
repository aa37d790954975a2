/** Runs of schedules: checked when the schedule is made, started when its time has come. */
import { fail, ok } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { isFinal } from '../core/run/events.ts';
import { nextTick, timingFault } from '../core/schedule/ticks.ts';
import { mapValues } from './mapping.ts';
import type { EpochMs, RunId, Tenant } from './ports.ts';
import type { ScheduleSpec } from './ports/schedules.ts';
import type { Services, SubmitRequest } from './services.ts';

export interface ScheduledTick {
  readonly schedule: string;
  readonly spec: ScheduleSpec;
  readonly tick: EpochMs;
}

/** Throws `inputs_invalid` and what templates throw; `bad_request`, `recipe_not_found`. */
export async function checkSchedule(
  services: Services,
  tenant: Tenant,
  spec: ScheduleSpec,
): Promise<Result<undefined>> {
  const fault = timingFault(spec);
  if (fault !== undefined) return fail('bad_request', `Cannot schedule: ${fault}`);
  const now = services.ports.clock.now();
  const tick = nextTick(spec, now);
  if (tick === undefined) return fail('bad_request', 'Cannot schedule: the time has passed');
  return services.checkRun(tenant, requestOf(services, { schedule: 'sch', spec, tick }));
}

/** What the object that holds schedules asks of the rest. */
export function createScheduleRuns(services: Services) {
  const { runs } = services.ports;
  return {
    start: (tenant: Tenant, due: ScheduledTick) => startScheduled(services, tenant, due),
    async isUnderWay(tenant: Tenant, run: RunId): Promise<boolean> {
      const view = await runs.find(tenant, run);
      return view !== undefined && !isFinal(view.status);
    },
    async cancel(tenant: Tenant, run: RunId): Promise<void> {
      await runs.cancel(tenant, run);
    },
  };
}

/** Starts the run of a tick, or gives the one that was started before. */
export async function startScheduled(
  services: Services,
  tenant: Tenant,
  due: ScheduledTick,
): Promise<Result<RunId>> {
  const key = `schedule ${due.schedule}:${new Date(due.tick).toISOString()}`;
  // Of the key alone: a spec that was changed meanwhile must not make the tick another one.
  const bodyHash = await services.ports.digests.sha256(key);
  const request = { ...requestOf(services, due), idempotency: { key, bodyHash } };
  const submitted = await services.submit(tenant, request);
  return submitted.ok ? ok(submitted.value.view.id) : submitted;
}

function requestOf(
  { ports: { clock, ids } }: Services,
  { schedule, spec, tick }: ScheduledTick,
): SubmitRequest {
  const { recipe, version, labels, name } = spec;
  const scope = {
    tick: new Date(tick).toISOString(),
    schedule: { id: schedule, name: name ?? '' },
  };
  return {
    recipe,
    ...(version !== undefined && { version }),
    inputs: mapValues(spec.inputs, scope, { now: clock.now(), random: ids.random }),
    labels: { ...labels, schedule },
    mode: 'durable',
  };
}
