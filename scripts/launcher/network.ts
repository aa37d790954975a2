/** The ways out of workerd: what each of them knows is checked where names are resolved, which no Worker can see. */
import { getCACertificates } from 'node:tls';
import { METADATA_ADDRESSES } from '../../src/runtime/egress/addresses.ts';
import { networkRules } from '../../src/runtime/egress/network-rules.ts';

export const NETWORK_WORKER = 'network';

const SCRIPT = 'export default { fetch(request, env) { return env.NETWORK.fetch(request); } };';

/**
 * All that the API's Worker sends by `fetch` passes through this one, so that nothing has to remember to ask.
 * A Worker, because Miniflare takes nothing else for that.
 */
export function networkWorker(allowAddresses: readonly string[]) {
  return {
    name: NETWORK_WORKER,
    modules: true,
    script: SCRIPT,
    compatibilityDate: '2026-08-01',
    serviceBindings: { NETWORK: network(networkRules(allowAddresses)) },
  };
}

/**
 * To what the operator names: servers of models, and Redis. They may be on this machine; no recipe can get
 * here. A binding of its own has no Workers on the way, of which `fetch` has two.
 */
export function operatorNetwork() {
  return network({
    allow: ['public', 'private', 'local'],
    deny: METADATA_ADDRESSES.map((address) => `${address}/${address.includes(':') ? 128 : 32}`),
  });
}

function network(rules: { readonly allow: string[]; readonly deny?: string[] }) {
  const trustedCertificates = getCACertificates('extra');
  return { network: { ...rules, tlsOptions: { trustBrowserCas: true, trustedCertificates } } };
}
