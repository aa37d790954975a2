/** Runs that wait for time, for events and for people, in workerd. */
import { env } from 'cloudflare:workers';
import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { bodyOf, call, post, run } from '../support/api-client.ts';
import type { ProblemBody, RunBody } from '../support/api-client.ts';

// SAFETY: wrangler.toml binds it.
const { WORKFLOW_QUEUE } = env as unknown as { WORKFLOW_QUEUE: DurableObjectNamespace };

const merge = (id: string, value: unknown) => ({
  id,
  type: 'function_task',
  function_identifier: 'json-tools.merge',
  input: { values: [value] },
});

interface Approval {
  readonly id: string;
  readonly run_id: string;
  readonly step: string;
  readonly status: string;
  readonly title?: string;
  readonly input?: unknown;
  readonly decision?: Record<string, unknown>;
}

async function start(recipe: unknown, inputs: unknown = {}): Promise<RunBody> {
  return bodyOf<RunBody>(await post('/v1/runs', { recipe, inputs }), 202);
}

async function approvalsOf(id: string): Promise<Approval[]> {
  const { data } = await bodyOf<{ data: Approval[] }>(await call('/v1/approvals'), 200);
  return data.filter((approval) => approval.run_id === id);
}

async function status(id: string): Promise<RunBody> {
  return bodyOf<RunBody>(await call(`/v1/runs/${id}`), 200);
}

async function ended(id: string): Promise<RunBody> {
  await call(`/v1/runs/${id}/events`, { headers: { accept: 'text/event-stream' } }).then((answer) =>
    answer.text(),
  );
  return status(id);
}

describe('wait', () => {
  it('for a short time goes on by itself', async () => {
    const done = await run({
      name: 'nap',
      nodes: [{ id: 'nap', type: 'wait', for: 0.02 }, merge('after', { a: 1 })],
    });
    expect(done.result).toMatchObject({
      after: { a: 1 },
      nap: { waited_until: expect.any(String) },
    });
  });

  it('until a time that has passed goes on at once, inline too', async () => {
    const recipe = {
      name: 'past',
      nodes: [
        { id: 'past', type: 'wait', until: '2020-01-01T00:00:00Z' },
        merge('after', { a: 1 }),
      ],
    };
    expect((await run(recipe)).status).toBe('completed');
    expect((await run(recipe, {}, { mode: 'inline' })).status).toBe('completed');
  });

  it('for an event: waits through the death of the object, then gives the payload on', async () => {
    const recipe = {
      name: 'paid',
      nodes: [
        { id: 'payment', type: 'wait', event: 'paid', timeout: '2d' },
        merge('after', { amount: '{{ payment.payload.amount }}' }),
      ],
    };
    const { id } = await start(recipe);
    expect((await status(id)).status).toBe('waiting');
    await abortAllDurableObjects();
    expect((await status(id)).nodes).toMatchObject([{ key: 'payment', status: 'waiting' }]);
    const given = await post(`/v1/runs/${id}/events/paid`, { amount: 12 });
    expect(await bodyOf(given, 202)).toEqual({ received: true });
    expect((await ended(id)).result).toMatchObject({
      payment: { received: true, timed_out: false, payload: { amount: 12 } },
      after: { amount: 12 },
    });
    const late = await bodyOf<ProblemBody>(await post(`/v1/runs/${id}/events/paid`, {}), 409);
    expect(late.code).toBe('run_finished');
  });

  it('for an event that came before it takes the one that was kept', async () => {
    const recipe = {
      name: 'early',
      nodes: [
        { id: 'first', type: 'wait', event: 'one' },
        { id: 'second', type: 'wait', event: 'two' },
      ],
    };
    const { id } = await start(recipe);
    expect(await bodyOf(await post(`/v1/runs/${id}/events/two`, 2), 202)).toEqual({
      received: false,
    });
    await abortAllDurableObjects();
    await post(`/v1/runs/${id}/events/one`, 1);
    expect((await ended(id)).result).toMatchObject({
      first: { payload: 1 },
      second: { payload: 2 },
    });
  });

  it('for an event that does not come in time says so, woken by the alarm', async () => {
    const recipe = {
      name: 'late',
      nodes: [{ id: 'payment', type: 'wait', event: 'paid', timeout: 0.05 }],
    };
    const { id } = await start(recipe);
    await runDurableObjectAlarm(
      WORKFLOW_QUEUE.get(WORKFLOW_QUEUE.idFromName('default:0')) as never,
    );
    expect((await ended(id)).result).toEqual({
      payment: { received: false, timed_out: true, payload: null },
    });
  });

  it('for an event cannot be run inline', async () => {
    const recipe = { name: 'inline', nodes: [{ id: 'payment', type: 'wait', event: 'paid' }] };
    const refused = await bodyOf<ProblemBody>(
      await post('/v1/runs', { recipe, mode: 'inline' }),
      422,
    );
    expect(refused.code).toBe('inline_unsupported');
  });
});

describe('hitl', () => {
  const review = (more: object = {}) => ({
    name: 'review',
    user_inputs: [{ id: 'draft', type: 'string', default: 'a draft' }],
    nodes: [
      {
        id: 'ask',
        type: 'hitl',
        title: 'Review {{ draft }}',
        input: { text: '{{ draft }}' },
        form: {
          type: 'object',
          required: ['grade'],
          properties: { grade: { type: 'integer', minimum: 1, maximum: 6 } },
        },
        ...more,
      },
      merge('publish', { grade: '{{ ask.grade }}' }),
    ],
    edges: ['ask to publish if ask.approved'],
  });

  it('shows what it asks, and goes on with what the person filled in', async () => {
    const { id } = await start(review());
    const [approval] = await approvalsOf(id);
    expect(approval).toMatchObject({
      step: 'ask',
      status: 'pending',
      title: 'Review a draft',
      input: { text: 'a draft' },
    });
    const path = `/v1/approvals/${approval!.id}`;
    expect(
      (await bodyOf<ProblemBody>(await post(path, { approved: true, form: { grade: 9 } }), 422))
        .code,
    ).toBe('form_invalid');
    const decided = await bodyOf<Approval>(
      await post(path, { approved: true, form: { grade: 2 }, comments: 'fine', decided_by: 'ina' }),
      200,
    );
    expect(decided).toMatchObject({
      status: 'decided',
      decision: { approved: true, grade: 2, decided_by: 'ina' },
    });
    expect((await ended(id)).result).toMatchObject({
      publish: { grade: 2 },
      ask: { comments: 'fine', timed_out: false },
    });
    const again = await bodyOf<Approval>(
      await post(path, { approved: false, decided_by: 'otto' }),
      200,
    );
    expect(again).toMatchObject({
      status: 'decided',
      decision: { approved: true, decided_by: 'ina' },
    });
    expect(await approvalsOf(id)).toEqual([]);
  });

  it('rejects at the first no, and the branch behind it is skipped', async () => {
    const { id } = await start(review({ approvals_required: 2 }));
    const [approval] = await approvalsOf(id);
    await post(`/v1/approvals/${approval!.id}`, {
      approved: true,
      form: { grade: 1 },
      decided_by: 'ina',
    });
    await post(`/v1/approvals/${approval!.id}`, {
      approved: true,
      form: { grade: 1 },
      decided_by: 'ina',
    });
    expect((await status(id)).status).toBe('waiting');
    await post(`/v1/approvals/${approval!.id}`, { approved: false, decided_by: 'otto' });
    const done = await ended(id);
    expect(done.result).toMatchObject({ ask: { approved: false, decided_by: 'otto' } });
    expect(done.nodes).toMatchObject([{ key: 'ask' }, { key: 'publish', status: 'skipped' }]);
  });

  it.each([
    ['reject', { ask: { approved: false, timed_out: true } }],
    ['approve', { ask: { approved: true, timed_out: true } }],
  ])('when nobody comes: %s', async (default_action, result) => {
    const { id } = await start(review({ timeout: 0.03, default_action }));
    expect((await ended(id)).result).toMatchObject(result);
  });

  it('when nobody comes: fail', async () => {
    const { id } = await start(review({ timeout: 0.03, default_action: 'fail' }));
    expect(await ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'timeout', node: 'ask' },
    });
  });

  it('in a map has an approval for each item, decided in any order', async () => {
    const recipe = {
      name: 'reviews',
      nodes: [
        {
          id: 'asks',
          type: 'map',
          over: ['a', 'b', 'c'],
          task: { type: 'hitl', title: 'Review {{ item }}' },
          collect: 'values',
        },
      ],
    };
    const { id } = await start(recipe);
    const approvals = await approvalsOf(id);
    expect(approvals.map(({ title }) => title)).toEqual(['Review a', 'Review b', 'Review c']);
    await abortAllDurableObjects();
    for (const index of [2, 0])
      await post(`/v1/approvals/${approvals[index]!.id}`, {
        approved: true,
        decided_by: `p${index}`,
      });
    expect((await approvalsOf(id)).map(({ title }) => title)).toEqual(['Review b']);
    const again = await bodyOf<Approval>(
      await post(`/v1/approvals/${approvals[2]!.id}`, { approved: false }),
      200,
    );
    expect(again).toMatchObject({ status: 'decided', decision: { decided_by: 'p2' } });
    await post(`/v1/approvals/${approvals[1]!.id}`, { approved: false, decided_by: 'p1' });
    const { asks } = (await ended(id)).result as { asks: { approved: boolean }[] };
    expect(asks.map(({ approved }) => approved)).toEqual([true, false, true]);
  });

  it('of a run that is cancelled waits no more', async () => {
    const { id } = await start(review());
    await call(`/v1/runs/${id}/cancel`, { method: 'POST' });
    expect((await status(id)).status).toBe('cancelled');
    expect(await approvalsOf(id)).toEqual([]);
  });
});
