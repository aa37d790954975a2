/** Hooks in workerd: signed messages start runs and reach runs that wait; all others do nothing. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createSignatures } from '../../src/adapters/webhooks/signatures.ts';
import { createDigests } from '../../src/adapters/system/digests.ts';
import { bodyOf, call, post } from '../support/api-client.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';
import { ended, start } from '../support/approvals.ts';

const signatures = createSignatures({ digests: createDigests() });

interface Hook {
  readonly id: string;
  readonly url: string;
  readonly secret?: string;
  readonly recipe?: string;
}

const RECIPE = `
name: ticket
user_inputs: [{id: title, type: string}, {id: from, type: string, default: nobody}]
nodes:
  - {id: ticket, type: function_task, function_identifier: json-tools.merge, input: {values: [{title: "{{ title }}", from: "{{ from }}"}]}}
`;

beforeEach(async () => {
  const put = await call('/v1/recipes/ticket', {
    method: 'PUT',
    body: RECIPE,
    headers: { 'content-type': 'application/yaml' },
  });
  expect(put.ok).toBe(true);
});

const spec = {
  recipe: 'ticket',
  inputs: { title: '{{ body.title }}', from: '{{ headers["x-from"] }}' },
};
const create = async (body: object) => bodyOf<Hook>(await post('/v1/hooks', body), 201);
const pathOf = ({ url }: Hook) => new URL(url).pathname;

let messages = 0;
function send(
  hook: Hook,
  body: unknown,
  options: {
    secret?: string;
    id?: string;
    now?: number;
    headers?: Record<string, string>;
    text?: string;
  } = {},
): Promise<Response> {
  const text = options.text ?? JSON.stringify(body);
  const signed = signatures.sign({
    secret: options.secret ?? hook.secret!,
    id: options.id ?? `msg_${++messages}`,
    now: options.now ?? Date.now(),
    body: JSON.stringify(body),
  });
  return call(pathOf(hook), {
    method: 'POST',
    body: text,
    headers: {
      'content-type': 'application/json',
      ...Object.fromEntries(signed),
      ...options.headers,
    },
  });
}

describe('a hook', () => {
  it('starts a run with inputs read from the message', async () => {
    const hook = await create(spec);
    expect(hook.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const answer = await send(hook, { title: 'It burns' }, { headers: { 'x-from': 'ina' } });
    const { run_id } = await bodyOf<{ run_id: string }>(answer, 202);
    const run = await ended(run_id);
    expect(run.result).toMatchObject({ ticket: { title: 'It burns', from: 'ina' } });
    expect(run).toMatchObject({ labels: { hook: hook.id } });
  });

  it('takes a message once', async () => {
    const hook = await create(spec);
    const first = await send(hook, { title: 'x' }, { id: 'msg_same' });
    const again = await send(hook, { title: 'x' }, { id: 'msg_same' });
    expect(again.headers.get('Idempotent-Replayed')).toBe('true');
    expect(await again.json()).toEqual(await first.json());
  });

  it('takes nothing that is not signed by its own secret, just now, for this body', async () => {
    const hook = await create(spec);
    const other = await create(spec);
    for (const answer of [
      await send(hook, { title: 'x' }, { secret: other.secret! }),
      await send(hook, { title: 'x' }, { now: Date.now() - 301_000 }),
      await send(hook, { title: 'x' }, { now: Date.now() + 301_000 }),
      await send(hook, { title: 'x' }, { text: '{"title":"y"}' }),
      await post(pathOf(hook), { title: 'x' }),
    ]) {
      expect((await bodyOf<ProblemBody>(answer, 401)).code).toBe('signature_invalid');
    }
    expect((await send(hook, { title: 'x' })).status).toBe(202);
  });

  it('that was never made is not found, and neither is one of another name', async () => {
    const hook = await create(spec);
    const id = hook.id.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    for (const wrong of [
      id,
      hook.id.replace('hok_default_', 'hok_another_'),
      'hok_x',
      'run_1',
      '%00',
    ]) {
      const answer = await send({ ...hook, url: `http://h/v1/hooks/${wrong}` }, { title: 'x' });
      expect([wrong, (await bodyOf<ProblemBody>(answer, 404)).code]).toEqual([
        wrong,
        'hook_not_found',
      ]);
    }
  });

  it('never shows its secret again', async () => {
    const hook = await create({ ...spec, name: 'tickets' });
    const secret = hook.secret!.slice('whsec_'.length);
    const path = `/v1/hooks/${hook.id}`;
    const texts = [await (await call(path)).text(), await (await call('/v1/hooks')).text()];
    for (const text of texts) {
      expect(text).toContain(hook.id);
      expect(text).not.toContain(secret);
    }
    const init = { method: 'PUT', body: JSON.stringify({ ...spec, when: 'body.title' }) };
    const replaced = await call(path, { ...init, headers: { 'content-type': 'application/json' } });
    expect(await bodyOf(replaced, 200)).not.toHaveProperty('secret');
    expect((await send(hook, { title: 'still signed so' })).status).toBe(202);
    expect((await call(path, { method: 'DELETE' })).status).toBe(204);
    expect((await call(path)).status).toBe(404);
    expect((await send(hook, { title: 'x' })).status).toBe(404);
  });

  it('passes over what its condition does not hold for', async () => {
    const hook = await create({ ...spec, when: "body.action == 'opened'" });
    const ignored = await send(hook, { action: 'closed', title: 'x' });
    expect(await bodyOf(ignored, 200)).toEqual({ ignored: 'when' });
    expect((await send(hook, { action: 'opened', title: 'x' })).status).toBe(202);
  });

  it('says what the recipe does, when the message does not fit', async () => {
    const hook = await create({ recipe: 'ticket', inputs: { titel: '{{ body.title }}' } });
    const refused = await bodyOf<ProblemBody>(await send(hook, { title: 'x' }), 422);
    expect(refused.code).toBe('inputs_invalid');
    for (const [text, status] of [
      ['{"title":', 400],
      ['[]', 401],
    ] as const) {
      const answer = await send(hook, { title: 'x' }, { text });
      expect([text, answer.status]).toEqual([text, status]);
    }
  });

  it('hides from templates what proves who sent the message', async () => {
    const hook = await create({ recipe: 'ticket', inputs: { title: '{{ headers | tojson }}' } });
    const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-api-token': 'y' };
    const { run_id } = await bodyOf<{ run_id: string }>(await send(hook, {}, { headers }), 202);
    const { ticket } = (await ended(run_id)).result as { ticket: { title: string } };
    expect(ticket.title).toContain('webhook-id');
    expect(ticket.title).not.toMatch(/authorization|cookie|token|signature/);
  });

  it('gives an event to a run that waits, once', async () => {
    const recipe = { name: 'paid', nodes: [{ id: 'payment', type: 'wait', event: 'paid' }] };
    const hook = await create({
      event: 'paid',
      run: '{{ body.run }}',
      payload: { amount: '{{ body.amount }}' },
    });
    const run = await start(recipe);
    const answer = await send(hook, { run: run.id, amount: 12 }, { id: 'msg_paid' });
    expect(await bodyOf(answer, 202)).toEqual({ received: true });
    expect((await ended(run.id)).result).toMatchObject({ payment: { payload: { amount: 12 } } });
    const again = await send(hook, { run: run.id, amount: 12 }, { id: 'msg_paid' });
    expect(await bodyOf(again, 200)).toEqual({ ignored: 'repeated' });
    for (const id of ['nothing', 'run_none', 7]) {
      expect((await send(hook, { run: id })).status).toBe(404);
    }
    // What could not be given is not remembered, so that the sender may try again.
    const early = await send(hook, { run: 'run_later' }, { id: 'msg_early' });
    expect(early.status).toBe(404);
    const { id } = await start(recipe);
    const late = await send(hook, { run: id }, { id: 'msg_early' });
    expect(late.status).toBe(202);
  });

  it('understands GitHub', async () => {
    const secret = 'a secret of GitHub';
    const hook = await create({ ...spec, scheme: 'github', secret });
    expect(hook).not.toHaveProperty('secret');
    const body = JSON.stringify({ title: 'issue' });
    const encoder = new TextEncoder();
    const key = await crypto.subtle.importKey(
      'raw',
      encoder.encode(secret),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(body)));
    const signature = `sha256=${[...mac].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
    const deliver = (sent: string) =>
      call(pathOf(hook), {
        method: 'POST',
        body: sent,
        headers: {
          'content-type': 'application/json',
          'x-hub-signature-256': signature,
          'x-github-delivery': String(++messages),
        },
      });
    const first = await bodyOf<{ run_id: string }>(await deliver(body), 202);
    // The delivery's number is not signed: whoever repeats the message may choose it.
    expect(await bodyOf(await deliver(body), 202)).toEqual(first);
    expect((await deliver(`${body} `)).status).toBe(401);
  });

  it.each([
    [{}, 400, 'bad_request'],
    [{ ...spec, event: 'paid', run: 'x' }, 400, 'bad_request'],
    [{ event: 'paid' }, 400, 'bad_request'],
    [{ event: 'paid', run: '{{ body.id', payload: 1 }, 422, 'template_error'],
    [{ event: 'a b', run: '{{ body.id }}' }, 400, 'bad_request'],
    [{ ...spec, inputs: { title: '{{ body.' } }, 422, 'template_error'],
    [{ ...spec, when: 'body ==' }, 422, 'template_error'],
    [{ ...spec, recipe: 'none' }, 404, 'recipe_not_found'],
    [{ ...spec, secret: 'whsec_short' }, 400, 'bad_request'],
    [{ ...spec, scheme: 'md5' }, 400, 'bad_request'],
    [{ ...spec, payload: {} }, 400, 'bad_request'],
  ])('is refused when it cannot work: %j', async (body, status, code) => {
    const refused = await bodyOf<ProblemBody>(await post('/v1/hooks', body), status);
    expect(refused.code).toBe(code);
  });

  it('needs no key, where the rest does: only POST to one that has an id', async () => {
    const hook = await create(spec);
    const run = await bodyOf<RunBody[] | { data: unknown[] }>(await call('/v1/hooks'), 200);
    expect(run).toHaveProperty('data');
    expect((await call(pathOf(hook), { method: 'PATCH' })).status).toBe(405);
  });
});
