/** Webhooks on the started server: a receiver on this machine, a death in between, a resend. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort, startServer } from '../support/server.ts';
import type { StartedServer } from '../support/server.ts';

interface Message {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const state = mkdtempSync(join(tmpdir(), 'webhooks-'));
const messages: Message[] = [];
const listeners = new Set<() => void>();
let answer = 200;
let receiver: Server;
let server: StartedServer;
let url: string;
let port: number;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      messages.push({ headers: request.headers, body });
      response.writeHead(answer).end();
      for (const tell of listeners) tell();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/told`;
  port = await freePort();
  server = await start();
});
afterAll(async () => {
  await server.stop();
  receiver.close();
  rmSync(state, { recursive: true, force: true });
});

function start(): Promise<StartedServer> {
  return startServer(state, { port, args: ['--no-demo', '--allow-address', '127.0.0.1/32'] });
}

async function json<T>(path: string, body?: unknown): Promise<T> {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
  const reply = await fetch(server.url + path, body === undefined ? {} : init);
  return (await reply.json()) as T;
}

/** Resolves once so many messages have come. */
async function arrived(count: number): Promise<void> {
  while (messages.length < count) {
    await new Promise<void>((resolve) => {
      const tell = () => {
        listeners.delete(tell);
        resolve();
      };
      listeners.add(tell);
    });
  }
}

const recipe = { name: 'told', nodes: [{ id: 'payment', type: 'wait', event: 'paid' }] };

it('tells how runs have ended, also those that a death came between', async () => {
  const webhook = await json<{ id: string; secret: string }>('/v1/webhooks', {
    url,
    events: ['run.completed'],
  });
  const run = await json<{ id: string }>('/v1/runs', { recipe });
  await server.kill();
  server = await start();
  await json(`/v1/runs/${run.id}/events/paid`, { amount: 12 });
  await arrived(1);
  const [{ headers, body }] = messages as [Message];
  const checked = new Webhook(webhook.secret).verify(body, headers as Record<string, string>);
  expect(checked).toMatchObject({
    type: 'run.completed',
    data: { run_id: run.id, result: { payment: { payload: { amount: 12 } } } },
  });

  answer = 410;
  const own = await json<{ id: string }>('/v1/runs', { recipe, webhook: url });
  await json(`/v1/runs/${own.id}/events/paid`, {});
  await arrived(3);
  const { secret } = await json<{ secret: string }>('/v1/webhooks/secret');
  const signedBy = messages.slice(1).map((message) => {
    const isOwn = message.headers['webhook-signature'] !== undefined && isBy(secret, message);
    return isOwn ? 'tenant' : isBy(webhook.secret, message) ? 'webhook' : 'nobody';
  });
  expect(signedBy.toSorted()).toEqual(['tenant', 'webhook']);

  answer = 200;
  const path = `/v1/webhooks/${webhook.id}/deliveries`;
  const { data } = await json<{ data: { id: string; run_id: string }[] }>(path);
  const failed = data.find(({ run_id }) => run_id === own.id)!;
  await json(`${path}/${failed.id}/resend`, {});
  await arrived(4);
  expect(messages[3]!.headers['webhook-id']).toBe(failed.id);
});

function isBy(secret: string, { headers, body }: Message): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}
