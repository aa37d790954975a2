/** A sandbox with one plugin of tenant `a`, and short words for what it replies. */
import { createTestBytes, guestBytes, sha256 } from './guest-bytes.ts';
import type { Result } from '../../../src/core/errors.ts';
import type { CallLimits } from '../../../src/core/plugin/asks.ts';
import type { PluginBytes, PluginReply, Sandbox } from '../../../src/runtime/ports.ts';

export type Subject = Sandbox & { readonly loads: number };

interface Call {
  readonly tenant?: string;
  readonly config?: { readonly [key: string]: string };
  readonly signal?: AbortSignal;
  readonly limits?: CallLimits;
  readonly wasi?: boolean;
}

export type MakeSandbox = (bytes: PluginBytes) => Subject;

let scopes = 0;

export async function setUp(make: MakeSandbox, guest = 'kit') {
  const bytes = createTestBytes();
  const wasm = guestBytes(guest);
  const hash = await sha256(wasm);
  // Isolates outlive a sandbox, so no test has the tenants of another.
  scopes += 1;
  const scope = scopes;
  const tenantOf = (name: string): string => `${name}-${scope}`;
  const put = (tenant: string, content: Uint8Array = wasm) =>
    bytes.put(tenantOf(tenant), hash, content);
  await put('a');
  const sandbox = make(bytes);
  const callOn = (on: Sandbox, name: string, input: string | Uint8Array = '', options: Call = {}) =>
    on.call(
      {
        tenant: tenantOf(options.tenant ?? 'a'),
        hash,
        bundled: false,
        export: name,
        input: typeof input === 'string' ? new TextEncoder().encode(input) : input,
        config: options.config ?? {},
        ...(options.limits !== undefined && { limits: options.limits }),
        ...(options.wasi !== undefined && { wasi: options.wasi }),
      },
      options.signal ?? new AbortController().signal,
    );
  const call = (name: string, input?: string | Uint8Array, options?: Call) =>
    callOn(sandbox, name, input, options);
  return { bytes, hash, wasm, sandbox, put, call, callOn };
}

export function textOf(reply: Result<PluginReply>): string {
  if (!reply.ok) return `${reply.error.code}: ${reply.error.message}`;
  return new TextDecoder().decode(reply.value.output);
}

export function byteOf(reply: Result<PluginReply>): number | string | undefined {
  return reply.ok ? reply.value.output[0] : textOf(reply);
}

export function codeOf(reply: Result<PluginReply>): string {
  return reply.ok ? 'ok' : reply.error.code;
}

export function logsOf(reply: Result<PluginReply>): readonly { level: string; text: string }[] {
  return reply.ok ? reply.value.logs : [];
}
