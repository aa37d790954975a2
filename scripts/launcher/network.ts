/** The way out of workerd: a Worker of its own, whose network knows public addresses alone. */
import { getCACertificates } from 'node:tls';
import { networkRules } from '../../src/runtime/egress/network-rules.ts';

export const NETWORK_WORKER = 'network';

const SCRIPT = 'export default { fetch(request, env) { return env.NETWORK.fetch(request); } };';

/**
 * All that the API's Worker sends passes through it, so that nothing has to remember to ask. Checks
 * what a name resolves to, which no Worker can see.
 */
export function networkWorker(allowAddresses: readonly string[]) {
  const trusted = getCACertificates('extra');
  return {
    name: NETWORK_WORKER,
    modules: true,
    script: SCRIPT,
    compatibilityDate: '2026-08-01',
    serviceBindings: {
      NETWORK: {
        network: {
          ...networkRules(allowAddresses),
          tlsOptions: { trustBrowserCas: true, trustedCertificates: trusted },
        },
      },
    },
  };
}
