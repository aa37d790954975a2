/** What the API can do, as calls on the ports: the one seam between HTTP and everything behind it. */
import { fail, ok } from '../core/errors.ts';
import type { Issue, Result } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { parseDuration } from '../core/recipe/duration.ts';
import { worstCaseOf } from '../core/recipe/estimate.ts';
import { inputsSchema } from '../core/recipe/inputs.ts';
import type { Plan, PlanNode } from '../core/recipe/plan.ts';
import { MAX_INLINE_MS } from '../core/run/state.ts';
import type { RunView } from '../core/run/view.ts';
import { runInline } from './inline.ts';
import { callFunction, inspectUpload, putPlugin } from './plugins.ts';
import type {
  FunctionCall,
  FunctionReply,
  PluginFindings,
  PluginSource,
  Upload,
} from './plugins.ts';
import type { Ports, PluginVersion, RecipeVersion, RunId, Tenant } from './ports.ts';
import { missingRecipe, prepare } from './prepare.ts';
import type { SubmitRequest } from './prepare.ts';
import { createPlanCache } from './plan-cache.ts';
import { createRecipes, invalidRecipe, isLibrary, pathOf } from './recipes.ts';
import type { CompiledRecipe, PinnedPlan } from './recipes.ts';
import { prepareReplay } from './replay.ts';
import type { ReplayRequest } from './replay.ts';
import { answersCostOf } from './models/answers-cost.ts';
import type { AnswersCost } from './models/answers-cost.ts';
import { createRules } from './models/rules.ts';

export type { SubmitRequest } from './prepare.ts';

export interface Services {
  readonly ports: Ports;
  validate(
    tenant: Tenant,
    source: { text: string; path?: string },
    options: { strict: boolean },
  ): Promise<{ readonly valid: boolean; readonly diagnostics: readonly Issue[] }>;
  /** The same findings, with the plan when none is an error. */
  plan(
    tenant: Tenant,
    source: { text: string; path?: string },
    options: { strict: boolean },
  ): Promise<CompiledRecipe>;
  /** What answers of a plan's models can cost at most, by the tenant's own names and prices. */
  answersCost(tenant: Tenant, plan: Plan): Promise<readonly AnswersCost[]>;
  /** Throws `recipe_invalid` when the stored text has errors by now. */
  storedPlan(
    tenant: Tenant,
    name: string,
    version?: number,
  ): Promise<Result<PinnedPlan & { readonly version: number }>>;
  /** JSON Schema of a stored recipe's inputs. */
  inputsSchema(tenant: Tenant, name: string, version?: number): Promise<Result<JsonObject>>;
  /** Throws `recipe_invalid` with the diagnostics when the text has errors. */
  putRecipe(
    tenant: Tenant,
    name: string,
    text: string,
    options: { ifMatch?: string | null; strict: boolean },
  ): Promise<
    Result<RecipeVersion & { readonly created: boolean; readonly diagnostics: readonly Issue[] }>
  >;
  /** What `submit` would find, without starting anything. Throws as it does. */
  checkRun(tenant: Tenant, request: SubmitRequest): Promise<Result<undefined>>;
  /** A new run of what an earlier one did. Throws as `submit` does. */
  replay(
    tenant: Tenant,
    id: RunId,
    request: ReplayRequest,
  ): Promise<Result<{ readonly view: RunView; readonly replayed: boolean }>>;
  /** Throws `recipe_invalid` or `inputs_invalid` with every finding. */
  submit(
    tenant: Tenant,
    request: SubmitRequest,
  ): Promise<Result<{ readonly view: RunView; readonly replayed: boolean }>>;
  inspectPlugin(source: PluginSource): Promise<PluginFindings>;
  /** Throws `plugin_invalid` with what the inspection found. */
  putPlugin(
    tenant: Tenant,
    plugin: Upload,
  ): Promise<Result<PluginVersion & { readonly created: boolean }>>;
  callFunction(
    tenant: Tenant,
    plugin: string,
    fn: string,
    call: FunctionCall,
  ): Promise<Result<FunctionReply>>;
}

const LIBRARY_NOTE: Issue = {
  severity: 'info',
  code: 'library',
  detail: 'The text holds no recipe: it can be imported, not run',
  pointer: '',
};

/** `plans` may be shared by all the services of an isolate. */
export function createServices(ports: Ports, plans = createPlanCache()): Services {
  const { catalog, digests, runs } = ports;
  const recipes = createRecipes(ports, plans);
  const readRules = createRules(ports);
  return {
    ports,
    async validate(tenant, { text, path = pathOf('unnamed') }, { strict }) {
      const { pinned, diagnostics } = await recipes.compile(tenant, { text, path, strict });
      return { valid: pinned !== undefined, diagnostics };
    },
    plan: (tenant, { text, path = pathOf('unnamed') }, { strict }) =>
      recipes.compile(tenant, { text, path, strict }),
    answersCost: async (tenant, plan) =>
      answersCostOf(worstCaseOf(plan).asked, plan, await readRules(tenant)),
    async storedPlan(tenant, name, version) {
      const stored = await catalog.findRecipe(tenant, name, version);
      if (stored === undefined) return missingRecipe(name, version);
      const { text } = stored;
      const found = await recipes.planOf(tenant, { text, path: pathOf(name), strict: false });
      return ok({ plan: found.plan, planHash: found.planHash, version: stored.version });
    },
    async inputsSchema(tenant, name, version) {
      const stored = await catalog.findRecipe(tenant, name, version);
      if (stored === undefined) return missingRecipe(name, version);
      const { plan } = await recipes.planOf(tenant, {
        text: stored.text,
        path: pathOf(name),
        strict: false,
      });
      return ok(inputsSchema(plan));
    },
    async putRecipe(tenant, name, text, { ifMatch, strict }) {
      const compiled = await recipes.compile(tenant, { text, path: pathOf(name), strict });
      const library = isLibrary(compiled, text);
      if (compiled.pinned === undefined && !library) throw invalidRecipe(compiled.diagnostics);
      const diagnostics = library ? [LIBRARY_NOTE] : compiled.diagnostics;
      const digest = await digests.sha256(text);
      const put = await catalog.putRecipe(tenant, name, {
        text,
        digest,
        ...(ifMatch !== undefined && { ifMatch }),
      });
      return put.ok ? ok({ ...put.value, diagnostics }) : put;
    },
    async checkRun(tenant, request) {
      const prepared = await prepare({ ports, recipes }, tenant, request);
      return prepared.ok ? ok(undefined) : prepared;
    },
    async submit(tenant, request) {
      const submission = await prepare({ ports, recipes }, tenant, request);
      if (!submission.ok) return submission;
      if (request.mode === 'durable') return runs.submit(submission.value);
      const waiting = findLongWait(submission.value.plan);
      if (waiting !== undefined) return fail('inline_unsupported', `Cannot run inline: ${waiting}`);
      const earlier = await runs.reserve(tenant, submission.value.idempotency);
      if (!earlier.ok) return earlier;
      if (earlier.value !== null) return ok({ view: earlier.value, replayed: true });
      return ok({ view: await runInline(ports, submission.value), replayed: false });
    },
    async replay(tenant, id, request) {
      const submission = await prepareReplay({ ports, recipes }, tenant, { id, ...request });
      return submission.ok ? runs.submit(submission.value) : submission;
    },
    async inspectPlugin(source) {
      const { module: _module, ...findings } = inspectUpload(ports, source);
      return findings;
    },
    putPlugin: (tenant, upload) => putPlugin(ports, tenant, upload),
    callFunction: (tenant, plugin, fn, call) => callFunction(ports, tenant, { plugin, fn }, call),
  };
}

/** An inline run ends with its request: nobody outside can reach it, and it cannot wait for long. */
function findLongWait(plan: Plan): string | undefined {
  const own = plan.graph.nodes.flatMap(withTasks).map(whyTooLong);
  return [...own, ...Object.values(plan.recipes).map(findLongWait)].find(
    (why) => why !== undefined,
  );
}

function whyTooLong(node: PlanNode): string | undefined {
  if (node.type === 'hitl' || (node.type === 'wait' && node.event !== undefined))
    return `node "${node.id}" waits for somebody outside`;
  const ms = node.type === 'wait' ? parseDuration(node.for) : undefined;
  return ms !== undefined && ms > MAX_INLINE_MS
    ? `node "${node.id}" waits longer than ${MAX_INLINE_MS / 1000} seconds`
    : undefined;
}

function withTasks(node: PlanNode): PlanNode[] {
  return node.type === 'map' ? [node, ...withTasks(node.task)] : [node];
}
