/** Starts a run, of a stored recipe or of one given inline, and answers for it. */
import * as z from 'zod';
import { ComposerError } from '../core/errors.ts';
import { MAX_DURATION_MS } from '../core/recipe/duration.ts';
import { PRIORITY } from '../core/recipe/schema/recipe.ts';
import { isFinal } from '../core/run/events.ts';
import { modelName } from '../runtime/settings/models.ts';
import { addressFault, ownSecret } from '../runtime/webhooks.ts';
import { cacheStatus } from './cache-status.ts';
import { anyObject } from './input.ts';
import { unwrap } from './problem.ts';
import { instant } from './query.ts';
import { runView } from './views.ts';
import type { Context } from 'hono';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { RunView } from '../core/run/view.ts';
import type { Idempotency } from '../runtime/ports.ts';
import type { Services, SubmitRequest } from '../runtime/services.ts';
import type { ApiEnv } from './env.ts';

const MAX_WAIT_S = 60;
const MAX_LABELS = 16;

/** How far ahead a run may be put off. */
const MAX_AHEAD_MS = MAX_DURATION_MS;

export const labels = z
  .record(z.string().min(1).max(64), z.union([z.string().max(256), z.number(), z.boolean()]))
  .refine((given) => Object.keys(given).length <= MAX_LABELS, `must be at most ${MAX_LABELS}`);

/** What a run takes besides the recipe. */
export const runOptions = {
  inputs: anyObject.default({}),
  labels: labels.default({}),
  mode: z.enum(['durable', 'inline']).default('durable'),
  /** For every `language_task`, instead of what it names. */
  model: modelName.optional(),
  priority: z.number().int().min(PRIORITY.min).max(PRIORITY.max).optional(),
  start_at: instant.optional(),
  /** An address that is told how the run has ended. */
  webhook: z.string().min(1).max(2_048).optional(),
};

export interface RunOrder {
  readonly request: Pick<SubmitRequest, 'recipe' | 'source' | 'version'>;
  readonly options: {
    inputs: JsonObject;
    labels: JsonObject;
    mode: 'durable' | 'inline';
    model?: z.output<typeof modelName> | undefined;
    priority?: number | undefined;
    start_at?: number | undefined;
    webhook?: string | undefined;
  };
  /** The raw body, which an idempotency key is bound to. */
  readonly bytes: Uint8Array;
}

export async function submitRun(
  c: Context<ApiEnv>,
  services: Services,
  { request, options, bytes }: RunOrder,
): Promise<Response> {
  const { ports } = services;
  const tenant = c.get('tenant');
  const idempotency = await idempotencyOf(c, services, bytes);
  const { priority, model, start_at: startsAt, webhook, ...rest } = options;
  if (startsAt !== undefined) checkStart(startsAt, options.mode, ports.clock.now());
  if (webhook !== undefined) await checkWebhook(services, c, { url: webhook, mode: options.mode });
  const wait = waitSeconds(c);
  // In one question: the way to the object is most of a short run's time.
  const submitted = unwrap(
    await services.submit(tenant, {
      ...request,
      ...rest,
      // SAFETY: zod's JSON is JSON, without our readonly.
      ...(model !== undefined && { model: model as JsonValue }),
      ...(priority !== undefined && { priority }),
      ...(startsAt !== undefined && { startAt: startsAt }),
      ...(webhook !== undefined && { webhook }),
      ...(idempotency && { idempotency }),
      ...(wait !== undefined && { waitMs: wait * 1000 }),
    }),
  );
  return answer(c, submitted, wait);
}

interface Submitted {
  readonly view: RunView;
  readonly replayed: boolean;
}

/** Waits for the run's end when it was asked to, and shows the run. */
export async function answerRun(
  c: Context<ApiEnv>,
  { ports }: Services,
  { view, replayed }: Submitted,
): Promise<Response> {
  const wait = waitSeconds(c);
  if (wait === undefined || isFinal(view.status)) return answer(c, { view, replayed }, wait);
  const later = await ports.runs.wait(c.get('tenant'), view.id, wait * 1000);
  return answer(c, { view: later ?? view, replayed }, wait);
}

function answer(
  c: Context<ApiEnv>,
  { view, replayed }: Submitted,
  wait: number | undefined,
): Response {
  if (replayed) c.header('Idempotent-Replayed', 'true');
  if (wait !== undefined) c.header('Preference-Applied', `wait=${wait}`);
  c.header('Location', `/v1/runs/${view.id}`);
  // Told again, the same answer was found nowhere.
  const status = replayed || !('metrics' in view) ? undefined : cacheStatus(view.metrics);
  if (status !== undefined) c.header('Cache-Status', status);
  return c.json(runView(view), isFinal(view.status) ? 200 : 202);
}

function checkStart(at: number, mode: 'durable' | 'inline', now: number): void {
  const fault =
    mode === 'inline'
      ? 'a run that is executed inline starts with its request'
      : at > now + MAX_AHEAD_MS
        ? 'it is more than 366 days ahead'
        : undefined;
  if (fault !== undefined)
    throw new ComposerError('bad_request', `Cannot use "start_at": ${fault}`);
}

export async function idempotencyOf(
  c: Context<ApiEnv>,
  { ports }: Services,
  bytes: Uint8Array,
): Promise<Idempotency | undefined> {
  const key = idempotencyKey(c);
  return key === undefined ? undefined : { key, bodyHash: await ports.digests.sha256(bytes) };
}

async function checkWebhook(
  { ports }: Services,
  c: Context<ApiEnv>,
  { url, mode }: { url: string; mode: 'durable' | 'inline' },
): Promise<void> {
  if (mode === 'inline') {
    throw new ComposerError('bad_request', 'Cannot use "webhook": an inline run answers by itself');
  }
  const fault = addressFault(ports, url);
  if (fault !== undefined) throw new ComposerError('http_denied', fault);
  // What signs the message has to be there before anything has to be told.
  unwrap(await ownSecret(ports, c.get('tenant')));
}

/** Scoped by the route, so that one key used in two places is two keys. */
function idempotencyKey(c: Context<ApiEnv>): string | undefined {
  const key = c.req.header('Idempotency-Key');
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new ComposerError(
      'bad_request',
      'Cannot use the Idempotency-Key: it must be 1 to 255 visible ASCII characters',
    );
  }
  return `${c.req.path} ${key}`;
}

/** RFC 7240: a preference that cannot be read is ignored. */
function waitSeconds(c: Context<ApiEnv>): number | undefined {
  const seconds = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:[;,]|$)/i.exec(
    c.req.header('Prefer') ?? '',
  )?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), MAX_WAIT_S);
}
