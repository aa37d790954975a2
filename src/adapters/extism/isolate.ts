/**
 * The main module of an isolate that holds one tenant's plugin and nothing else: no bindings, and no network
 * but the gateway of its grant, if it has one.
 * scripts/build.mjs bundles it into `isolate.generated.ts`; the loader puts the plugin beside it.
 */
import * as platform from 'cloudflare:workers';
import { WorkerEntrypoint } from 'cloudflare:workers';
import plugin from './plugin.wasm';
import { fail } from '../../core/errors.ts';
import { decodeAnswer, encodeRequest } from '../../runtime/egress/gateway-wire.ts';
import { callInTurn } from './call-in-turn.ts';
import { COLLECT_PATH, RELEASE_PATH } from './limits.ts';
import { decodeCalls, encodeReplies } from './wire.ts';
import type { SendRequest } from './desk.ts';

// oxlint-disable-next-line import/no-default-export -- the platform calls a Worker's default export
export default class Isolate extends WorkerEntrypoint {
  /** For calls that wait for nobody: half the way of a request. Nothing when it is none of ours. */
  async call(frame: ArrayBuffer): Promise<ArrayBuffer | undefined> {
    const calls = decodeCalls(frame);
    return calls && encodeReplies(await callInTurn(plugin, calls)).buffer;
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.url.endsWith(COLLECT_PATH)) {
      collectGarbage();
      return new Response(null, { status: 204 });
    }
    if (request.url.endsWith(RELEASE_PATH)) {
      // Ending the isolate in the middle of a request would be an error of that request.
      this.ctx.waitUntil(scheduler.wait(0).then(endIsolate));
      return new Response(null, { status: 204 });
    }
    const calls = decodeCalls(await request.arrayBuffer());
    if (calls === undefined) return new Response(null, { status: 400 });
    // Requests wait for the one that runs; whoever gave up meanwhile is spared.
    if (request.signal.aborted) return new Response(null, { status: 499 });
    const send = sendOut(request.signal);
    const guests = calls.map(({ network, ...call }) =>
      network === true ? { ...call, send } : call,
    );
    return new Response(encodeReplies(await callInTurn(plugin, guests)));
  }
}

/** Whatever the address, the gateway is who gets it; it knows by itself whose isolate this is. */
function sendOut(signal: AbortSignal): SendRequest {
  return async (asked) => {
    try {
      const init = { method: 'POST', body: encodeRequest(asked), signal };
      const response = await fetch('http://gateway/', init);
      const answer = decodeAnswer(await response.arrayBuffer());
      if (answer !== undefined) return answer;
    } catch {
      if (signal.aborted) return fail('http_timeout', 'Cannot wait longer: the call was given up');
    }
    return fail('http_unreachable', 'Cannot send a request: the gateway does not answer');
  };
}

/** Not every version of the platform has it, and those that drop idle isolates by themselves need it not. */
function endIsolate(): void {
  // SAFETY: the types of the platform's modules do not list it yet.
  const { abortIsolate } = platform as { abortIsolate?: (reason: string) => never };
  abortIsolate?.('idle');
}

/** The engine has it when it was started with `--expose-gc`. */
function collectGarbage(): void {
  // SAFETY: it is no part of the language, so no types list it.
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
}
