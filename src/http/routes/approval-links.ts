/** Links to an approval: made for one person each, listed without their tokens, taken back. */
import { Hono } from 'hono';
import * as z from 'zod';
import { ComposerError } from '../../core/errors.ts';
import { makeLinkToken } from '../../runtime/links.ts';
import { readApprovalId } from '../approval-id.ts';
import { MAX_RUN_BYTES, readJson } from '../body.ts';
import { expiry } from '../expiry.ts';
import { checkBody, checkQuery } from '../input.ts';
import { publicUrl } from '../public-url.ts';
import { unwrap } from '../problem.ts';
import type { ApprovalLink } from '../../runtime/ports/approval-links.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv, Settings } from '../env.ts';

const noQuery = z.strictObject({});
const name = z.string().trim().min(1).max(256);

const linkBody = z.strictObject({
  /** Who decides by the link, as the decision will say. */
  person: name,
  groups: z.array(name).max(32).default([]),
  expires_in: expiry('7d', 90),
});

export function approvalLinkRoutes({ ports }: Services, settings: Settings): Hono<ApiEnv> {
  const { clock, digests, ids, links } = ports;
  const app = new Hono<ApiEnv>();

  app.post('/:id/links', async (c) => {
    checkQuery(c, noQuery);
    const tenant = c.get('tenant');
    const place = readApprovalId(c.req.param('id'));
    const { value } = await readJson(c, MAX_RUN_BYTES);
    const { person, groups, expires_in } = checkBody(linkBody, value);
    refuseOthers(groups, c.get('groups'));
    const token = unwrap(await makeLinkToken(ports, tenant, place.run));
    const made = unwrap(
      await links.create(tenant, place, {
        id: ids.next('lnk'),
        person,
        groups,
        expiresAt: clock.now() + expires_in,
        digest: await digests.sha256(token),
      }),
    );
    return c.json({ ...view(made), url: `${publicUrl(c, settings)}/a/${token}` }, 201);
  });

  app.get('/:id/links', async (c) => {
    checkQuery(c, noQuery);
    const found = await links.list(c.get('tenant'), readApprovalId(c.req.param('id')));
    return c.json({ data: found.map(view) });
  });

  app.delete('/:id/links/:link', async (c) => {
    checkQuery(c, noQuery);
    const place = readApprovalId(c.req.param('id'));
    if (await links.revoke(c.get('tenant'), place, c.req.param('link'))) return c.body(null, 204);
    throw new ComposerError('not_found', 'Cannot find the link: it was never made, or taken back');
  });

  return app;
}

/** Who speaks for some groups cannot make a link for others. */
function refuseOthers(groups: readonly string[], own: readonly string[] | undefined): void {
  const foreign = own === undefined ? undefined : groups.find((group) => !own.includes(group));
  if (foreign === undefined) return;
  throw new ComposerError(
    'forbidden',
    `Cannot make the link: the key does not speak for group "${foreign}"`,
  );
}

function view({ id, person, groups, createdAt, expiresAt }: ApprovalLink) {
  return { id, person, groups, created_at: iso(createdAt), expires_at: iso(expiresAt) };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
