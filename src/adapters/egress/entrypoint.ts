/**
 * The entrypoint that isolates of plugins have for a network. Its properties, which say whose isolate it
 * is, are set when the isolate is loaded: nothing that comes through it can change them.
 */
import { WorkerEntrypoint } from 'cloudflare:workers';
import { toFailure } from '../../core/errors.ts';
import { decodeRequest, encodeAnswer } from '../../runtime/egress/gateway-wire.ts';
import type { Gateway, NetworkRight } from '../../runtime/ports/gateway.ts';

/** The platform builds the entrypoint, so what it needs is bound here. */
export function makeEgress<E>(makeGateway: (env: E) => Gateway) {
  return class Egress extends WorkerEntrypoint<E, NetworkRight> {
    override async fetch(request: Request): Promise<Response> {
      const asked = decodeRequest(await request.arrayBuffer());
      if (asked === undefined) return new Response(null, { status: 400 });
      const answer = await makeGateway(this.env)(this.ctx.props, asked, request.signal).catch(
        (error: unknown) => ({ ok: false as const, error: toFailure(error) }),
      );
      return new Response(encodeAnswer(answer));
    }
  };
}
