/** Functions of plugins: from a reference to bytes, and from JSON to a call and back. */
import { failure, fail, ok } from '../core/errors.ts';
import type { Failure, Result } from '../core/errors.ts';
import { schemaFaults } from '../core/json-schema.ts';
import { parseJson } from '../core/json.ts';
import type { JsonValue } from '../core/json.ts';
import { findPinned } from '../core/plugin/find-function.ts';
import type { PinnedFunction } from '../core/recipe/plan.ts';
import { toBase64 } from './base64.ts';
import { findRights } from './call-rights.ts';
import { createListCalls } from './list-calls.ts';
import type { FunctionOutcome } from './list-calls.ts';
import type { PluginReply, Ports, Tenant } from './ports.ts';

export interface Functions {
  /** A pin of the plan, or else what the tenant's catalog says now: for references made at run time. */
  find(
    tenant: Tenant,
    reference: string,
    pins: { readonly [reference: string]: PinnedFunction },
  ): Promise<Result<PinnedFunction>>;
  call(request: FunctionCall, signal: AbortSignal): Promise<Result<FunctionOutcome>>;
}

interface FunctionCall {
  readonly tenant: Tenant;
  readonly target: PinnedFunction;
  readonly input: JsonValue;
  readonly config?: Config;
}

type Config = { readonly [key: string]: string };

export interface FunctionPorts {
  readonly catalog: Pick<Ports['catalog'], 'listPlugins'>;
  readonly sandbox: Pick<Ports['sandbox'], 'call'>;
  readonly clock: Pick<Ports['clock'], 'deadline'>;
  readonly grants: Pick<Ports['grants'], 'find'>;
  readonly settings: Pick<Ports['settings'], 'find'>;
}

export function createFunctions(ports: FunctionPorts): Functions {
  const { catalog } = ports;
  const lists = createListCalls();

  async function callOnce(
    { tenant, target, input, config }: Required<FunctionCall>,
    signal: AbortSignal,
  ): Promise<Result<FunctionOutcome>> {
    const { contentType } = target;
    const bytes = encode(input, contentType);
    if (!bytes.ok) return bytes;
    const given = { tenant, target, input: bytes.value, config };
    const reply = await callSandbox(ports, given, signal);
    if (!reply.ok) return { ok: false, error: named(reply.error, target) };
    const output = decode(reply.value.output, contentType);
    if (!output.ok) return { ok: false, error: named(output.error, target) };
    const { fuel, memoryPages, logs } = reply.value;
    return ok({ output: output.value, memoryPages, logs, ...(fuel !== undefined && { fuel }) });
  }

  return {
    async find(tenant, reference, pins) {
      const pinned = Object.hasOwn(pins, reference) ? pins[reference] : undefined;
      if (pinned !== undefined) return ok(pinned);
      return findPinned(await catalog.listPlugins(tenant), reference);
    },
    async call({ tenant, target, input, config = {} }, signal) {
      if (target.fold !== undefined) {
        return fail(
          'no_such_function',
          `Cannot call "${target.plugin}.${target.function}" at once: it is a fold, for a node of type reduce`,
        );
      }
      const one = { tenant, target, input, config };
      if (target.batch !== true) return held(target, await callOnce(one, signal));
      const key = JSON.stringify([tenant, target.hash, target.export, config]);
      const call = (inputs: readonly JsonValue[], until: AbortSignal) =>
        callOnce({ ...one, input: [...inputs] }, until);
      return held(target, await lists.call(key, input, { call, signal }));
    },
  };
}

/** The manifest's own settings give way to those of the call. */
async function callSandbox(
  ports: FunctionPorts,
  given: { tenant: Tenant; target: PinnedFunction; input: Uint8Array; config: Config },
  signal: AbortSignal,
): Promise<Result<PluginReply>> {
  const { tenant, target, input, config } = given;
  const { hash, bundled } = target;
  const rights = await findRights(ports, tenant, target);
  const call = {
    tenant,
    hash,
    bundled,
    export: target.export,
    input,
    ...rights,
    config: { ...rights.config, ...config },
  };
  const timeoutMs = rights.limits?.timeout_ms;
  if (timeoutMs === undefined) return ports.sandbox.call(call, signal);
  const deadline = ports.clock.deadline(timeoutMs);
  const reply = await ports.sandbox.call(call, AbortSignal.any([signal, deadline.signal]));
  deadline.clear();
  return reply;
}

/** An output that is not what its function declares is a failure. */
function held(target: PinnedFunction, outcome: Result<FunctionOutcome>): Result<FunctionOutcome> {
  const fault = outcome.ok ? outputFault(target, outcome.value.output) : undefined;
  return fault === undefined ? outcome : { ok: false, error: named(fault, target) };
}

/** The tests of bundled plugins hold them to their schemas; nobody else's word is taken. */
function outputFault(
  { bundled, output: schema, contentType }: PinnedFunction,
  output: JsonValue,
): Failure | undefined {
  if (bundled || schema === undefined || contentType === 'bytes') return undefined;
  const [first] = schemaFaults(schema, output);
  if (first === undefined) return undefined;
  const { pointer, detail } = first;
  const place = pointer === '' ? '' : ` at ${pointer}`;
  return failure('bad_output', `the output is not what the function declares${place}: ${detail}`);
}

function named(error: Failure, target: PinnedFunction): Failure {
  const name = `${target.plugin}.${target.function}`;
  return { ...error, message: `Cannot call "${name}": ${error.message}` };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function encode(input: JsonValue, type: PinnedFunction['contentType']): Result<Uint8Array> {
  if (type === 'json' || (type === 'auto' && typeof input !== 'string')) {
    return ok(encoder.encode(JSON.stringify(input)));
  }
  if (typeof input !== 'string') {
    return fail('inputs_invalid', `Cannot call a function for ${type}: its input is not a string`);
  }
  return type === 'bytes' ? fromBase64(input) : ok(encoder.encode(input));
}

function decode(bytes: Uint8Array, type: PinnedFunction['contentType']): Result<JsonValue> {
  if (type === 'bytes') return ok(toBase64(bytes));
  const text = decodeText(bytes);
  if (text === undefined) return fail('bad_output', 'the output is not UTF-8 text');
  if (type === 'text') return ok(text);
  // A function that sets no output has none to give.
  if (bytes.length === 0) return ok(type === 'auto' ? '' : null);
  const parsed = parseJson(text);
  if (parsed !== undefined) return ok(parsed.value);
  if (type === 'auto') return ok(text);
  return { ok: false, error: failure('bad_output', 'the output is not JSON, or nests too deep') };
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function fromBase64(text: string): Result<Uint8Array> {
  try {
    return ok(Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0)));
  } catch {
    return fail('inputs_invalid', 'Cannot call a function for bytes: its input is not base64');
  }
}
