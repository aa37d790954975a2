/**
 * The token of a link to an approval: `TENANT.RUN.SECRET.SIGNATURE`. It names its tenant and run, because
 * no store knows all links of all tenants, and is signed, so that one that nobody made is refused before
 * anything is asked. What is kept is the digest of the whole.
 */
import { fail, ok } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { randomToken } from './random-token.ts';
import type { Ports, Tenant } from './ports.ts';
import type { LinkToken } from './ports/approval-links.ts';

const TOKEN = /^([a-z0-9-]{1,63})\.([0-9A-Za-z_-]{1,64})\.[\w-]{43}\.([\w-]{8,32})$/;
/** Enough for 256 bits. */
const SECRET_BYTES = 32;

export async function makeLinkToken(
  { ids, vault }: Pick<Ports, 'ids' | 'vault'>,
  tenant: Tenant,
  run: string,
): Promise<Result<string>> {
  if (!vault.isReady)
    return fail('not_set_up', 'Cannot sign a link: the server has no SECRETS_KEY');
  const secret = randomToken(SECRET_BYTES, ids.random);
  const token = `${tenant}.${run.replace(/^run_/, '')}.${secret}`;
  return ok(`${token}.${await vault.sign(labelOf(token))}`);
}

/** Undefined for what is no token of ours. */
export async function readLinkToken(
  { digests, vault }: Pick<Ports, 'digests' | 'vault'>,
  token: string,
): Promise<{ readonly tenant: Tenant; readonly place: LinkToken } | undefined> {
  const [, tenant, run, signature = ''] = TOKEN.exec(token) ?? [];
  if (tenant === undefined || run === undefined) return undefined;
  const signed = token.slice(0, -signature.length - 1);
  if (!vault.isReady || !(await vault.isSigned(labelOf(signed), signature))) return undefined;
  return { tenant, place: { run: `run_${run}`, digest: await digests.sha256(token) } };
}

function labelOf(token: string): string {
  return `approval-link:${token}`;
}
