/** The app over memory twins, and how tests ask it. */
import { createMemoryCatalog } from '../../../src/adapters/memory/catalog.ts';
import { createMemoryFiles } from '../../../src/adapters/memory/files.ts';
import { createMemoryGrants } from '../../../src/adapters/memory/grants.ts';
import { createMemoryKeys } from '../../../src/adapters/memory/keys.ts';
import { createMemoryPluginBytes } from '../../../src/adapters/memory/plugin-bytes.ts';
import {
  createMemorySecrets,
  createMemorySettings,
} from '../../../src/adapters/memory/settings.ts';
import { createVault } from '../../../src/adapters/system/vault.ts';
import { createMemoryEndpoints } from '../../../src/adapters/memory/endpoints.ts';
import { createSignatures } from '../../../src/adapters/webhooks/signatures.ts';
import { createMemorySchedules } from '../../../src/adapters/memory/schedules.ts';
import { ComposerError, fail, ok } from '../../../src/core/errors.ts';
import { compileRecipe } from '../../../src/core/recipe/compile.ts';
import { createApp } from '../../../src/http/app.ts';
import { createFakeNet } from '../fake-net.ts';
import { createTestStores } from '../stores.ts';
import { createDeliveriesTwin } from './deliveries-twin.ts';
import { createLinksTwin } from './links-twin.ts';
import { createRunsTwin } from './runs-twin.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Settings } from '../../../src/http/env.ts';
import type { Digests, PluginVersion, Ports } from '../../../src/runtime/ports.ts';
import type { FunctionCall } from '../../../src/runtime/plugins.ts';
import type { Services, SubmitRequest } from '../../../src/runtime/services.ts';

export const LOOPBACK: Settings = { version: '1.2.3', boundHost: '127.0.0.1' };
/** A text that the twin's compiler finds fault with. */
export const BROKEN = 'broken: true';

export interface Api {
  readonly app: ReturnType<typeof createApp>;
  readonly services: Services;
  readonly runs: ReturnType<typeof createRunsTwin>;
  readonly logs: { level: string; event: string; fields: JsonObject }[];
  /** What the services were asked to submit and to call. */
  readonly submitted: SubmitRequest[];
  readonly called: { plugin: string; fn: string; call: FunctionCall }[];
  /** From a loopback Host, unless `headers` say otherwise. */
  readonly request: (path: string, init?: RequestInit) => Promise<Response>;
  /** JSON out, JSON in. */
  readonly send: (
    method: string,
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors: readonly { code: string; pointer: string; line?: number; suggestion?: string }[];
}

export function makeApi(settings: Settings = LOOPBACK, broken: Partial<Ports> = {}): Api {
  const logs: Api['logs'] = [];
  const submitted: Api['submitted'] = [];
  const called: Api['called'] = [];
  const runs = createRunsTwin();
  const ids = new Map<string, number>();
  const ports: Ports = {
    clock: {
      now: () => 0,
      deadline: () => ({ signal: new AbortController().signal, clear: () => {} }),
      sleep: async () => {},
    },
    ids: {
      next(prefix) {
        const number = (ids.get(prefix) ?? 0) + 1;
        ids.set(prefix, number);
        return `${prefix}_${number}`;
      },
      random: () => 0,
    },
    log: { write: (level, event, fields = {}) => void logs.push({ level, event, fields }) },
    catalog: createMemoryCatalog({ clock: { now: () => 0 } }),
    pluginBytes: createMemoryPluginBytes(),
    files: createMemoryFiles({ clock: broken.clock ?? { now: () => 0 } }),
    sandbox: { call: unused, validate: () => true },
    scriptEngine: { bytes: unused },
    models: { generate: unused, speechLimit: unused, speak: unused, transcribe: unused },
    egress: createFakeNet().egress,
    ...createTestStores({ now: () => 0 }),
    storeHealth: {
      source: 'memory',
      ping: async () => ok(undefined),
      openUntil: () => undefined,
    },
    digests,
    runs,
    links: createLinksTwin(),
    grants: createMemoryGrants(),
    keys: createMemoryKeys({ clock: { now: () => 0 }, digests }),
    settings: createMemorySettings(),
    secrets: createMemorySecrets({ clock: { now: () => 0 } }),
    vault: createVault([{ id: 'test', bytes: new Uint8Array(32) }]),
    schedules: createMemorySchedules({ clock: { now: () => 0 } }),
    endpoints: createMemoryEndpoints({ clock: { now: () => 0 } }),
    signatures: createSignatures({ digests }),
    deliveries: createDeliveriesTwin(),
    ...broken,
  };
  const services: Services = {
    ports,
    ...recipeServices(ports),
    ...pluginServices(ports, called),
    answersCost: async () => [],
    checkRun: async () => ok(undefined),
    async replay(tenant, id, { inputs }) {
      const origin = await runs.origin(tenant, id);
      if (!origin.ok) return origin;
      const { recipe, labels } = origin.value;
      return runs.start(tenant, { recipe, labels, inputs, mode: 'inline' });
    },
    async submit(tenant, request) {
      submitted.push(request);
      if (request.source === BROKEN) throw invalid();
      return runs.start(tenant, request);
    },
  };
  const app = createApp({ services, settings });
  const request: Api['request'] = async (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('host')) headers.set('host', 'localhost:8787');
    return app.request(path, { ...init, headers });
  };
  return {
    app,
    services,
    runs,
    logs,
    submitted,
    called,
    request,
    send: (method, path, body, headers = {}) =>
      request(path, {
        method,
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', ...headers },
      }),
  };
}

export async function problemOf(response: Response): Promise<Problem> {
  // SAFETY: tests assert what they read of it.
  return (await response.json()) as Problem;
}

export const digests: Digests = {
  async sha256(data) {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  },
  equal: (a, b) => a === b,
};

const issue = {
  severity: 'error',
  code: 'unknown_key',
  detail: '"broken" is not a known key',
  pointer: '/broken',
  line: 1,
  column: 1,
} as const;

function invalid(): ComposerError {
  return new ComposerError('recipe_invalid', 'Cannot plan the recipe', { issues: [issue] });
}

/** The plan of every text. */
function pinned() {
  const text = 'name: r\nnodes: [{id: a, type: wait, for: 1}]';
  const { plan } = compileRecipe({
    path: 'recipes/r.yaml',
    text,
    sources: new Map(),
    prompts: new Map(),
  });
  if (plan === undefined) throw new Error('Cannot plan the text of the twin');
  return { plan, planHash: 'f'.repeat(64) };
}

function recipeServices({ catalog }: Ports) {
  return {
    validate: async (_tenant: string, { text }: { text: string }) =>
      text === BROKEN ? { valid: false, diagnostics: [issue] } : { valid: true, diagnostics: [] },
    plan: async (_tenant: string, { text }: { text: string }) =>
      text === BROKEN ? { diagnostics: [issue] } : { pinned: pinned(), diagnostics: [] },
    storedPlan: async (tenant: string, name: string) =>
      (await catalog.findRecipe(tenant, name)) === undefined
        ? fail('recipe_not_found', `Cannot find recipe "${name}"`)
        : ok({ ...pinned(), version: 1 }),
    inputsSchema: async () => ok({ type: 'object' }),
    async putRecipe(...[tenant, name, text, { ifMatch }]: Parameters<Services['putRecipe']>) {
      if (text === BROKEN) throw invalid();
      const put = {
        text,
        digest: await digests.sha256(text),
        ...(ifMatch !== undefined && { ifMatch }),
      };
      const stored = await catalog.putRecipe(tenant, name, put);
      return stored.ok ? ok({ ...stored.value, diagnostics: [] }) : stored;
    },
  } satisfies Partial<Services>;
}

function pluginServices({ catalog }: Ports, called: Api['called']) {
  const manifest = (name: string, version: string): PluginVersion['manifest'] => ({
    name,
    version,
    description: '',
    functions: [],
    capabilities: { hosts: [], secrets: [], config: [], wasi: false },
    limits: {},
  });
  return {
    inspectPlugin: async (
      ...[{ bytes, language, manifestText }]: Parameters<Services['inspectPlugin']>
    ) => ({
      valid: true,
      diagnostics: [],
      // Told back, so that tests see what arrived.
      received: { size: bytes.byteLength, language, manifestText: manifestText ?? null },
    }),
    async putPlugin(...[tenant, { name, version, bytes }]: Parameters<Services['putPlugin']>) {
      const hash = await digests.sha256(bytes);
      const size = bytes.byteLength;
      const plugin = {
        name,
        version,
        hash,
        upload: hash,
        size,
        usesWasi: false,
        manifest: manifest(name, version),
      };
      return catalog.putPlugin(tenant, plugin);
    },
    async callFunction(...[, plugin, fn, call]: Parameters<Services['callFunction']>) {
      called.push({ plugin, fn, call });
      return ok({ output: call.input, fuel: 10, memory_pages: 1, wall_ms: 0, logs: [] });
    },
  } satisfies Partial<Services>;
}

function unused(): never {
  throw new Error('not asked by HTTP');
}
