/** Starts the recipe that a failed run names under `on_failure`, with the run's report. */
import { ok } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { RunId, Tenant } from './ports.ts';
import type { Services } from './services.ts';

/** Gives the id of the run that was started, now or before under the same key. */
export type StartAfterFailure = (
  tenant: Tenant,
  order: {
    readonly recipe: string;
    readonly failed: RunId;
    readonly key: string;
    readonly report: JsonObject;
  },
) => Promise<Result<RunId>>;

export function createFailureStarter(services: Services): StartAfterFailure {
  return async (tenant, { recipe, failed, key, report }) => {
    // Of the key alone: a report that reads a little differently must not make it another start.
    const bodyHash = await services.ports.digests.sha256(key);
    const started = await services.submit(tenant, {
      recipe,
      inputs: { failed_run: report },
      labels: {},
      mode: 'durable',
      failureOf: failed,
      idempotency: { key, bodyHash },
    });
    return started.ok ? ok(started.value.view.id) : started;
  };
}
