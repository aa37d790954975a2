/** The Worker: builds the adapters and hands them to the API and the objects. */
import { exports } from 'cloudflare:workers';
import SCRIPT_ENGINE from '../dist/javascript/engine.bin';
import { waitUntil } from 'cloudflare:workers';
import { BUNDLED } from './bundled.generated.ts';
import { bundledModules, bundledVersions } from './bundled.ts';
import { makeCacheObject } from './adapters/durable-objects/cache-object.ts';
import { makeCatalog } from './adapters/durable-objects/catalog-object.ts';
import { createCatalog, createCatalogMemory } from './adapters/durable-objects/catalog.ts';
import { makeLimiterObject } from './adapters/durable-objects/limiter-object.ts';
import { createDeliveries } from './adapters/durable-objects/deliveries.ts';
import { createEndpoints } from './adapters/durable-objects/endpoints.ts';
import { createLinks } from './adapters/durable-objects/links.ts';
import { createGrants } from './adapters/durable-objects/grants.ts';
import { createKeys } from './adapters/durable-objects/keys.ts';
import { createSchedules } from './adapters/durable-objects/schedules.ts';
import { createPartitions } from './adapters/durable-objects/partitions.ts';
import { createRuns } from './adapters/durable-objects/runs.ts';
import { createSecrets } from './adapters/durable-objects/secrets.ts';
import { createSettings } from './adapters/durable-objects/settings.ts';
import { makeWorkflowQueue } from './adapters/durable-objects/workflow-queue.ts';
import { createSignatures } from './adapters/webhooks/signatures.ts';
import { createEgress } from './adapters/egress/egress.ts';
import { makeEgress } from './adapters/egress/entrypoint.ts';
import { createSandbox } from './adapters/extism/sandbox.ts';
import type { WorkerSandbox } from './adapters/extism/sandbox.ts';
import { createModels } from './adapters/models/models.ts';
import { readServers } from './adapters/models/servers.ts';
import { createFiles } from './adapters/storage/files.ts';
import { createPluginBytes } from './adapters/storage/plugin-bytes.ts';
import { createValues } from './adapters/storage/values.ts';
import { createClock } from './adapters/system/clock.ts';
import { createDigests } from './adapters/system/digests.ts';
import { createIds } from './adapters/system/ids.ts';
import { createLog } from './adapters/system/log.ts';
import { createVault } from './adapters/system/vault.ts';
import { egressPolicy, readVariables } from './env.ts';
import type { Bindings } from './env.ts';
import { createApp } from './http/app.ts';
import { createCaps, createRules } from './runtime/models/rules.ts';
import { createSlots } from './runtime/models/slots.ts';
import { DEFAULT_API_RATES } from './runtime/limits/api-rates.ts';
import { createFunctions } from './runtime/functions.ts';
import { createFailureStarter } from './runtime/on-failure.ts';
import type { NetworkRight } from './runtime/ports/gateway.ts';
import type { Ports } from './runtime/ports.ts';
import { createGateway } from './runtime/egress/gateway.ts';
import { DEFAULT_SENDER } from './runtime/egress/headers.ts';
import { withLifetimes } from './runtime/file-lifetimes.ts';
import { createPlanCache } from './runtime/plan-cache.ts';
import { createScheduleRuns } from './runtime/schedules.ts';
import { createServices } from './runtime/services.ts';
import { operatorNetwork } from './operator-network.ts';
import { makeStores } from './stores.ts';
import { readRetention } from './runtime/settings/read-retention.ts';
import { createWebhookTargets } from './runtime/webhooks.ts';
import { VERSION } from './version.ts';

const scriptEngine = new Uint8Array(SCRIPT_ENGINE);
/** Our own entrypoint, bound to properties that nobody but this module sets. */
// SAFETY: the types of the platform do not know what this module exports.
const loopback = exports as unknown as {
  readonly Egress: (options: { readonly props: NetworkRight }) => Fetcher;
};

const COMPATIBILITY_DATE = '2026-08-01';
/** The platform's limits on loaded Workers in use: in a request, and in a Durable Object. */
const LOADED_PER_REQUEST = 4;
const LOADED_PER_OBJECT = 10;

/** Of this isolate: what one request compiled, the next one need not. */
const plans = createPlanCache();
const catalogMemory = createCatalogMemory();
const bundled = bundledVersions(BUNDLED);

function makePorts(
  env: Bindings,
  maxLoaded: number,
  background: Ports['background'] = waitUntil,
): Ports & { readonly sandbox: WorkerSandbox } {
  const { LOG_LEVEL, INSTANCE, ...variables } = readVariables(env);
  const bytes = createPluginBytes(env.FILES);
  const clock = createClock();
  const ids = createIds();
  const digests = createDigests();
  const log = createLog(LOG_LEVEL);
  const vault = createVault(variables.SECRETS_KEY);
  const catalogs = { namespace: env.CATALOG, clock };
  const settings = createSettings(catalogs);
  const secrets = createSecrets({ ...catalogs, vault });
  const partitions = createPartitions({
    namespace: env.WORKFLOW_QUEUE,
    count: variables.PARTITIONS,
    ids,
  });
  return {
    clock,
    ids,
    digests,
    log,
    ...makeStores(env, variables, { clock, ids, digests, log, background }),
    background,
    catalog: createCatalog({ namespace: env.CATALOG, bundled, memory: catalogMemory }),
    pluginBytes: bytes,
    files: withLifetimes(createFiles({ bucket: env.FILES, clock }), {
      clock,
      lifetimes: (tenant) => readRetention({ settings }, tenant),
    }),
    sandbox: createSandbox({
      outbound: (props) => loopback.Egress({ props }),
      loader: env.LOADER,
      bytes,
      bundled: bundledModules(BUNDLED),
      compatibilityDate: COMPATIBILITY_DATE,
      maxLoaded,
      maxWarm: variables.MAX_WARM_PLUGINS,
    }),
    scriptEngine: { bytes: () => scriptEngine },
    models: createModels({
      servers: readServers(env),
      send: operatorNetwork(env),
      sendOwn: (url, init) => fetch(url, init),
      clock,
    }),
    egress: createEgress({
      send: (url, init) => fetch(url, init),
      policy: egressPolicy(variables),
      sender: INSTANCE ?? DEFAULT_SENDER,
      secrets,
    }),
    runs: createRuns(partitions, ids),
    links: createLinks(partitions),
    keys: createKeys(catalogs),
    grants: createGrants(catalogs),
    settings,
    secrets,
    vault,
    schedules: createSchedules(env.CATALOG),
    endpoints: createEndpoints({ ...catalogs, vault }),
    signatures: createSignatures({ digests }),
    deliveries: createDeliveries(partitions),
  };
}

interface Serving {
  readonly app: ReturnType<typeof createApp>;
  /** What it goes on with after its answer. */
  readonly busy: ReadonlySet<Promise<unknown>>;
  readonly sandbox: WorkerSandbox;
}

function makeApp(env: Bindings): Serving {
  const {
    ADMIN_KEY_SHA256,
    BOUND_HOST,
    INSTANCE,
    PLATFORM,
    MAX_FILE_BYTES,
    PUBLIC_URL,
    API_RATES,
  } = readVariables(env);
  const busy = new Set<Promise<unknown>>();
  const background = (work: Promise<unknown>): void => {
    busy.add(work);
    waitUntil(work.finally(() => busy.delete(work)));
  };
  const ports = makePorts(env, LOADED_PER_REQUEST, background);
  const app = createApp({
    services: createServices(ports, plans),
    settings: {
      version: VERSION,
      platform: PLATFORM,
      maxFileBytes: MAX_FILE_BYTES,
      // On a machine of one's own whoever may call has it for himself.
      apiRates: API_RATES ?? (PLATFORM === 'cloudflare' ? DEFAULT_API_RATES : {}),
      ...(ADMIN_KEY_SHA256 !== undefined && { adminKeySha256: ADMIN_KEY_SHA256 }),
      ...(BOUND_HOST !== undefined && { boundHost: BOUND_HOST }),
      ...(INSTANCE !== undefined && { instance: INSTANCE }),
      ...(PUBLIC_URL !== undefined && { publicUrl: PUBLIC_URL }),
    },
  });
  return { app, busy, sandbox: ports.sandbox };
}

export const CacheShard = makeCacheObject({ clock: createClock() });
export const Limiter = makeLimiterObject({ clock: createClock() });
/** What the isolates of plugins have for a network. */
export const Egress = makeEgress((env: Bindings) =>
  createGateway(makePorts(env, LOADED_PER_REQUEST)),
);

export const Catalog = makeCatalog<Bindings & Cloudflare.Env>(
  { clock: createClock(), digests: createDigests() },
  (env) => createScheduleRuns(createServices(makePorts(env, LOADED_PER_OBJECT))),
);

export const WorkflowQueue = makeWorkflowQueue<Bindings & Cloudflare.Env>((env) => {
  const { PARTITIONS, MAX_RUNNING, MAX_QUEUED } = readVariables(env);
  const ports = makePorts(env, LOADED_PER_OBJECT);
  const { clock, ids, digests, log, models, egress, files } = ports;
  const { cache, limiter, memo, background } = ports;
  const functions = createFunctions(ports);
  return {
    clock,
    ids,
    log,
    models,
    egress,
    files,
    digests,
    cache,
    limiter,
    memo,
    background,
    functions,
    modelRules: createRules(ports),
    caps: createCaps(ports, PARTITIONS),
    modelSlots: createSlots(),
    maxRunning: MAX_RUNNING,
    maxQueued: MAX_QUEUED,
    retention: (tenant) => readRetention(ports, tenant),
    outbox: { targets: createWebhookTargets(ports), signatures: ports.signatures },
    startAfterFailure: createFailureStarter(createServices(ports)),
    values: createValues(env.FILES),
  };
});

const MAX_IDLE = 64;
/** Apps that no request uses at the moment. */
const idle = new WeakMap<Bindings, Serving[]>();

/** Wrong settings are for the operator's eyes: the log names them, the answer does not. */
function refuse(error: unknown): Response {
  createLog('error').write('error', 'settings_wrong', { reason: String(error) });
  const problem = {
    type: '/docs/errors#not_set_up',
    title: 'Not set up',
    status: 503,
    detail: 'Cannot serve: the settings are wrong, and the log says which',
    code: 'not_set_up',
  };
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
  return new Response(JSON.stringify(problem), { status: 503, headers });
}

export default {
  /**
   * No two requests use one app at a time: its sandbox has the slots of one request, and one that waits
   * for another's slot has nothing of its own to wait for, so the platform ends it as hung.
   */
  async fetch(request, env, ctx) {
    const free = idle.get(env) ?? [];
    idle.set(env, free);
    let serving: Serving;
    try {
      serving = free.pop() ?? makeApp(env);
    } catch (error) {
      return refuse(error);
    }
    try {
      return await serving.app.fetch(request, env, ctx);
    } finally {
      const putBack = (): void => {
        // A call that was given up, and has not come to its end, ends with this request.
        if (free.length < MAX_IDLE && serving.sandbox.isIdle) free.push(serving);
      };
      // What goes on has slots of the sandbox, too.
      if (serving.busy.size === 0) putBack();
      else ctx.waitUntil(Promise.allSettled(serving.busy).then(putBack));
    }
  },
} satisfies ExportedHandler<Bindings>;
