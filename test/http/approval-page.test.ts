/** The page behind a link, apart from what becomes of the decision. */
import { describe, expect, it } from 'vitest';
import { ok } from '../../src/core/errors.ts';
import type { ApprovalView } from '../../src/core/run/view.ts';
import type { ApprovalLinks } from '../../src/runtime/ports/approval-links.ts';
import { createVault } from '../../src/adapters/system/vault.ts';
import { LOOPBACK, makeApi } from '../support/http/api.ts';
import { createLinksTwin } from '../support/http/links-twin.ts';

const SECRET = 'S'.repeat(43);
const NAMED = `default.01K7.${SECRET}`;
/** As the test server signs. */
const vault = createVault([{ id: 'test', bytes: new Uint8Array(32) }]);
const PATH = `/a/${NAMED}.${await vault.sign(`approval-link:${NAMED}`)}`;
const link = { id: 'lnk_1', person: 'ina', groups: [], createdAt: 0, expiresAt: 1 };
const pending: ApprovalView = {
  run_id: 'run_01K7',
  key: 'ask',
  status: 'pending',
  created_at: '1970-01-01T00:00:00.000Z',
  approvals_required: 1,
  approvals: 0,
  approved_by: [],
  groups: [],
};

function linksTo(approval: Partial<ApprovalView>, more: Partial<ApprovalLinks> = {}) {
  return createLinksTwin({
    // SAFETY: tests put together what they need of a view.
    open: async () => ok({ link, approval: { ...pending, ...approval } as ApprovalView }),
    ...more,
  });
}

async function pageOf(approval: Partial<ApprovalView>): Promise<string> {
  const { request } = makeApi(LOOPBACK, { links: linksTo(approval) });
  return (await request(PATH)).text();
}

describe('a token that nobody has made', () => {
  it.each([
    ['has no signature', NAMED],
    ['has the signature of another', `${PATH.slice(3).replace('01K7', '01K8')}`],
    ['has a signature of its own', `${NAMED}.AAAAAAAAAAAA`],
    ['has another secret', PATH.slice(3).replace('SSS', 'TTT')],
    ['is another tenant’s', PATH.slice(3).replace('default', 'other')],
  ])('asks nobody, and is not found: it %s', async (_what, token) => {
    let asked = 0;
    const count = async () => {
      asked += 1;
      return ok({ link, approval: pending });
    };
    const { request } = makeApi(LOOPBACK, { links: linksTo({}, { open: count }) });
    expect((await request(`/a/${token}`)).status).toBe(404);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const posted = await request(`/a/${token}`, {
      method: 'POST',
      body: 'decision=approve',
      headers,
    });
    expect(posted.status).toBe(404);
    expect(asked).toBe(0);
    expect((await request(PATH)).status).toBe(200);
    expect(asked).toBe(1);
  });
});

describe('who may look at it', () => {
  it('is whoever has the link, with a key set up or not', async () => {
    const settings = { ...LOOPBACK, adminKeySha256: '0'.repeat(64) };
    const { request } = makeApi(settings, { links: linksTo({}) });
    expect((await request(PATH)).status).toBe(200);
    expect((await request('/v1/approvals')).status).toBe(401);
    expect((await request('/a/../v1/approvals')).status).toBe(401);
  });

  it('is nobody on a server that is not set up, or by a foreign Host', async () => {
    const bare = makeApi({ version: '1.2.3' }, { links: linksTo({}) });
    expect((await bare.request(PATH)).status).toBe(503);
    const { request } = makeApi(LOOPBACK, { links: linksTo({}) });
    const foreign = await request(PATH, { headers: { host: 'example.com' } });
    expect(foreign.status).toBe(403);
  });

  it('may send the form as a browser does that tells nobody where it was', async () => {
    const { request } = makeApi(LOOPBACK, { links: linksTo({}) });
    const headers = { origin: 'null', 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await request(PATH, { method: 'POST', body: 'decision=', headers });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(PATH);
  });
});

describe('its token', () => {
  it.each([
    ['GET', PATH],
    ['GET', '/a/nonsense'],
    ['PUT', PATH],
    ['GET', `${PATH}/more`],
    ['POST', PATH],
  ])('is in no log and no problem: %s %s', async (method, path) => {
    const { request, logs } = makeApi(LOOPBACK, { links: linksTo({}) });
    const answer = await request(path, { method });
    const said = (await answer.text()) + JSON.stringify(logs);
    expect(said).not.toContain('SSSS');
    expect(said).not.toContain('nonsense');
  });
});

describe('what it shows', () => {
  it('is text, whatever is in it', async () => {
    const attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>&amp;';
    const page = await pageOf({
      title: attack,
      instructions: attack,
      input: { [attack]: [attack, { deep: attack }] },
      form: {
        properties: {
          [attack]: { type: 'string', title: attack, description: attack, default: attack },
          pick: { enum: [attack] },
          long: { type: 'string', maxLength: 999, default: `</textarea>${attack}` },
        },
      },
    });
    expect(page).not.toMatch(/<script|<img|<\/textarea>"/);
    expect(page).toContain('&lt;script&gt;');
  });

  it.each([
    ['nothing', null],
    ['a text', 'plain'],
    ['a deep value', JSON.parse('[['.repeat(50) + ']]'.repeat(50))],
    ['a long list', Array.from({ length: 5000 }, (_, at) => at)],
  ])('can be %s', async (_name, input) => {
    expect(await pageOf({ input })).toContain('Approve</button>');
  });

  it.each([true, 'text', { type: 'array' }, { properties: { a: true, b: { $ref: '#' } } }])(
    'has a form for any schema: %j',
    async (form) => {
      expect(await pageOf({ form })).toContain('Approve</button>');
    },
  );

  it('is the deadline, and how long that is', async () => {
    const page = await pageOf({ due_at: '1970-01-03T12:30:00.000Z' });
    expect(page.replaceAll(/\s+/g, ' ')).toMatch(/3 January 1970 at 12:30 UTC.*\(in 2 days\)/);
  });

  it.each([
    ['cancelled', 'was cancelled'],
    ['timeout', 'Nobody decided in time'],
    ['toString', 'has ended'],
  ])('is why nobody is asked any more: %s', async (reason, text) => {
    const { request } = makeApi(LOOPBACK, {
      links: linksTo({ status: 'closed', reason } as never),
    });
    const answer = await request(PATH);
    expect(answer.status).toBe(410);
    expect(await answer.text()).toContain(text);
  });
});
