/** `/a/TOKEN`: the page where a person decides. Reading it changes nothing; only a POST acts. */
import { Hono } from 'hono';
import type { Failure } from '../../core/errors.ts';
import { readLinkToken } from '../../runtime/links.ts';
import { randomToken } from '../../runtime/random-token.ts';
import { decodeUtf8, readBody } from '../body.ts';
import { formFaults } from '../form-faults.ts';
import { approvalPage, refusalPage } from '../pages/approval-page.ts';
import type { PageState } from '../pages/approval-page.ts';
import { fieldsOf, readFields } from '../pages/approval-fields.ts';
import type { Typed } from '../pages/approval-fields.ts';
import { MAX_COMMENTS } from '../pages/approval-form.ts';
import { layout, pagePolicy } from '../pages/layout.ts';
import type { Html } from '../pages/layout.ts';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApprovalView } from '../../core/run/view.ts';
import type { LinkToken, OpenedLink } from '../../runtime/ports/approval-links.ts';
import type { Ports, Tenant } from '../../runtime/ports.ts';
import type { Services } from '../../runtime/services.ts';
import type { ApiEnv } from '../env.ts';

const MAX_FORM_BYTES = 256 * 1024;
const NONCE_BYTES = 16;
const FORM = 'application/x-www-form-urlencoded';

interface Followed {
  readonly tenant: Tenant;
  readonly token: LinkToken;
  readonly opened: OpenedLink;
}

export function approvalPageRoutes({ ports }: Services): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();

  app.get('/:token', async (c) => {
    const followed = await follow(c, ports);
    return followed instanceof Response ? followed : show(c, ports, followed.opened);
  });

  app.post('/:token', async (c) => {
    const followed = await follow(c, ports);
    if (followed instanceof Response) return followed;
    const { bytes } = await readBody(c, { types: [FORM], maxBytes: MAX_FORM_BYTES });
    const typed = readTyped(decodeUtf8(bytes));
    const { tenant, token, opened } = followed;
    const verdict = verdictOf(opened.approval, typed);
    const decided =
      opened.approval.status === 'pending' && verdict !== undefined
        ? await ports.links.decide(tenant, token, verdict)
        : undefined;
    if (decided !== undefined && !decided.ok) {
      return refuse(c, ports, opened, { failed: decided.error, typed });
    }
    // Whoever loads the page again after it asks, and does not decide once more.
    return c.redirect(new URL(c.req.url).pathname, 303);
  });

  return app;
}

async function follow(c: Context<ApiEnv, '/:token'>, ports: Ports): Promise<Followed | Response> {
  const found = await readLinkToken(ports, c.req.param('token'));
  if (found === undefined) return send(c, ports, refusalPage(false), 404);
  const opened = await ports.links.open(found.tenant, found.place);
  if (opened.ok) return { tenant: found.tenant, token: found.place, opened: opened.value };
  const isExpired = opened.error.code === 'link_expired';
  return send(c, ports, refusalPage(isExpired), isExpired ? 410 : 404);
}

function show(
  c: Context<ApiEnv>,
  ports: Ports,
  opened: OpenedLink,
  state: Omit<PageState, 'now'> = {},
): Response | Promise<Response> {
  const status = opened.approval.status === 'closed' ? 410 : state.faults === undefined ? 200 : 422;
  return send(c, ports, approvalPage(opened, { ...state, now: ports.clock.now() }), status);
}

function refuse(
  c: Context<ApiEnv>,
  ports: Ports,
  opened: OpenedLink,
  { failed, typed }: { failed: Failure; typed: Typed },
): Response | Promise<Response> {
  const faults = formFaults(failed);
  const shown = faults.length > 0 ? faults : [{ pointer: '', detail: failed.message }];
  return show(c, ports, opened, { typed, faults: shown });
}

async function send(
  c: Context<ApiEnv>,
  { ids }: Ports,
  page: { title: string; body: Html },
  status: ContentfulStatusCode,
): Promise<Response> {
  const nonce = randomToken(NONCE_BYTES, ids.random);
  c.header('Content-Security-Policy', pagePolicy(nonce));
  return c.html(await layout({ ...page, nonce }), status);
}

function readTyped(body: string): Typed {
  const pairs = new URLSearchParams(body);
  return new Map([...new Set(pairs.keys())].map((name) => [name, pairs.getAll(name)]));
}

/** Undefined when neither button was pressed, as by a form that is not ours. */
function verdictOf(approval: ApprovalView, typed: Typed) {
  const decision = typed.get('decision')?.[0];
  if (decision !== 'approve' && decision !== 'reject') return undefined;
  const comments = (typed.get('comments')?.[0] ?? '').replaceAll('\r\n', '\n').trim();
  const schema = approval.status === 'pending' ? approval.form : undefined;
  const form = readFields(fieldsOf(schema), typed);
  const isApproved = decision === 'approve';
  return {
    approved: isApproved,
    ...(comments !== '' && { comments: comments.slice(0, MAX_COMMENTS) }),
    ...(isApproved && Object.keys(form).length > 0 && { form }),
  };
}
