/** What a provider's refusal means, in our codes. Its own words are left out: they may quote a prompt or a key. */
import { failure } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { isJsonArray, isJsonObject, ownProperty, parseJson } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import type { ModelFailure, ModelUsage } from '../../runtime/ports/models.ts';
import { retryAfterMs } from '../../runtime/tasks/retry-after.ts';

export interface Asked {
  readonly provider: string;
  readonly model: string;
  /** Texts that must not come back in a message. */
  readonly secrets: readonly string[];
  readonly now: number;
}

/** How a message begins; each kind has its end. */
const SAYS = {
  provider_rate_limited: 'it takes no more requests now',
  provider_overloaded: 'it is overloaded',
  provider_auth: 'it refuses the key, or the account may not use the model',
  provider_invalid_request: 'it refuses the request',
  provider_content_filter: 'its filter stopped the content',
  provider_context_length: 'the request is longer than the model can take',
  provider_timeout: 'it gave up waiting for its own answer',
  provider_network: 'it cannot be reached, or its answer broke off',
  provider_error: 'it failed',
  model_not_found: 'it has no such model',
} as const satisfies Partial<Record<ErrorCode, string>>;

export type ModelFault = keyof typeof SAYS;

export function modelFailure(
  code: ModelFault,
  asked: Asked,
  more: {
    status?: number;
    hints?: readonly string[];
    retryAfterMs?: number;
    usage?: ModelUsage | undefined;
    mayHaveCost?: boolean;
  } = {},
): ModelFailure {
  const said = [
    ...(more.status === undefined ? [] : [`status ${more.status}`]),
    ...(more.hints ?? []),
  ];
  const message = `Cannot get an answer of "${asked.provider}/${asked.model}": ${SAYS[code]}`;
  return {
    ...failure(code, said.length === 0 ? message : `${message} (${said.join(', ')})`),
    ...(more.retryAfterMs !== undefined && { retryAfterMs: more.retryAfterMs }),
    ...(more.usage !== undefined && { usage: more.usage }),
    ...(more.mayHaveCost === true && { mayHaveCost: true }),
  };
}

/** Nobody waits for the answer any longer; who was asked may be at it. */
export function lateFailure({ provider, model }: Asked): ModelFailure {
  const late = failure('timeout', `Cannot wait longer for "${provider}/${model}"`);
  return { ...late, mayHaveCost: true };
}

interface CallError {
  readonly statusCode?: number;
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly responseBody?: string;
}

const UNREADABLE = /JSONParse|TypeValidation|InvalidResponseData|NoContent|EmptyResponseBody/;

/** Anything that the SDK throws, or that a stream reports. Only who refuses with a status has done nothing. */
export function faultOf(error: unknown, asked: Asked): ModelFailure {
  const mayHaveCost = true;
  if (typeof error === 'string') return spoken({ error: parseJson(error)?.value ?? null }, asked);
  if (typeof error !== 'object' || error === null)
    return modelFailure('provider_error', asked, { mayHaveCost });
  if (!(error instanceof Error)) {
    // SAFETY: part of an answer that was JSON.
    return spoken(error as JsonValue, asked);
  }
  const cause = error.cause instanceof Error ? error.cause.name : '';
  if (error.name === 'AnswerTooLarge' || cause === 'AnswerTooLarge')
    return modelFailure('provider_error', asked, {
      hints: ['its answer is too large'],
      mayHaveCost,
    });
  if (UNREADABLE.test(error.name) || UNREADABLE.test(cause))
    return modelFailure('provider_error', asked, {
      hints: ['its answer cannot be read'],
      mayHaveCost,
    });
  const status = 'statusCode' in error ? error.statusCode : undefined;
  // A good status and an error: the answer began, and broke off.
  if (typeof status !== 'number' || (status >= 200 && status < 300))
    return modelFailure('provider_network', asked, { mayHaveCost });
  // SAFETY: the SDK's APICallError; each member is read as what it may be.
  return answered(error as unknown as CallError & { statusCode: number }, asked);
}

/** A refusal with a status. */
function answered(error: CallError & { statusCode: number }, asked: Asked): ModelFailure {
  const { statusCode: status, responseHeaders: headers = {}, responseBody = '' } = error;
  const body = parseJson(responseBody)?.value;
  const hints = hintsIn(body, asked);
  const code = codeFor(status, hints, responseBody);
  const patience = patienceOf(headers, body, asked.now);
  return modelFailure(code, asked, {
    status,
    hints,
    ...(patience !== undefined && { retryAfterMs: patience }),
  });
}

/** An error inside of a stream that began well. */
function spoken(value: JsonValue, asked: Asked): ModelFailure {
  const hints = hintsIn(value, asked);
  const all = hints.join(' ');
  const code: ModelFault = /overloaded|unavailable|503|529/i.test(all)
    ? 'provider_overloaded'
    : /rate_limit|resource_exhausted|429/i.test(all)
      ? 'provider_rate_limited'
      : /auth|permission/i.test(all)
        ? 'provider_auth'
        : 'provider_error';
  return modelFailure(code, asked, { hints, mayHaveCost: true });
}

const TOO_LONG =
  /context.{0,3}length|context.window|maximum context|prompt is too long|input token count|too many (?:input )?tokens/i;

function codeFor(status: number, hints: readonly string[], body: string): ModelFault {
  const has = (pattern: RegExp): boolean => hints.some((hint) => pattern.test(hint));
  if (status === 401 || status === 402 || status === 403) return 'provider_auth';
  if (has(/insufficient_quota|billing/i)) return 'provider_auth';
  if (has(/content_filter|content_policy|safety/i)) return 'provider_content_filter';
  if (status === 429) return 'provider_rate_limited';
  if (status === 503 || status === 529 || has(/overloaded/i)) return 'provider_overloaded';
  if (status === 408 || status === 504) return 'provider_timeout';
  if (status >= 500 || status < 400) return 'provider_error';
  if (status === 413 || has(TOO_LONG) || TOO_LONG.test(body)) return 'provider_context_length';
  return status === 404 ? 'model_not_found' : 'provider_invalid_request';
}

/** `rate_limit_error`, `messages.0.content`: no key looks like these. */
const IDENTIFIER = /^[A-Za-z_]{1,60}(?:\.\d{1,4}|\[\d{1,4}\]|\.[A-Za-z_]{1,60}){0,8}$/;

/** The machine's words in an error: its type, its code, the parameter it is about. */
function hintsIn(body: JsonValue | undefined, { secrets }: Asked): string[] {
  const outer = isJsonArray(body) ? body[0] : body;
  const inner = isJsonObject(outer) ? (ownProperty(outer, 'error') ?? outer) : undefined;
  if (!isJsonObject(inner)) return [];
  const found = ['type', 'code', 'status', 'param'].map((key) => ownProperty(inner, key));
  const words = found.filter((word) => typeof word === 'string' && IDENTIFIER.test(word));
  return [...new Set(words.map(String))].filter(
    (word) =>
      !secrets.some(
        (secret) => secret.length > 3 && (secret.includes(word) || word.includes(secret)),
      ),
  );
}

/** Milliseconds that the provider asks for, in any of the ways in which it may say so. */
function patienceOf(
  headers: Readonly<Record<string, string>>,
  body: JsonValue | undefined,
  now: number,
): number | undefined {
  const exact = headers['retry-after-ms'];
  if (exact !== undefined && /^\d{1,9}(?:\.\d+)?$/.test(exact)) return Math.ceil(Number(exact));
  const seconds = headers['retry-after'];
  if (seconds !== undefined && /^\d{1,6}\.\d+$/.test(seconds))
    return Math.ceil(Number(seconds) * 1000);
  return retryAfterMs(seconds, now) ?? delayIn(body);
}

/** Google says it in the details of the error: `retryDelay: "2s"`. */
function delayIn(body: JsonValue | undefined): number | undefined {
  const found = /"retryDelay":"(\d{1,6}(?:\.\d+)?)s"/.exec(JSON.stringify(body ?? null));
  return found === null ? undefined : Math.ceil(Number(found[1]) * 1000);
}
