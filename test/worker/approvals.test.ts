/** People decide: by links, in groups, at once, twice, too late; in workerd. */
import { env } from 'cloudflare:workers';
import { abortAllDurableObjects, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post } from '../support/api-client.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';
import {
  approvalsOf,
  ask,
  ended,
  linkFor,
  pathOf,
  press,
  question,
  start,
} from '../support/approvals.ts';
import type { Approval, Link } from '../support/approvals.ts';

// SAFETY: wrangler.toml binds it.
const { WORKFLOW_QUEUE } = env as unknown as { WORKFLOW_QUEUE: DurableObjectNamespace };
const partition = () => WORKFLOW_QUEUE.get(WORKFLOW_QUEUE.idFromName('default:0')) as never;

const statusOf = async (id: string) =>
  (await bodyOf<RunBody>(await call(`/v1/runs/${id}`), 200)).status;

describe('a link', () => {
  it('shows the question, takes the answer, and then shows who decided what', async () => {
    const { run, approval } = await ask(
      question({ instructions: 'Look <twice>.', input: { price: 12 }, timeout: '3d' }),
    );
    const link = await linkFor(approval, 'ina@example.com');
    const page = await call(pathOf(link));
    const text = await page.text();
    expect(page.status).toBe(200);
    for (const shown of ['Ship it?', 'Look &lt;twice&gt;.', 'price', 'UTC', 'ina@example.com']) {
      expect(text).toContain(shown);
    }
    const after = await press(pathOf(link), 'approve', { comments: 'well done' });
    expect(after).toMatchObject({ status: 200 });
    expect(after.text).toMatch(/Approved[^]*ina@example.com[^]*well done/);
    expect((await ended(run.id)).result).toMatchObject({
      ask: { approved: true, decided_by: 'ina@example.com', comments: 'well done' },
      ship: { shipped: true },
    });
  });

  it('is safe to look at: it acts on POST only, with a policy that allows no script', async () => {
    const { run, approval } = await ask(question());
    const path = pathOf(await linkFor(approval, 'ina'));
    for (const method of ['GET', 'HEAD']) {
      const answer = await call(path, { method });
      expect(answer.status).toBe(200);
      await answer.text();
    }
    expect(await statusOf(run.id)).toBe('waiting');
    const { headers } = await call(path);
    expect(headers.get('Referrer-Policy')).toBe('no-referrer');
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(headers.get('Content-Security-Policy')).toMatch(
      /^default-src 'none'; style-src 'nonce-[\w-]{22}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    const put = await bodyOf<ProblemBody & { instance: string }>(
      await call(path, { method: 'PUT' }),
      405,
    );
    expect(JSON.stringify(put)).not.toContain(path.slice(3));
    expect(put.instance).toBe('/a/…');
  });

  it('is kept as a digest: no table has the token', async () => {
    const { approval } = await ask(question());
    const link = await linkFor(approval, 'ina');
    const secret = link.url.split('.').at(-2)!;
    expect(secret).toMatch(/^[\w-]{43}$/);
    const rows = await runInDurableObject(partition(), (_object, { storage }) =>
      storage.sql.exec('SELECT * FROM approval_links').toArray(),
    );
    expect(rows.some(({ id }) => id === link.id)).toBe(true);
    expect(JSON.stringify(rows)).not.toContain(secret);
    const listed = await call(`/v1/approvals/${approval.id}/links`);
    expect(await listed.text()).not.toContain(secret);
  });

  it('used twice gets the first decision back', async () => {
    const { run, approval } = await ask(question());
    const path = pathOf(await linkFor(approval, 'ina'));
    await press(path, 'reject', { comments: 'no' });
    const again = await press(path, 'approve');
    expect(again.text).toMatch(/Rejected[^]*ina/);
    expect((await ended(run.id)).result).toMatchObject({ ask: { approved: false } });
  });

  it('of two people who decide at once: one decides, both see it', async () => {
    const { run, approval } = await ask(question());
    const [one, other] = [await linkFor(approval, 'ina'), await linkFor(approval, 'otto')];
    const shown = await Promise.all([
      press(pathOf(one), 'approve'),
      press(pathOf(other), 'reject'),
    ]);
    const { ask: decision } = (await ended(run.id)).result as {
      ask: { approved: boolean; decided_by: string };
    };
    expect(decision.decided_by).toBe(decision.approved ? 'ina' : 'otto');
    for (const { status, text } of shown) {
      expect(status).toBe(200);
      expect(text).toContain(`by <strong>${decision.decided_by}</strong>`);
    }
  });

  it('is made for one approval and one tenant: any other leads nowhere', async () => {
    const { run, approval } = await ask(question());
    const link = await linkFor(approval, 'ina');
    const [, , secret] = link.url.split('/a/')[1]!.split('.');
    const other = await start(question());
    const own = run.id.replace('run_', '');
    for (const path of [
      `/a/another.${own}.${secret}`,
      `/a/default.${other.id.replace('run_', '')}.${secret}`,
      `/a/default.${own}.${'A'.repeat(43)}`,
      `/a/default.${own}`,
      '/a/nonsense',
    ]) {
      expect([path, (await press(path, 'approve')).status]).toEqual([path, 404]);
      const page = await call(path);
      expect(await page.text()).toContain('leads nowhere');
    }
    expect(await statusOf(run.id)).toBe('waiting');
  });

  it('expires, and says so', async () => {
    const { approval } = await ask(question());
    const link = await linkFor(approval, 'ina');
    await runInDurableObject(partition(), (_object, { storage }) => {
      storage.sql.exec('UPDATE approval_links SET expires_at = 1 WHERE id = ?', link.id);
    });
    const page = await press(pathOf(link), 'approve');
    expect(page).toMatchObject({ status: 410, text: expect.stringContaining('has expired') });
    for (const expires_in of ['91d', '1s', 'soon', 0]) {
      const body = { person: 'ina', expires_in };
      const refused = await post(`/v1/approvals/${approval.id}/links`, body);
      expect((await bodyOf<ProblemBody>(refused, 400)).code).toBe('bad_request');
    }
  });

  it('can be listed and taken back', async () => {
    const { approval } = await ask(question());
    const link = await linkFor(approval, 'ina', { groups: ['a'], expires_in: '2d' });
    const path = `/v1/approvals/${approval.id}/links`;
    const { data } = await bodyOf<{ data: Link[] }>(await call(path), 200);
    const { url: _url, ...listed } = link;
    expect(data).toEqual([listed]);
    expect((await call(`${path}/${link.id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await call(`${path}/${link.id}`, { method: 'DELETE' })).status).toBe(404);
    expect((await call(pathOf(link))).status).toBe(404);
  });

  it('of a run that was cancelled says so, which is not the same as leading nowhere', async () => {
    const { run, approval } = await ask(question());
    const link = await linkFor(approval, 'ina');
    await call(`/v1/runs/${run.id}/cancel`, { method: 'POST' });
    const page = await press(pathOf(link), 'approve');
    expect(page.status).toBe(410);
    expect(page.text).toContain('was cancelled');
    for (const answer of [
      await call(`/v1/approvals/${approval.id}`),
      await post(`/v1/approvals/${approval.id}`, { approved: true }),
      await post(`/v1/approvals/${approval.id}/links`, { person: 'otto' }),
    ]) {
      expect((await bodyOf<ProblemBody>(answer, 410)).code).toBe('approval_gone');
    }
  });

  it('of an item of a cancelled run says so too', async () => {
    const run = await start({
      name: 'asks',
      nodes: [{ id: 'asks', type: 'map', over: ['a', 'b'], task: { type: 'hitl' } }],
    });
    const [approval] = await approvalsOf(run.id);
    const link = await linkFor(approval!, 'ina');
    await call(`/v1/runs/${run.id}/cancel`, { method: 'POST' });
    expect((await call(pathOf(link))).status).toBe(410);
    expect(await approvalsOf(run.id)).toEqual([]);
  });
});

describe('a form', () => {
  const form = {
    type: 'object',
    required: ['grade', 'tone'],
    properties: {
      grade: { type: 'integer', minimum: 1, maximum: 6, title: 'Your grade' },
      tone: { enum: ['kind', 'strict'] },
      note: { type: 'string', maxLength: 400, description: 'For the author.' },
      again: { type: 'boolean' },
    },
  };

  it('has an element for each field, and refuses what the schema does', async () => {
    const { run, approval } = await ask(question({ form }));
    const path = pathOf(await linkFor(approval, 'ina'));
    const page = await (await call(path)).text();
    expect(page).toMatch(/<label for="field-0">\s*Your grade\s*<\/label>/);
    expect(page).toMatch(/type="number"[^>]*id="field-0"[^>]*min="1"[^>]*max="6"/);
    expect(page).toContain('For the author.');
    const wrong = await press(path, 'approve', { 'field-0': '9', 'field-2': 'kept text' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('Nothing was decided');
    expect(wrong.text).toContain('kept text');
    expect(wrong.text).toMatch(/id="field-0"[^>]*aria-invalid="true"/);
    expect(await statusOf(run.id)).toBe('waiting');
    const fields = { 'field-0': '2', 'field-1': '1', 'field-3': 'on' };
    await press(path, 'approve', fields);
    expect((await ended(run.id)).result).toMatchObject({
      ask: { approved: true, grade: 2, tone: 'strict', again: true },
    });
  });

  it('is not asked of who rejects', async () => {
    const { run, approval } = await ask(question({ form }));
    await press(pathOf(await linkFor(approval, 'ina')), 'reject');
    expect((await ended(run.id)).result).toMatchObject({ ask: { approved: false } });
  });

  it('that is wrong over the API says where', async () => {
    const { approval } = await ask(question({ required_fields: ['reason'] }));
    const refused = await post(`/v1/approvals/${approval.id}`, {
      approved: true,
      form: { reason: 3 },
    });
    const { code, errors } = await bodyOf<ProblemBody>(refused, 422);
    expect([code, errors?.[0]?.pointer]).toEqual(['form_invalid', '/form/reason']);
  });

  it.each(['text/plain', 'application/json', 'multipart/form-data; boundary=x'])(
    'is not taken as %s',
    async (type) => {
      const { run, approval } = await ask(question());
      const path = pathOf(await linkFor(approval, 'ina'));
      const init = { method: 'POST', body: 'decision=approve', headers: { 'content-type': type } };
      expect((await call(path, init)).status).toBe(415);
      expect(await statusOf(run.id)).toBe('waiting');
    },
  );

  it('without a button pressed, or with another, decides nothing', async () => {
    const { run, approval } = await ask(question());
    const path = pathOf(await linkFor(approval, 'ina'));
    for (const decision of ['', 'APPROVE', 'maybe']) {
      await press(path, decision as never);
    }
    expect(await statusOf(run.id)).toBe('waiting');
  });
});

describe('several people', () => {
  it('have to approve before the run goes on, each once', async () => {
    const { run, approval } = await ask(question({ approvals_required: 2 }));
    const [ina, otto] = [await linkFor(approval, 'ina'), await linkFor(approval, 'otto')];
    const once = await press(pathOf(ina), 'approve');
    expect(once.text).toContain('You have approved.');
    expect(once.text).not.toContain('<form');
    await press(pathOf(ina), 'approve');
    await press(pathOf(await linkFor(approval, 'ina')), 'approve');
    expect(await statusOf(run.id)).toBe('waiting');
    expect(await approvalsOf(run.id)).toMatchObject([{ approvals: 1, approved_by: ['ina'] }]);
    await abortAllDurableObjects();
    await press(pathOf(otto), 'approve');
    expect((await ended(run.id)).result).toMatchObject({
      ask: { approved: true, decided_by_all: ['ina', 'otto'] },
    });
  });

  it('of other groups than asked for may not decide', async () => {
    const { run, approval } = await ask(question({ groups: ['finance', 'legal'] }));
    const links = `/v1/approvals/${approval.id}/links`;
    for (const groups of [[], ['sales']]) {
      const refused = await post(links, { person: 'otto', groups });
      const { code, detail } = await bodyOf<ProblemBody>(refused, 403);
      expect([code, detail]).toEqual(['forbidden', expect.stringContaining('finance, legal')]);
    }
    await press(pathOf(await linkFor(approval, 'ina', { groups: ['legal'] })), 'approve');
    expect((await ended(run.id)).result).toMatchObject({ ask: { decided_by: 'ina' } });
  });
});

describe('nobody comes in time', () => {
  const lapsed = async (default_action: string) => {
    const { run, approval } = await ask(question({ timeout: '2d', default_action }));
    const link = await linkFor(approval, 'ina', { expires_in: '9d' });
    // As if the two days had passed: what the row says is when it is due.
    await runInDurableObject(partition(), (_object, { storage }) => {
      storage.sql.exec(
        `UPDATE steps SET body = json_set(body, '$.waiting.dueAt', 1) WHERE run = ?`,
        run.id,
      );
      storage.sql.exec('UPDATE runs SET due_at = 1 WHERE id = ?', run.id);
    });
    await abortAllDurableObjects();
    await runDurableObjectAlarm(partition());
    return { run, page: pathOf(link) };
  };

  it.each([
    ['approve', true],
    ['reject', false],
  ])('%s decides by itself', async (action, approved) => {
    const { run, page } = await lapsed(action);
    expect((await ended(run.id)).result).toMatchObject({ ask: { approved, timed_out: true } });
    expect(await (await call(page)).text()).toContain('nobody decided in time');
  });

  it('fail ends the run, and the link says why', async () => {
    const { run, page } = await lapsed('fail');
    expect(await ended(run.id)).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
    const answer = await call(page);
    expect(answer.status).toBe(410);
    expect(await answer.text()).toContain('Nobody decided in time');
  });

  it('escalate waits on, and who comes late still decides', async () => {
    const { run, page } = await lapsed('escalate');
    const waiting = await bodyOf<RunBody>(await call(`/v1/runs/${run.id}`), 200);
    expect(waiting).toMatchObject({ status: 'waiting', warnings: [{ code: 'escalated' }] });
    await press(page, 'approve');
    expect((await ended(run.id)).result).toMatchObject({ ask: { decided_by: 'ina' } });
  });
});

describe('a run that waits for people', () => {
  it('holds no memory, and survives the death of its object', async () => {
    const { run, approval } = await ask(question());
    const link = await linkFor(approval, 'ina');
    await abortAllDurableObjects();
    expect(await statusOf(run.id)).toBe('waiting');
    await abortAllDurableObjects();
    expect((await call(pathOf(link))).status).toBe(200);
    await abortAllDurableObjects();
    await press(pathOf(link), 'approve');
    expect((await ended(run.id)).result).toMatchObject({ ship: { shipped: true } });
  });

  it('keeps a verdict that comes before anybody is asked, and gives the first one back', async () => {
    const recipe = {
      name: 'early',
      nodes: [
        { id: 'first', type: 'wait', event: 'go' },
        { id: 'ask', type: 'hitl' },
      ],
    };
    const run = await start(recipe);
    const hex = [...new TextEncoder().encode('ask')].map((byte) => byte.toString(16)).join('');
    const path = `/v1/approvals/apr_${run.id.replace('run_', '')}.${hex}`;
    expect((await call(path)).status).toBe(404);
    const kept = await bodyOf<Approval>(
      await post(path, { approved: true, decided_by: 'ina' }),
      202,
    );
    expect(kept).toMatchObject({ step: 'ask', status: 'kept' });
    await abortAllDurableObjects();
    await post(path, { approved: false, decided_by: 'otto' });
    const unknown = await post(path.replace(hex, '6e6f'), { approved: true });
    expect((await bodyOf<ProblemBody>(unknown, 404)).code).toBe('approval_not_found');
    await post(`/v1/runs/${run.id}/events/go`, {});
    expect((await ended(run.id)).result).toMatchObject({
      ask: { approved: true, decided_by: 'ina' },
    });
  });
});
