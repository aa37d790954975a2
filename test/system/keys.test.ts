/** Keys and secrets of tenants outlive the server that made them. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { startServer } from '../support/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'composer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('a key works after a restart, and what seals secrets is for the owner’s eyes alone', async () => {
  const options = { args: ['--no-demo'], env: { ADMIN_KEY: 'admin-key-of-this-test' } };
  const first = await startServer(folder, options);
  const made = await fetch(`${first.url}/v1/keys`, {
    method: 'POST',
    body: JSON.stringify({ name: 'x', tenant: 'acme', scopes: ['runs:read'] }),
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer admin-key-of-this-test',
    },
  });
  const { key } = (await made.json()) as { key: string };
  await first.stop();
  const second = await startServer(folder, options);
  const statusOf = async (bearer: string) =>
    (await fetch(`${second.url}/v1/runs`, { headers: { authorization: `Bearer ${bearer}` } }))
      .status;
  expect(await statusOf(key)).toBe(200);
  expect(await statusOf(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toBe(401);
  await second.stop();
  const file = join(folder, 'secrets.key');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).toMatch(/^k1:[\w-]{43}\n$/);
});
