/**
 * The main module of an isolate that holds one tenant's plugin and nothing else: no bindings, no network.
 * scripts/build.mjs bundles it into `isolate.generated.ts`; the loader puts the plugin beside it.
 */
import plugin from './plugin.wasm';
import { callGuest } from './guest-call.ts';
import { decodeCall, encodeReply } from './wire.ts';

const isolate = {
  async fetch(request: Request): Promise<Response> {
    const call = decodeCall(await request.arrayBuffer());
    if (call === undefined) return new Response(null, { status: 400 });
    // Calls wait for the one that runs; whoever gave up meanwhile is spared.
    if (request.signal.aborted) return new Response(null, { status: 499 });
    return new Response(encodeReply(await callGuest(plugin, call)));
  },
};

// oxlint-disable-next-line import/no-default-export -- the platform calls a Worker's default export
export default isolate;
