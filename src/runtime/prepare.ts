/** What is done before a run is queued: its recipe found and compiled, its inputs checked. */
import { ComposerError, fail, ok } from '../core/errors.ts';
import type { Issue, Result } from '../core/errors.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { checkInputs } from '../core/recipe/inputs.ts';
import type { Plan } from '../core/recipe/plan.ts';
import { admissionFor } from './admission.ts';
import { missingFiles } from './files.ts';
import type { Digest, Idempotency, Ports, Submission, Tenant } from './ports.ts';
import { pathOf } from './recipes.ts';
import type { Recipes } from './recipes.ts';

export interface SubmitRequest {
  /** Name of a stored recipe; or `source`, the text of one. */
  readonly recipe?: string;
  readonly source?: string;
  readonly version?: number;
  readonly inputs: JsonObject;
  readonly labels: JsonObject;
  /** Asked by every `language_task` instead of what it names. */
  readonly model?: JsonValue;
  readonly mode: 'durable' | 'inline';
  /** Higher ones start first; absent: what the recipe says. */
  readonly priority?: number;
  /** Not before, in epoch milliseconds. */
  readonly startAt?: number;
  readonly idempotency?: { readonly key: string; readonly bodyHash: string };
  /** An address that is told how the run has ended. */
  readonly webhook?: string;
  /** The failed run that it is started for. */
  readonly failureOf?: string;
  /** Milliseconds that the answer of a durable run may wait for its end. Default 0. */
  readonly waitMs?: number;
}

export interface Preparing {
  readonly ports: Ports;
  readonly recipes: Recipes;
}

/** Throws `recipe_invalid` or `inputs_invalid` with every finding. */
export async function prepare(
  { ports, recipes }: Preparing,
  tenant: Tenant,
  request: SubmitRequest,
): Promise<Result<Submission>> {
  const { recipe, version, source } = request;
  // At one time: each way to the catalog is a good part of what it takes to start a short run.
  const [stored, plugins] = await Promise.all([
    recipe === undefined ? undefined : ports.catalog.findRecipe(tenant, recipe, version),
    ports.catalog.listPlugins(tenant),
  ]);
  if (recipe !== undefined && stored === undefined) return missingRecipe(recipe, version);
  const text = stored?.text ?? source ?? '';
  const path = pathOf(recipe ?? 'unnamed');
  const planned = await recipes.planOf(tenant, { text, path, strict: false }, plugins);
  const recipeVersion = stored?.version ?? null;
  const order = { ...request, ...planned, recipe: recipe ?? planned.plan.name, recipeVersion };
  return ok(await submissionOf(ports, tenant, order));
}

/** A planned recipe and what it is to be run with. */
export interface RunOrder {
  readonly recipe: string;
  readonly recipeVersion: number | null;
  readonly plan: Plan;
  readonly planHash: Digest;
  readonly warnings: readonly Issue[];
  readonly inputs: JsonObject;
  readonly labels: JsonObject;
  readonly model?: JsonValue;
  readonly priority?: number;
  readonly startAt?: number;
  readonly idempotency?: Idempotency;
  readonly webhook?: string;
  readonly failureOf?: string;
  readonly waitMs?: number;
}

/** Throws `inputs_invalid`, and what the templates of its limits' keys throw. */
export async function submissionOf(
  ports: Ports,
  tenant: Tenant,
  order: RunOrder,
): Promise<Submission> {
  const { recipe, recipeVersion, plan, planHash, labels, idempotency, webhook } = order;
  const checked = checkInputs(plan, order.inputs, { strict: plan.strict });
  const missing = await missingFiles(ports.files, tenant, { plan, inputs: order.inputs });
  if (!checked.ok || missing.length > 0) {
    const faults = [...(checked.ok ? [] : checked.error), ...missing];
    const what = faults.length === 1 ? faults[0]?.detail : `${faults.length} inputs are wrong`;
    const message = `Cannot start recipe "${recipe}": ${what}`;
    throw new ComposerError('inputs_invalid', message, { issues: faults });
  }
  const { values: inputs, warnings } = checked.value;
  return {
    tenant,
    recipe,
    recipeVersion,
    plan,
    planHash,
    labels,
    inputs,
    ...(order.model !== undefined && { model: order.model }),
    warnings: [...order.warnings, ...warnings].filter(({ severity }) => severity === 'warning'),
    ...(await admissionFor(ports, plan, { ...order, inputs })),
    ...(idempotency && { idempotency }),
    ...(webhook !== undefined && { webhook }),
    ...(order.failureOf !== undefined && { failureOf: order.failureOf }),
    ...(order.waitMs !== undefined && { waitMs: order.waitMs }),
  };
}

export function missingRecipe(name: string, version: number | undefined): ReturnType<typeof fail> {
  const which = version === undefined ? '' : ` version ${version}`;
  return fail('recipe_not_found', `Cannot find recipe "${name}"${which}`);
}
