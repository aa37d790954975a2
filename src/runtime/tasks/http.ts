/** `http_task`: one request to a host that the recipe names, and what its answer must be. */
import { fail, failure, ok } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { schemaFaults } from '../../core/json-schema.ts';
import type { HttpNode } from '../../core/recipe/plan.ts';
import { resolve } from '../../core/run/resolve.ts';
import { showUrl } from '../egress/check-url.ts';
import type { EgressReply } from '../ports.ts';
import { headerOf, readAnswer } from './http-answer.ts';
import type { Answer } from './http-answer.ts';
import { readExpectation } from './http-expect.ts';
import type { Expectation } from './http-expect.ts';
import { attemptKey, makeRequest } from './http-request.ts';
import type { HttpRequest } from './http-request.ts';
import { retryAfterMs } from './retry-after.ts';
import type { CallIdentity } from '../cache/identity.ts';
import type { Outcome } from '../cache/reuse.ts';
import type { TaskContext, TaskFailure } from './task.ts';

/** Of an answer's body, decoded. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Of an answer that was not expected, for the author to see why. */
const MAX_SHOWN = 1_000;
/** A host that wants more patience than a day gets none. */
const MAX_PATIENCE_MS = 24 * 60 * 60 * 1000;

export async function runHttp(given: TaskContext<HttpNode>): Promise<Outcome> {
  const expectation = readExpectation(given);
  const request = makeRequest(given);
  return given.reuse(identityOf(given, request), (signal) =>
    send(given, { ...request, expectation }, signal),
  );
}

/** The same request that expects the same of its answer. */
function identityOf(
  given: TaskContext<HttpNode>,
  { method, url, headers, body }: HttpRequest,
): CallIdentity {
  const { node, context } = given;
  const own = attemptKey(given);
  const expect = node.expect === undefined ? null : resolve(node.expect, context);
  const host = URL.parse(url)?.host ?? '';
  return {
    kind: 'http',
    target: { method, expect },
    input: { url, headers: comparable(headers, own), body: body ?? null },
    tags: [`host:${host}`],
  };
}

/** Names have no case, and only values of one name have an order. The key of the attempt says nothing. */
function comparable(headers: HttpRequest['headers'], own: string): [string, string][] {
  return headers
    .filter(([, value]) => value !== own)
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)));
}

async function send(
  { input, egress, clock, tenant }: TaskContext<HttpNode>,
  { method, url, headers, body, expectation }: HttpRequest & { expectation: Expectation },
  signal: AbortSignal,
): Promise<Outcome> {
  const reply = await egress.fetch(
    {
      method,
      url,
      headers,
      ...(body !== undefined && { body }),
      maxBytes: MAX_ANSWER_BYTES,
      redirect: expectation.seesRedirects ? 'manual' : 'follow',
      policy: egress.policy,
      secrets: { tenant },
    },
    signal,
  );
  if (!reply.ok) return reply;
  const { status } = reply.value;
  const answer = readAnswer(reply.value, expectation);
  if (!expectation.isStatus(status)) {
    return { ok: false, error: unexpectedStatus(reply.value, answer, clock.now()) };
  }
  const fault = faultOf(answer, expectation);
  if (fault !== undefined) {
    return fail('invalid_output', `Cannot accept the answer of "${showUrl(url)}": ${fault}`);
  }
  return ok({
    output: outputOf(reply.value, answer),
    ...(isJsonObject(input) && { inputs: input }),
  });
}

function outputOf({ status, headers, url }: EgressReply, answer: Answer): JsonObject {
  return {
    status,
    headers: headersOf(headers),
    body: answer.body,
    ...(answer.isBase64 && { encoding: 'base64' }),
    url,
  };
}

/** Each header once, by its name in lower case; cookies, which cannot be joined, as a list. */
function headersOf(headers: EgressReply['headers']): JsonObject {
  const cookies = headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value);
  const others = headers.filter(([name]) => name !== 'set-cookie' && name !== '__proto__');
  return { ...Object.fromEntries(others), ...(cookies.length > 0 && { 'set-cookie': cookies }) };
}

function unexpectedStatus(reply: EgressReply, answer: Answer, now: number): TaskFailure {
  const { status, url } = reply;
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  const details: JsonValue = {
    status,
    ...(!answer.isBase64 && answer.body !== null && { body: text.slice(0, MAX_SHOWN) }),
  };
  const waitMs = retryAfterMs(headerOf(reply, 'retry-after'), now);
  const isPatient = waitMs === undefined || waitMs <= MAX_PATIENCE_MS;
  return {
    ...failure(
      'http_status',
      `Cannot use the answer of "${showUrl(url)}": its status is ${status}`,
    ),
    details,
    retryable: isTemporary(status) && isPatient,
    ...(waitMs !== undefined && isPatient && { retryAfterMs: waitMs }),
  };
}

/** Of 5xx, those that another attempt does not mend: not implemented, HTTP version, loop. */
const LASTING = new Set([501, 505, 508]);

/** Whether the same request may be answered otherwise later. */
function isTemporary(status: number): boolean {
  if (status >= 500) return !LASTING.has(status);
  return status === 408 || status === 425 || status === 429;
}

function faultOf(answer: Answer, expectation: Expectation): string | undefined {
  const { contentTypes, isJson, schema } = expectation;
  if (contentTypes !== undefined && !contentTypes.some((type) => matches(type, answer.type))) {
    const shown = answer.type === '' ? 'none' : `"${answer.type.slice(0, 80)}"`;
    return `its content type is ${shown}`;
  }
  if (isJson && !answer.isJson) return 'it is not JSON';
  if (schema === undefined) return undefined;
  const [fault] = schemaFaults(schema, answer.body);
  return fault && `at "${fault.pointer}": ${fault.detail}`;
}

function matches(wanted: string, type: string): boolean {
  return wanted.endsWith('/*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}
