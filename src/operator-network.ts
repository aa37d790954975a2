/** The way out to what the operator names: servers of models, and Redis. */
import type { Bindings } from './env.ts';

/** They may be on this machine, where recipes may not ask; a launcher gives them a way of their own. */
export function operatorNetwork({
  OPERATOR_NETWORK: network,
}: Bindings): (url: string, init: RequestInit) => Promise<Response> {
  return network === undefined
    ? (url, init) => fetch(url, init)
    : (url, init) => network.fetch(url, init);
}
