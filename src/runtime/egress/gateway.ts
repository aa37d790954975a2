/** The gateway of plugins over the Egress port: the grant on top of the server's own policy, and a rate. */
import { fail, ok } from '../../core/errors.ts';
import type { Result } from '../../core/errors.ts';
import type { Ports } from '../ports.ts';
import type { Gateway, NetworkRight } from '../ports/gateway.ts';
import { readSettings } from '../settings/sections.ts';
import { parseHostGrant } from './hosts.ts';
import { showUrl } from './check-url.ts';

/** Of an answer's body, decoded; it has to fit into the host's memory of a call, with room for others. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 30_000;
const MINUTE_MS = 60_000;

export function createGateway(
  ports: Pick<Ports, 'clock' | 'egress' | 'limiter' | 'settings'>,
): Gateway {
  const { clock, egress } = ports;
  return async (right, request, signal) => {
    const { tenant, hosts, secrets } = right;
    const passes = await passesRate(ports, right, request.url);
    if (!passes.ok) return passes;
    const deadline = clock.deadline(TIMEOUT_MS);
    const granted = hosts.flatMap((host) => parseHostGrant(host) ?? []);
    try {
      const reply = await egress.fetch(
        {
          ...request,
          maxBytes: MAX_ANSWER_BYTES,
          policy: { ...egress.policy, granted },
          secrets: { tenant, names: secrets },
        },
        AbortSignal.any([signal, deadline.signal]),
      );
      if (!reply.ok && reply.error.code === 'timeout') {
        return fail('http_timeout', reply.error.message);
      }
      if (!reply.ok) return reply;
      const { status, headers, body } = reply.value;
      return ok({ status, headers, body });
    } finally {
      deadline.clear();
    }
  };
}

/** Counted by host, so that a plugin which floods one does not keep the tenant's others from theirs. */
async function passesRate(
  ports: Pick<Ports, 'limiter' | 'settings'>,
  { tenant, plugin }: NetworkRight,
  url: string,
): Promise<Result<void>> {
  if (!URL.canParse(url)) return ok(undefined);
  const { host } = new URL(url);
  const { max_requests_per_minute: limit } = await readSettings(ports, tenant, 'plugins');
  const policy = {
    name: 'plugin_http',
    limit,
    windowMs: MINUTE_MS,
    onStoreError: 'local',
  } as const;
  const [decision] = await ports.limiter.check(tenant, [{ policy, subject: `${plugin} ${host}` }]);
  if (decision?.ok !== false) return ok(undefined);
  const message = `Cannot send more than ${limit} requests a minute to "${showUrl(host)}"`;
  return fail('rate_limited', message);
}
