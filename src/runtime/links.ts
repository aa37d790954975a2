/**
 * The token of a link to an approval: `TENANT.RUN.SECRET`. It names its tenant and run, because no
 * store knows all links of all tenants. What is kept is the digest of the whole.
 */
import { randomToken } from './random-token.ts';
import type { Digests, Ids, Tenant } from './ports.ts';
import type { LinkToken } from './ports/approval-links.ts';

const TOKEN = /^([a-z0-9-]{1,63})\.([0-9A-Za-z_-]{1,64})\.[\w-]{43}$/;
/** Enough for 256 bits. */
const SECRET_BYTES = 32;

export function makeLinkToken(tenant: Tenant, run: string, { random }: Ids): string {
  return `${tenant}.${run.replace(/^run_/, '')}.${randomToken(SECRET_BYTES, random)}`;
}

/** Undefined for what is no token of ours. */
export async function readLinkToken(
  token: string,
  digests: Digests,
): Promise<{ readonly tenant: Tenant; readonly place: LinkToken } | undefined> {
  const [, tenant, run] = TOKEN.exec(token) ?? [];
  if (tenant === undefined || run === undefined) return undefined;
  return { tenant, place: { run: `run_${run}`, digest: await digests.sha256(token) } };
}
