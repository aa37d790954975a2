/** The way out of workerd: a Worker of its own, whose network knows public addresses alone. */
import { getCACertificates } from 'node:tls';
import { METADATA_ADDRESSES } from '../../src/runtime/egress/addresses.ts';
import { networkRules } from '../../src/runtime/egress/network-rules.ts';

export const NETWORK_WORKER = 'network';
export const MODEL_NETWORK = 'model-network';

const SCRIPT = 'export default { fetch(request, env) { return env.NETWORK.fetch(request); } };';

/**
 * All that the API's Worker sends passes through it, so that nothing has to remember to ask. Checks
 * what a name resolves to, which no Worker can see.
 */
export function networkWorker(allowAddresses: readonly string[]) {
  return worker(NETWORK_WORKER, networkRules(allowAddresses));
}

/** To the servers of models, which the operator names: they may be on this machine. No recipe can get here. */
export function modelNetworkWorker() {
  return worker(MODEL_NETWORK, {
    allow: ['public', 'private', 'local'],
    deny: METADATA_ADDRESSES.map((address) => `${address}/${address.includes(':') ? 128 : 32}`),
  });
}

function worker(name: string, rules: { readonly allow: string[]; readonly deny?: string[] }) {
  const trusted = getCACertificates('extra');
  return {
    name,
    modules: true,
    script: SCRIPT,
    compatibilityDate: '2026-08-01',
    serviceBindings: {
      NETWORK: {
        network: {
          ...rules,
          tlsOptions: { trustBrowserCas: true, trustedCertificates: trusted },
        },
      },
    },
  };
}
