/** Every error code, what it means over HTTP, and the three forms an error takes. */
import type { JsonValue } from './json.ts';

/** Who can mend it: the caller's request, the recipe's or plugin's author, a provider, or us. */
export type Blame = 'caller' | 'author' | 'provider' | 'system';

interface ErrorKind {
  /** HTTP status when the code ends a request. */
  readonly status: number;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly blame: Blame;
}

const caller = (status: number, retryable = false): ErrorKind => ({
  status,
  retryable,
  blame: 'caller',
});
const author = (status = 422): ErrorKind => ({ status, retryable: false, blame: 'author' });
const system = (status: number, retryable = false): ErrorKind => ({
  status,
  retryable,
  blame: 'system',
});
const provider = (status: number, retryable: boolean): ErrorKind => ({
  status,
  retryable,
  blame: 'provider',
});

/** The one table of codes. `docs/reference/errors.md` lists the same codes; a test compares them. */
export const ERRORS = {
  // requests
  bad_request: caller(400),
  invalid_json: caller(400),
  unauthorized: caller(401),
  forbidden: caller(403),
  foreign_host: caller(403),
  foreign_origin: caller(403),
  not_found: caller(404),
  method_not_allowed: caller(405),
  conflict: caller(409),
  precondition_failed: caller(412),
  body_too_large: caller(413),
  unsupported_media_type: caller(415),
  unsupported_encoding: caller(415),
  loop_detected: caller(508),
  not_set_up: system(503),
  not_ready: system(503, true),
  internal: system(500),
  queue_full: system(503, true),
  // limits and stores
  rate_limited: caller(429, true),
  store_unavailable: system(503, true),
  cache_value_too_large: author(413),
  key_not_found: caller(404),
  secret_not_found: caller(404),
  quota_exceeded: caller(403),
  // recipes and inputs
  recipe_not_found: caller(404),
  recipe_invalid: author(422),
  inputs_invalid: caller(422),
  plan_too_large: author(413),
  plan_unsupported: system(409),
  // runs
  run_not_found: caller(404),
  run_finished: caller(409),
  run_not_finished: caller(409),
  run_not_kept: caller(409),
  concurrency_limit: caller(429, true),
  node_not_found: caller(404),
  prompt_not_found: caller(404),
  prompt_invalid: author(422),
  approval_not_found: caller(404),
  approval_gone: caller(410),
  link_expired: caller(410),
  form_invalid: caller(422),
  schedule_not_found: caller(404),
  hook_not_found: caller(404),
  webhook_not_found: caller(404),
  signature_invalid: caller(401),
  inline_unsupported: author(422),
  idempotency_mismatch: caller(422),
  // files
  file_not_found: caller(404),
  file_expired: caller(410),
  file_changed: caller(409),
  file_not_text: caller(422),
  range_invalid: caller(416),
  chunk_too_large: author(),
  // what ends a step
  template_error: author(),
  template_budget: author(),
  undefined_variable: author(),
  loop_limit: author(),
  step_limit: author(),
  map_over_invalid: author(),
  map_items_failed: author(),
  value_too_large: author(413),
  value_missing: system(500),
  timeout: system(504, true),
  cancelled: caller(409),
  // plugins
  plugin_not_found: caller(404),
  function_not_found: caller(404),
  function_ambiguous: author(),
  plugin_invalid: author(422),
  plugin_exists: caller(409),
  plugin_name_invalid: caller(422),
  plugin_error: author(422),
  trap: author(422),
  out_of_fuel: author(422),
  stack_overflow: author(422),
  no_such_function: author(422),
  bad_signature: author(422),
  bad_pointer: author(422),
  link_error: author(422),
  host_memory_limit: author(422),
  output_too_large: author(422),
  input_too_large: caller(413),
  var_limit: author(422),
  limit: author(422),
  bad_utf8: author(422),
  bad_output: author(422),
  // requests that recipes and plugins send
  http_denied: author(422),
  http_status: provider(502, false),
  http_unreachable: provider(502, true),
  http_too_large: provider(502, false),
  http_timeout: provider(504, true),
  http_limit: author(422),
  // the sandbox
  sandbox_unavailable: system(503, true),
  // models
  model_missing: author(422),
  provider_unknown: author(422),
  model_not_found: author(422),
  model_denied: author(422),
  price_unknown: author(422),
  budget_exceeded: author(422),
  tool_limit: author(422),
  model_options_invalid: author(422),
  provider_error: provider(502, true),
  provider_rate_limited: provider(503, true),
  provider_overloaded: provider(503, true),
  provider_auth: provider(502, false),
  provider_invalid_request: provider(502, false),
  provider_content_filter: provider(502, false),
  provider_context_length: provider(502, false),
  provider_timeout: provider(504, true),
  provider_network: provider(502, true),
  speech_format: author(422),
  audio_too_large: author(422),
  invalid_output: provider(502, false),
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

/** A step's or a call's error as data: what is stored and what crosses an isolate. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  /** What the author may want to read besides: the items of a map that failed, say. */
  readonly details?: JsonValue;
}

/**
 * A finding about a text a person wrote, with its place. Lines and columns count from 1; the end is
 * exclusive. Diagnostics of the compiler and `errors` of a problem document have this one shape.
 */
export interface Issue {
  readonly severity: 'error' | 'warning' | 'info';
  readonly code: string;
  readonly detail: string;
  /** JSON pointer into the document or the request body. */
  readonly pointer: string;
  readonly line?: number;
  readonly column?: number;
  readonly end_line?: number;
  readonly end_column?: number;
  /** Of a module: the byte at which it is found. */
  readonly offset?: number;
  /** What to write instead. */
  readonly suggestion?: string;
}

export type Result<T, E = Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function failure(code: ErrorCode, message: string): Failure {
  return { code, message, retryable: ERRORS[code].retryable };
}

export function fail(
  code: ErrorCode,
  message: string,
): { readonly ok: false; readonly error: Failure } {
  return { ok: false, error: failure(code, message) };
}

/** Thrown inside a ring for what the current call cannot do. Outside it, read `codeOf`. */
export class ComposerError extends Error {
  readonly code: ErrorCode;
  /** Findings with positions, when the error is about a text. */
  readonly issues: readonly Issue[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; issues?: readonly Issue[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ComposerError';
    this.code = code;
    this.issues = options.issues ?? [];
  }
}

/** The code of anything thrown, read by property: classes do not survive a Durable Object call. */
export function codeOf(error: unknown): ErrorCode | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return isErrorCode(error.code) ? error.code : undefined;
}

/** Anything thrown as a Failure. What is not ours becomes `internal`, its text kept out. */
export function toFailure(error: unknown): Failure {
  const code = codeOf(error);
  if (code === undefined) return failure('internal', 'Cannot finish: an internal error occurred');
  return failure(code, error instanceof Error ? error.message : String(code));
}
