/**
 * Hooks: what others send starts a run, or is given as an event to one that waits. A hook's id names
 * its tenant, because no store knows the hooks of all tenants, and is signed, so that what was never
 * issued is refused before any tenant's store is touched.
 */
import { ComposerError, fail, ok, toFailure } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import { isJsonArray, isJsonObject } from '../core/json.ts';
import { hasTemplateSyntax, parseExpression, parseTemplate } from '../core/template/template.ts';
import { holdsIn, mapValue, mapValues } from './mapping.ts';
import type { Ports, RunId, Tenant } from './ports.ts';
import type { SignatureScheme } from './ports/signatures.ts';
import type { Services } from './services.ts';

export type HookAction =
  | {
      readonly type: 'run';
      readonly recipe: string;
      readonly version?: number;
      /** Templates that read `body`, `headers`, `query` and `hook`. */
      readonly inputs: JsonObject;
      readonly labels: JsonObject;
    }
  | {
      readonly type: 'event';
      readonly event: string;
      /** A template that gives the id of the run. */
      readonly run: string;
      /** Default: the whole body. */
      readonly payload?: JsonValue;
    };

export interface HookSpec {
  readonly name?: string;
  readonly scheme: SignatureScheme;
  /** An expression: what it does not hold for is taken and passed over. */
  readonly when?: string;
  readonly action: HookAction;
}

/** What somebody sent to a hook. */
export interface HookMessage {
  readonly headers: Headers;
  readonly query: JsonObject;
  /** As it came, for the signature. */
  readonly text: string;
  readonly body: JsonValue;
}

export type HookAnswer =
  | { readonly run: RunId; readonly replayed: boolean }
  | { readonly received: boolean }
  | { readonly ignored: 'when' | 'repeated' };

/** How long a message is remembered, so that it is not taken twice. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;
const HOOK = /^hok_([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)_([0-9A-Za-z]{1,32})_([\w-]{8,32})$/;
const RUN = /^run_[0-9A-Za-z_-]{1,64}$/;
/** Of a sender's headers those that say what it is about, and nothing that proves who it is. */
const HIDDEN = /^(?:authorization|cookie|proxy-.*|cf-.*|.*signature.*|.*token.*|.*secret.*)$/;

export async function makeHookId(
  { ids, vault }: Pick<Ports, 'ids' | 'vault'>,
  tenant: Tenant,
): Promise<Result<string>> {
  if (!vault.isReady)
    return fail('not_set_up', 'Cannot make a hook: the server has no SECRETS_KEY');
  const id = `hok_${tenant}_${ids.next('hok').slice('hok_'.length)}`;
  return ok(`${id}_${await vault.sign(id)}`);
}

/** Undefined for an id that was never issued. */
export async function tenantOfHook(
  { vault }: Pick<Ports, 'vault'>,
  id: string,
): Promise<Tenant | undefined> {
  const [, tenant, , signature = ''] = HOOK.exec(id) ?? [];
  if (tenant === undefined) return undefined;
  const isOurs = await vault.isSigned(id.slice(0, -signature.length - 1), signature);
  return isOurs ? tenant : undefined;
}

/** Throws `template_error` for templates that cannot be read; `recipe_not_found`. */
export async function checkHook(
  services: Services,
  tenant: Tenant,
  { when, action }: HookSpec,
): Promise<Result<undefined>> {
  if (when !== undefined && !parseExpression(when).ok) {
    return fail('template_error', 'Cannot read "when": it is not an expression');
  }
  checkTemplates(action.type === 'run' ? action.inputs : { ...action });
  if (action.type === 'event') return ok(undefined);
  const stored = await services.storedPlan(tenant, action.recipe, action.version);
  return stored.ok ? ok(undefined) : stored;
}

function checkTemplates(value: JsonValue): void {
  if (isJsonArray(value)) value.forEach(checkTemplates);
  else if (isJsonObject(value)) Object.values(value).forEach(checkTemplates);
  else if (typeof value === 'string' && hasTemplateSyntax(value)) {
    const parsed = parseTemplate(value);
    if (parsed.ok) return;
    const shown = value.slice(0, 80);
    throw new ComposerError(
      'template_error',
      `Cannot read template "${shown}": ${parsed.error.message}`,
    );
  }
}

/** Throws what its templates throw and what submitting throws. */
export async function receiveHook(
  services: Services,
  id: string,
  message: HookMessage,
): Promise<Result<HookAnswer>> {
  const { ports } = services;
  const { endpoints, signatures, clock, ids } = ports;
  const tenant = await tenantOfHook(ports, id);
  const hook = tenant && (await endpoints.reveal(tenant, 'hook', id));
  if (tenant === undefined || hook === undefined || hook === '') {
    return fail('hook_not_found', 'Cannot find the hook');
  }
  // SAFETY: written from a HookSpec.
  const spec = hook.spec as unknown as HookSpec;
  const { headers, text: body } = message;
  const now = clock.now();
  const checked = await signatures.check({
    scheme: spec.scheme,
    secret: hook.secret,
    headers,
    body,
    now,
  });
  if (!checked.ok) return checked;
  const scope = scopeOf(message, { id, name: spec.name ?? '' });
  const chance = { now, random: ids.random };
  if (spec.when !== undefined && !holdsIn(spec.when, scope, chance)) return ok({ ignored: 'when' });
  const key = `hook ${id}:${checked.value}`;
  return spec.action.type === 'run'
    ? startRun(services, tenant, {
        action: spec.action,
        inputs: mapValues(spec.action.inputs, scope, chance),
        id,
        key,
      })
    : deliver(services, tenant, {
        name: spec.action.event,
        run: mapValue(spec.action.run, scope, chance),
        payload: mapValue(spec.action.payload ?? '{{ body }}', scope, chance),
        key,
      });
}

function scopeOf({ headers, query, body }: HookMessage, hook: JsonObject): JsonObject {
  const shown = [...headers].filter(([name]) => !HIDDEN.test(name));
  return { body, query, hook, headers: Object.fromEntries(shown) };
}

/** The run's own key keeps a repeated message from starting another. */
async function startRun(
  services: Services,
  tenant: Tenant,
  order: {
    readonly action: Extract<HookAction, { type: 'run' }>;
    readonly inputs: JsonObject;
    readonly id: string;
    readonly key: string;
  },
): Promise<Result<HookAnswer>> {
  const { action, inputs, id, key } = order;
  const bodyHash = await services.ports.digests.sha256(key);
  const submitted = await services.submit(tenant, {
    recipe: action.recipe,
    ...(action.version !== undefined && { version: action.version }),
    inputs,
    labels: { ...action.labels, hook: id },
    mode: 'durable',
    idempotency: { key, bodyHash },
  });
  if (!submitted.ok) return submitted;
  return ok({ run: submitted.value.view.id, replayed: submitted.value.replayed });
}

async function deliver(
  { ports: { endpoints, runs } }: Services,
  tenant: Tenant,
  event: {
    readonly name: string;
    readonly run: JsonValue;
    readonly payload: JsonValue;
    readonly key: string;
  },
): Promise<Result<HookAnswer>> {
  const { name, run, payload, key } = event;
  if (typeof run !== 'string' || !RUN.test(run)) {
    return fail('run_not_found', 'Cannot find the run: what the hook reads is no id of one');
  }
  if (!(await endpoints.claim(tenant, key, REMEMBERED_MS))) return ok({ ignored: 'repeated' });
  try {
    const delivered = await runs.deliver(tenant, run, { name, payload });
    if (!delivered.ok) await endpoints.release(tenant, key);
    return delivered;
  } catch (error) {
    await endpoints.release(tenant, key);
    return { ok: false, error: toFailure(error) };
  }
}
