/**
 * The main module of an isolate that holds one tenant's plugin and nothing else: no bindings, no network.
 * scripts/build.mjs bundles it into `isolate.generated.ts`; the loader puts the plugin beside it.
 */
import * as platform from 'cloudflare:workers';
import plugin from './plugin.wasm';
import { callInTurn } from './call-in-turn.ts';
import { RELEASE_PATH } from './limits.ts';
import { decodeCalls, encodeReplies } from './wire.ts';

const isolate = {
  async fetch(request: Request, _env: unknown, context: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname === RELEASE_PATH) {
      // Ending the isolate in the middle of a request would be an error of that request.
      context.waitUntil(scheduler.wait(0).then(endIsolate));
      return new Response(null, { status: 204 });
    }
    const calls = decodeCalls(await request.arrayBuffer());
    if (calls === undefined) return new Response(null, { status: 400 });
    // Requests wait for the one that runs; whoever gave up meanwhile is spared.
    if (request.signal.aborted) return new Response(null, { status: 499 });
    return new Response(encodeReplies(await callInTurn(plugin, calls)));
  },
};

/** Not every version of the platform has it, and those that drop idle isolates by themselves need it not. */
function endIsolate(): void {
  // SAFETY: the types of the platform's modules do not list it yet.
  const { abortIsolate } = platform as { abortIsolate?: (reason: string) => never };
  abortIsolate?.('idle');
}

// oxlint-disable-next-line import/no-default-export -- the platform calls a Worker's default export
export default isolate;
