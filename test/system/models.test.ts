/** Models from the started server: keys of its environment, servers on this machine, and a fence that stays for recipes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProviders } from '../support/providers/server.ts';
import type { FakeProviders } from '../support/providers/server.ts';
import { providerVariables } from '../support/providers/variables.ts';
import { WAYS } from '../support/providers/ways.ts';
import { launch, startServer } from '../support/server.ts';
import type { StartedServer } from '../support/server.ts';

let folder: string;
let fake: FakeProviders;
let server: StartedServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'composer-'));
  fake = await startProviders();
  server = await startServer(folder, { env: providerVariables(fake.url) });
}, 120_000);

afterAll(async () => {
  await server.stop();
  await fake.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(node: object, mode: string) {
  const recipe = { name: 'ask', nodes: [{ id: 'ask', retry: { max_attempts: 1 }, ...node }] };
  const answer = await fetch(`${server.url}/v1/runs`, {
    method: 'POST',
    body: JSON.stringify({ recipe, mode }),
    headers: { 'content-type': 'application/json', prefer: 'wait=60' },
  });
  return (await answer.json()) as { result?: { ask: unknown }; error?: { code: string } };
}

it.each(WAYS.flatMap((way) => ['durable', 'inline'].map((mode) => ({ ...way, mode }))))(
  '$way is reached on this machine from a $mode run',
  async ({ provider, options, mode, way }) => {
    const model = `sys-${way.replaceAll(' ', '-')}-${mode}`;
    fake.script(model, { text: ['here'] });
    const done = await run(
      { type: 'language_task', model: { provider, model, ...options }, prompt: 'Go' },
      mode,
    );
    expect(done.error).toBeUndefined();
    expect(done.result?.ask).toBe('here');
  },
);

it.each(['durable', 'inline'])(
  'a recipe still may not ask this machine from a %s run',
  async (mode) => {
    const { error } = await run({ type: 'http_task', url: `${fake.url}/v1/models` }, mode);
    expect(error?.code).toBe('http_denied');
  },
);

it('an address that is none ends the start, by the name of its variable', async () => {
  const { exit, output } = launch(['--state', join(folder, 'other')], {
    OLLAMA_BASE_URL: 'ftp://secret',
  });
  expect(await exit).toBe(1);
  expect(output()).toContain('OLLAMA_BASE_URL');
  expect(output()).not.toContain('secret');
});
