/** The way out of the started server: what a recipe reaches on this machine, and what it does not. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLocalHost } from '../support/local-hosts.ts';
import type { LocalHost } from '../support/local-hosts.ts';
import { launch, startServer } from '../support/server.ts';
import type { StartedServer } from '../support/server.ts';

let folder: string;
let host: LocalHost;
/** On an address of this machine that nobody opts in. */
let other: LocalHost;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-'));
  host = await startLocalHost('127.0.0.1');
  other = await startLocalHost('127.0.0.2');
});

beforeEach(() => {
  for (const each of [host, other]) {
    each.seen.length = 0;
    each.headers.length = 0;
  }
});

afterAll(async () => {
  await host.close();
  await other.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Run {
  readonly status: string;
  readonly result?: { readonly ask?: { readonly status: number; readonly body: unknown } };
  readonly error?: { readonly code: string };
}

async function ask(server: StartedServer, node: object, mode = 'durable'): Promise<Run> {
  const recipe = {
    name: 'ask',
    nodes: [{ id: 'ask', type: 'http_task', retry: { max_attempts: 1 }, ...node }],
  };
  const answer = await fetch(`${server.url}/v1/runs`, {
    method: 'POST',
    body: JSON.stringify({ recipe, mode }),
    headers: { 'content-type': 'application/json', prefer: 'wait=60' },
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()) as Run;
}

/** The code of a failure, or the body of an answer. */
async function outcome(server: StartedServer, url: string, node: object = {}): Promise<unknown> {
  const { error, result } = await ask(server, { url, ...node });
  return error?.code ?? result?.ask?.body;
}

describe('by default', () => {
  let server: StartedServer;
  beforeAll(async () => {
    server = await startServer(join(folder, 'default'), {
      // Names that lead to this machine, spelt out, so that nothing but the network stands before it.
      env: {
        EGRESS_ALLOW_HOSTS: `localhost, ip6-localhost, ${hostname()}, 127.0.0.1`,
        EGRESS_ALLOW_HTTP: 'true',
      },
    });
  });
  afterAll(() => server.stop());

  it.each(['127.0.0.1', '127.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '0.0.0.0', '[::1]'])(
    'refuses the address %s',
    async (address) => {
      expect(await outcome(server, `http://${address}:${host.port}/`)).toBe('http_denied');
      expect(host.seen).toEqual([]);
    },
  );

  it.each(['localhost', 'localhost.', hostname()])(
    'does not reach the name %s, which leads to this machine',
    async (name) => {
      expect(await outcome(server, `http://${name}:${host.port}/`)).toBe('http_unreachable');
      expect(await outcome(server, `https://${name}:${host.port}/`)).toBe('http_unreachable');
      expect(host.seen).toEqual([]);
    },
  );

  it.each(['localhost', hostname()])(
    'a plugin that is granted the name %s does not reach it either',
    async (name) => {
      const origin = `http://${name}:${host.port}`;
      const send = (method: string, path: string, type: string, body: string) =>
        fetch(server.url + path, { method, body, headers: { 'content-type': type } });
      const source = 'export function ask(url) { return Http.request({ url }).status; }';
      await send('PUT', '/v1/plugins/asker/versions/1.0.0', 'text/javascript', source);
      const grant = JSON.stringify({ hosts: [origin] });
      await send('PUT', '/v1/plugins/asker/grant', 'application/json', grant);
      const call = JSON.stringify({ input: `${origin}/` });
      const path = '/v1/plugins/asker/functions/ask/call';
      const answer = await send('POST', path, 'application/json', call);
      expect(await answer.json()).toMatchObject({ code: 'http_unreachable' });
      expect(host.seen).toEqual([]);
    },
  );

  it('does not reach itself', async () => {
    const port = new URL(server.url).port;
    expect(await outcome(server, `http://localhost:${port}/healthz`)).toBe('http_unreachable');
  });
});

describe('with an address opted in', () => {
  let server: StartedServer;
  let base: string;
  beforeAll(async () => {
    server = await startServer(join(folder, 'opted-in'), {
      args: ['--no-demo', '--allow-address', '127.0.0.1/32', '--allow-address', '10.255.255.1'],
    });
    base = `http://127.0.0.1:${host.port}`;
  });
  afterAll(() => server.stop());

  it.each(['durable', 'inline'])('reaches it from a run that is %s', async (mode) => {
    const { result } = await ask(server, { url: `${base}/here`, query: { a: [1, 2] } }, mode);
    expect(result?.ask).toMatchObject({ status: 200, body: { path: '/here' } });
    expect(host.seen).toEqual(['GET /here?a=1&a=2']);
    expect(host.headers[0]).toMatchObject({
      'user-agent': 'edge-composer',
      'edge-composer-sender': expect.stringMatching(/^\w+$/) as unknown,
    });
    expect(Object.keys(host.headers[0]!).filter((name) => /^(?:cf-|mf-|x-)/.test(name))).toEqual(
      [],
    );
  });

  it('reaches nothing beside it', async () => {
    expect(await outcome(server, `http://127.0.0.2:${other.port}/`)).toBe('http_denied');
    expect(await outcome(server, `http://localhost:${host.port}/`)).toBe('http_denied');
    expect(other.seen).toEqual([]);
    expect(host.seen).toEqual([]);
  });

  it('refuses a redirect from it to an address that is not opted in, in any spelling', async () => {
    for (const address of ['127.0.0.2', '0x7f.2', '[::ffff:127.0.0.2]', 'localhost']) {
      const url = encodeURIComponent(`http://${address}:${other.port}/`);
      expect(await outcome(server, `${base}/to?url=${url}`)).toBe('http_denied');
    }
    expect(other.seen).toEqual([]);
  });

  it('follows a redirect to itself', async () => {
    expect(await outcome(server, `${base}/to?url=/there`)).toEqual({ path: '/there' });
  });

  it('does not serve itself', async () => {
    const run = { recipe: { name: 'x', nodes: [{ id: 'a', type: 'wait', for: 1 }] } };
    const node = { method: 'POST', url: `${server.url}/v1/runs`, body: run };
    expect(await ask(server, { ...node, expect: 508 })).toMatchObject({ status: 'completed' });
    expect(await ask(server, node)).toMatchObject({ error: { code: 'http_status' } });
  });

  it.each(['bomb', 'endless'])('gives up %s at the bound, and hangs up', async (path) => {
    const left = host.abandoned();
    expect(await outcome(server, `${base}/${path}`)).toBe('http_too_large');
    await left;
  });

  it('hangs up when its time is over', async () => {
    for (const [path, code] of [['hang', 'timeout']] as const) {
      const left = host.abandoned();
      expect(await outcome(server, `${base}/${path}`, { timeout: 1 })).toBe(code);
      await left;
    }
  });

  it('comes back after the time that a host asks for, with the same key', async () => {
    const began = Date.now();
    const node = {
      method: 'POST',
      url: `${base}/busy`,
      body: 'x',
      retry: { max_attempts: 3, initial_delay: 0.01 },
    };
    expect((await ask(server, node)).result?.ask?.body).toBe('recovered');
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_900);
    const keys = host.headers.map((headers) => headers['idempotency-key']);
    expect(keys).toEqual([expect.stringMatching(/^run_\w+:ask$/), keys[0]]);
  });

  it('asks many hosts at a time: the slow one costs its own place', async () => {
    const recipe = {
      name: 'map',
      nodes: [
        {
          id: 'pages',
          type: 'map',
          over: [
            `${base}/hang`,
            ...Array.from({ length: 30 }, (_, index) => `${base}/${index}`),
            'http://127.0.0.2/',
          ],
          on_error: 'skip',
          collect: 'values',
          item_timeout: 2,
          task: { type: 'http_task', url: '{{ item }}', retry: { max_attempts: 1 } },
        },
      ],
    };
    const answer = await fetch(`${server.url}/v1/runs`, {
      method: 'POST',
      body: JSON.stringify({ recipe }),
      headers: { 'content-type': 'application/json', prefer: 'wait=60' },
    });
    const { result } = (await answer.json()) as { result: { pages: Record<string, unknown>[] } };
    expect(result.pages).toHaveLength(32);
    expect(result.pages[0]).toMatchObject({ status: 'failed', error: { code: 'timeout' } });
    expect(result.pages[31]).toMatchObject({ status: 'failed', error: { code: 'http_denied' } });
    for (const [index, page] of result.pages.slice(1, 31).entries()) {
      expect(page).toMatchObject({ status: 200, body: { path: `/${index}` } });
    }
  });
});

describe('with an address and a name opted in', () => {
  it('reaches the address by the name', async () => {
    const server = await startServer(join(folder, 'by-name'), {
      env: {
        EGRESS_ALLOW_HOSTS: 'localhost',
        EGRESS_ALLOW_HTTP: 'true',
        EGRESS_ALLOW_ADDRESSES: '127.0.0.1',
      },
    });
    try {
      expect(await outcome(server, `http://localhost:${host.port}/x`)).toEqual({ path: '/x' });
      expect(await outcome(server, `http://127.0.0.1:${host.port}/x`)).toBe('http_denied');
    } finally {
      await server.stop();
    }
  });
});

describe('over TLS', () => {
  let port: number;
  let stop: () => void;
  beforeAll(async () => {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost',
        '-keyout',
        join(folder, 'key.pem'),
        '-out',
        join(folder, 'cert.pem'),
      ],
      { stdio: 'ignore' },
    );
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)));
    const server = createServer(
      { key: key!, cert: cert! },
      (_request, answer) => void answer.end('sealed'),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as { port: number });
    stop = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  afterAll(() => stop());

  const env = { EGRESS_ALLOW_HOSTS: 'localhost, 127.0.0.1', EGRESS_ALLOW_ADDRESSES: '127.0.0.1' };

  it('trusts what the machine is told to trust, for the name that is asked', async () => {
    const extra = { NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') };
    const server = await startServer(join(folder, 'trusting'), { env: { ...env, ...extra } });
    try {
      expect(await outcome(server, `https://localhost:${port}/`)).toBe('sealed');
      expect(await outcome(server, `https://127.0.0.1:${port}/`)).toBe('http_unreachable');
    } finally {
      await server.stop();
    }
  });

  it('trusts nobody else', async () => {
    const server = await startServer(join(folder, 'wary'), { env });
    try {
      expect(await outcome(server, `https://localhost:${port}/`)).toBe('http_unreachable');
    } finally {
      await server.stop();
    }
  });
});

describe('settings that cannot be read', () => {
  it.each([
    [['--allow-address', 'localhost'], {}, 2],
    [['--allow-address', '10.0.0.0/33'], {}, 2],
    [[], { EGRESS_ALLOW_ADDRESSES: '10.0.0.1, x' }, 1],
  ])('end the launcher: %j %j', async (args, settings, code) => {
    const { exit, output } = launch([...args, '--state', join(folder, 'wrong')], settings);
    expect(await exit).toBe(code);
    expect(output()).toContain('Cannot allow');
  });
});
