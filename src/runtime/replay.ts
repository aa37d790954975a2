/** A replay: a new run of what an earlier one did, from a point on, with other inputs if need be. */
import { fail, ok } from '../core/errors.ts';
import type { Issue, Result } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Plan } from '../core/recipe/plan.ts';
import type { ReplayPoint } from '../core/run/replay.ts';
import type { Digest, Idempotency, Origin, RunId, Submission, Tenant } from './ports.ts';
import { missingRecipe, submissionOf } from './prepare.ts';
import type { Preparing } from './prepare.ts';
import { pathOf } from './recipes.ts';

export interface ReplayRequest {
  /** Absent: from the beginning. */
  readonly point?: ReplayPoint;
  /** Take the place of those of the same names. */
  readonly inputs: JsonObject;
  readonly labels?: JsonObject;
  /** `same`: the plan that the run is pinned to. A number: that version of the recipe. */
  readonly version: 'same' | 'latest' | number;
  readonly priority?: number;
  readonly idempotency?: Idempotency;
}

/** Throws `recipe_invalid` or `inputs_invalid` with every finding. */
export async function prepareReplay(
  preparing: Preparing,
  tenant: Tenant,
  request: ReplayRequest & { readonly id: RunId },
): Promise<Result<Submission>> {
  const { ports } = preparing;
  const { id, point, priority, idempotency } = request;
  const found = await ports.runs.origin(tenant, id, point);
  if (!found.ok) return found;
  const origin = found.value;
  const planned = await planOf(preparing, tenant, { ...request, origin });
  if (!planned.ok) return planned;
  const submission = await submissionOf(ports, tenant, {
    ...planned.value,
    recipe: origin.recipe,
    inputs: { ...origin.inputs, ...request.inputs },
    labels: request.labels ?? origin.labels,
    ...(origin.model !== undefined && { model: origin.model }),
    ...(priority !== undefined && { priority }),
    ...(idempotency && { idempotency }),
  });
  // A replay is asked for by itself: it does not become one with submissions that happen to come.
  const { debounce: _debounce, ...admission } = submission.admission;
  const { seeds } = origin;
  return ok({ ...submission, admission, replayOf: id, ...(seeds && { seeds }) });
}

interface Planned {
  readonly plan: Plan;
  readonly planHash: Digest;
  readonly recipeVersion: number | null;
  readonly warnings: readonly Issue[];
}

async function planOf(
  { ports, recipes }: Preparing,
  tenant: Tenant,
  { id, version, origin }: { id: RunId; version: ReplayRequest['version']; origin: Origin },
): Promise<Result<Planned>> {
  const { recipe, recipeVersion, plan, planHash } = origin;
  if (version === 'same' && plan !== undefined)
    return ok({ plan, planHash, recipeVersion, warnings: [] });
  if (recipeVersion === null) {
    return fail(
      'run_not_kept',
      `Cannot replay run "${id}": its recipe came along with it and was not kept`,
    );
  }
  const wanted = version === 'same' ? recipeVersion : version === 'latest' ? undefined : version;
  const stored = await ports.catalog.findRecipe(tenant, recipe, wanted);
  if (stored === undefined) return missingRecipe(recipe, wanted);
  const source = { text: stored.text, path: pathOf(recipe), strict: false };
  return ok({ ...(await recipes.planOf(tenant, source)), recipeVersion: stored.version });
}
