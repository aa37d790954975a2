/** The way out of a plugin on this machine: to the hosts that the person names, by the server's own rules. */
import { createEgress } from '../../src/adapters/egress/egress.ts';
import type { SendRequest } from '../../src/adapters/extism/desk.ts';
import { ok } from '../../src/core/errors.ts';
import { parseRange } from '../../src/runtime/egress/addresses.ts';
import { parseHostGrant } from '../../src/runtime/egress/hosts.ts';
import { PlainError } from '../io.ts';

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** Undefined when no host is named: then the plugin has no network. */
export function networkTo(hosts: readonly string[]): SendRequest | undefined {
  if (hosts.length === 0) return undefined;
  const granted = hosts.map((host) => {
    const grant = parseHostGrant(host);
    if (grant !== undefined) return grant;
    throw new PlainError(
      `"${host}" is no host: write example.com, *.example.com, example.com:8443 or http://127.0.0.1:8080`,
    );
  });
  const egress = createEgress({
    send: (url, init) => fetch(url, init),
    sender: 'composer',
    secrets: { reveal: async () => undefined },
    policy: {
      allowHttp: true,
      denyHosts: [],
      // Who names a host of this machine or its network means it.
      allowHosts: granted,
      allowAddresses: granted.flatMap(({ name }) => parseRange(name) ?? []),
    },
  });
  return async (request) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const policy = { ...egress.policy, granted };
    const reply = await egress.fetch({ ...request, policy, maxBytes: MAX_ANSWER_BYTES }, signal);
    if (!reply.ok) return reply;
    const { status, headers, body } = reply.value;
    return ok({ status, headers, body });
  };
}
