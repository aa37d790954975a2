/** What webhooks are told, how often, and until when; with time and the network in hand. */
import { describe, expect, it } from 'vitest';
import { listDeliveries, readNotices } from '../../../src/adapters/durable-objects/outbox-rows.ts';
import { learn, resend, webhooksChanged } from '../../../src/adapters/durable-objects/outbox.ts';
import { decide } from '../../../src/adapters/durable-objects/waiting.ts';
import { createMemoryEndpoints } from '../../../src/adapters/memory/endpoints.ts';
import { createSignatures } from '../../../src/adapters/webhooks/signatures.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Delivery } from '../../../src/runtime/ports/webhooks.ts';
import { createFakeNet, hangs, json, redirects } from '../../support/fake-net.ts';
import type { Host } from '../../support/fake-net.ts';
import { digests } from '../../support/http/api.ts';
import { settled } from '../../support/manual-clock.ts';
import { createTestPartition } from '../../support/partition.ts';
import type { TestPartition } from '../../support/partition.ts';

const HOOK = 'https://hooks.example/a';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const DAY = 24 * 3_600_000;
const DONE = 'name: done\nnodes: [{id: a, type: wait, for: 0}]';
const FAILS = `
name: fails
on_failure: {webhook: "https://hooks.example/failed"}
nodes: [{id: a, type: wait, for: "{{ 'never' }}"}]
`;
const ASKS =
  'name: asks\nnodes: [{id: ask, type: hitl, title: Ship it?, timeout: 1h, default_action: escalate}]';

interface Bench {
  readonly partition: TestPartition;
  readonly net: ReturnType<typeof createFakeNet>;
  readonly deliveries: () => Delivery[];
  /** Lets what goes on by itself come to rest. */
  readonly rest: () => Promise<void>;
}

async function bench(hosts: Record<string, Host>, spec: JsonObject | null = {}): Promise<Bench> {
  const net = createFakeNet(hosts);
  const endpoints = createMemoryEndpoints({ clock: { now: () => 0 } });
  const events = ['run.completed', 'run.failed', 'run.cancelled'];
  if (spec !== null) {
    const all = { url: HOOK, events, paused: false, ...spec };
    await endpoints.create('t', 'webhook', { id: 'whk_1', spec: all, secret: SECRET });
  }
  const partition = createTestPartition({ egress: net.egress, endpoints });
  const rest = async () => {
    for (let turn = 0; turn < 20; turn += 1) await settled();
  };
  const deliveries = () => listDeliveries(partition.live().sql, { limit: 100 });
  return { partition, net, deliveries, rest };
}

describe('a webhook', () => {
  it('is told how a run has ended, in a message that it can check', async () => {
    const { partition, net, deliveries, rest } = await bench({ [HOOK]: json({}) });
    const { id } = partition.submit(DONE, { labels: { team: 'a' } });
    await rest();
    expect(net.seen).toHaveLength(1);
    const { headers, body = '' } = net.seen[0]!;
    expect(JSON.parse(body)).toEqual({
      type: 'run.completed',
      timestamp: expect.any(String),
      data: {
        run_id: id,
        recipe: 'done',
        recipe_version: 1,
        status: 'completed',
        labels: { team: 'a' },
        created_at: expect.any(String),
        ended_at: expect.any(String),
        result: { a: { waited_until: expect.any(String) } },
      },
    });
    const checked = await createSignatures({ digests }).check({
      scheme: 'standard',
      secret: SECRET,
      headers: new Headers(headers),
      body,
      now: partition.clock.now(),
    });
    expect(checked).toEqual({ ok: true, value: deliveries()[0]!.id });
    expect(deliveries()).toMatchObject([
      { webhook: 'whk_1', run: id, status: 'delivered', attempts: 1, last: { status: 200 } },
    ]);
  });

  it.each<[string, JsonObject, number]>([
    ['of another event', { events: ['run.failed'] }, 0],
    ['of another recipe', { recipes: ['other'] }, 0],
    ['of this recipe', { recipes: ['done'] }, 1],
    ['that is paused', { paused: true }, 0],
  ])('%s: told %#', async (_name, spec, count) => {
    const { partition, net, rest } = await bench({ [HOOK]: json({}) }, spec);
    partition.submit(DONE);
    await rest();
    expect(net.seen).toHaveLength(count);
    expect(readNotices(partition.live().sql, 10)).toEqual([]);
  });

  it('costs no row where there is none, and is not missed where one is made meanwhile', async () => {
    const { partition, rest } = await bench({}, null);
    learn(partition.live(), 't');
    await rest();
    partition.submit(DONE);
    expect(readNotices(partition.live().sql, 10)).toEqual([]);
    // An answer about what was before the change counts for nothing.
    webhooksChanged(partition.live());
    learn(partition.live(), 't');
    webhooksChanged(partition.live());
    await rest();
    const { id } = partition.submit(DONE);
    expect(readNotices(partition.live().sql, 10)).toMatchObject([{ run: id }]);
  });

  it('hears of questions, and of nobody answering', async () => {
    const events = ['approval.requested', 'approval.escalated'];
    const { partition, net, rest } = await bench({ [HOOK]: json({}) }, { events });
    const { id } = partition.submit(ASKS);
    await rest();
    await partition.pass(3_600_001);
    await rest();
    const told = net.seen.map(({ body = '' }) => JSON.parse(body));
    expect(told).toMatchObject([
      { type: 'approval.requested', data: { run_id: id, step: 'ask', title: 'Ship it?' } },
      { type: 'approval.escalated', data: { run_id: id, step: 'ask', title: 'Ship it?' } },
    ]);
    decide(partition.live(), { run: id, key: 'ask' }, { approved: true, decidedBy: 'ina' });
    await rest();
    expect(net.seen).toHaveLength(2);
  });
});

describe('addresses that are named', () => {
  it("by a run, or by a recipe for its failures, are told too, signed with the tenant's own secret", async () => {
    const own = 'https://hooks.example/own';
    const hosts = { [own]: json({}), 'https://hooks.example/failed': json({}) };
    const { partition, net, deliveries, rest } = await bench(hosts, null);
    partition.submit(FAILS, { webhook: own });
    partition.submit(DONE, { webhook: own });
    partition.submit(DONE);
    await rest();
    expect(net.seen.map(({ url, body = '' }) => [url, JSON.parse(body).type])).toEqual([
      [own, 'run.failed'],
      ['https://hooks.example/failed', 'run.failed'],
      [own, 'run.completed'],
    ]);
    expect(net.seen.every(({ headers }) => headers['webhook-signature']?.startsWith('v1,'))).toBe(
      true,
    );
    expect(deliveries().every(({ webhook }) => webhook === undefined)).toBe(true);
  });
});

describe('what does not arrive', () => {
  it('is tried again for a day, less and less often, and then is given up', async () => {
    const { partition, net, deliveries, rest } = await bench({ [HOOK]: json({}, { status: 500 }) });
    const start = partition.clock.now();
    partition.submit(DONE);
    await rest();
    const times: number[] = [];
    while (deliveries()[0]!.status === 'pending') {
      times.push(deliveries()[0]!.nextAt! - start);
      await partition.pass(deliveries()[0]!.nextAt! - partition.clock.now());
      await rest();
    }
    expect(times).toHaveLength(8);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeGreaterThan(0.9 * DAY);
    expect(times.at(-1)).toBeLessThanOrEqual(DAY);
    expect(deliveries()[0]).toMatchObject({ status: 'failed', attempts: 9, last: { status: 500 } });
    expect(deliveries()[0]).not.toHaveProperty('nextAt');
    const ids = new Set(net.seen.map(({ headers }) => headers['webhook-id']));
    expect([net.seen.length, ids.size]).toEqual([9, 1]);
    await partition.pass(30 * DAY);
    expect(net.seen).toHaveLength(9);
  });

  it.each<[string, Host | undefined, Partial<Delivery['last'] & object>, Delivery['status']]>([
    ['nobody answers', undefined, { error: 'http_unreachable' }, 'pending'],
    ['it is sent elsewhere', redirects('https://elsewhere.example/'), { status: 302 }, 'pending'],
    ['it is not wanted any more', json({}, { status: 410 }), { status: 410 }, 'failed'],
    ['it is refused', json({}, { status: 400 }), { status: 400 }, 'pending'],
    [
      'it is taken with nothing to say',
      () => new Response(null, { status: 204 }),
      { status: 204 },
      'delivered',
    ],
  ])('when %s', async (_what, host, last, status) => {
    const { partition, deliveries, rest } = await bench(host === undefined ? {} : { [HOOK]: host });
    partition.submit(DONE);
    await rest();
    expect(deliveries()).toMatchObject([{ status, last }]);
  });

  it('because the receiver hangs is given up after a while', async () => {
    const { partition, deliveries, rest } = await bench({ [HOOK]: hangs });
    partition.submit(DONE);
    await rest();
    expect(deliveries()).toMatchObject([{ status: 'pending', attempts: 1 }]);
    await partition.clock.advance(20_000);
    await rest();
    expect(deliveries()).toMatchObject([{ last: { error: 'timeout' } }]);
  });

  it.each([
    'https://127.0.0.1/a',
    'https://10.0.0.1/',
    'https://[::1]/',
    'http://hooks.example/a',
    'https://169.254.169.254/',
  ])('goes to no address that is not public: %s', async (url) => {
    const { partition, net, deliveries, rest } = await bench({ [url]: json({}) }, { url });
    partition.submit(DONE);
    await rest();
    expect(net.seen).toEqual([]);
    expect(deliveries()).toMatchObject([{ last: { error: 'http_denied' } }]);
  });

  it('can be sent again, under the same id', async () => {
    let isUp = false;
    const { partition, net, deliveries, rest } = await bench({
      [HOOK]: () => new Response(null, { status: isUp ? 200 : 410 }),
    });
    partition.submit(DONE);
    await rest();
    const [{ id }] = deliveries() as [Delivery];
    isUp = true;
    expect(resend(partition.live(), id)).toMatchObject({ ok: true });
    await rest();
    expect(deliveries()).toMatchObject([{ id, status: 'delivered', attempts: 1 }]);
    expect(net.seen.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    expect(resend(partition.live(), 'dlv_none')).toMatchObject({ ok: false });
  });
});

describe('a death', () => {
  it('before anybody was asked who wants to hear loses nothing', async () => {
    const { partition, net, rest } = await bench({ [HOOK]: json({}) });
    partition.submit(DONE);
    await partition.crash();
    await partition.pass(1_000);
    await rest();
    expect(net.seen).toHaveLength(1);
  });

  it('while a message is on its way sends it again under its id', async () => {
    let count = 0;
    const { partition, net, deliveries, rest } = await bench({
      [HOOK]: (request, about) => (++count === 1 ? hangs(request, about) : new Response(null)),
    });
    partition.submit(DONE);
    await rest();
    await partition.crash();
    await partition.pass(120_000);
    await rest();
    expect(deliveries()).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    expect(new Set(net.seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });
});
