/** Files on R2, in workerd. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { createFiles } from '../../src/adapters/storage/files.ts';
import { describeExpiry, describeFiles } from '../contracts/files.ts';
import { call } from '../support/api-client.ts';
import type { Files } from '../../src/runtime/ports.ts';

// SAFETY: wrangler.toml binds it.
const { FILES } = env as unknown as { FILES: R2Bucket };

let subjects = 0;

/** Tenants of its own, whatever other tests have left in theirs. */
function makeFresh(clock = { now: () => 0 }): Files {
  const prefix = `subject ${++subjects}: `;
  const files = createFiles({ bucket: FILES, clock });
  return {
    put: (tenant, id, upload) => files.put(prefix + tenant, id, upload),
    find: (tenant, id) => files.find(prefix + tenant, id),
    hasExpired: (tenant, id) => files.hasExpired(prefix + tenant, id),
    sweep: (tenant, page) => files.sweep(prefix + tenant, page),
    open: (tenant, file, range) => files.open(prefix + tenant, file, range),
    delete: (tenant, id, ifMatch) => files.delete(prefix + tenant, id, ifMatch),
  };
}

describeFiles('R2', makeFresh);
describeExpiry('R2', makeFresh);

it('R2 holds nothing of a file that was swept', async () => {
  let now = 0;
  const files = createFiles({ bucket: FILES, clock: { now: () => now } });
  const body = new Blob(['x']).stream();
  const about = { contentType: 'text/plain', maxBytes: 10, expiresAt: 1_000 };
  await files.put('swept', 'a', { body, ...about });
  now = 1_000;
  expect(await files.sweep('swept', { limit: 10 })).toEqual({ deleted: 1 });
  expect((await FILES.list({ prefix: 't/swept/' })).objects).toEqual([]);
});

it('R2 holds no blob that no record names', async () => {
  const tenant = 'tidy';
  const files = createFiles({ bucket: FILES, clock: { now: () => 0 } });
  const put = (text: string, maxBytes = 100) =>
    files.put(tenant, 'a', {
      body: new Blob([text]).stream(),
      contentType: 'text/plain',
      maxBytes,
    });
  const keys = async () =>
    (await FILES.list({ prefix: `t/${tenant}/` })).objects.map(({ key }) => key);
  await put('one');
  await put('two');
  await Promise.all([put('three'), put('four'), put('five')]);
  await put('too large', 3);
  expect(await keys()).toEqual([
    `t/tidy/blobs/${(await files.find(tenant, 'a'))?.blob}`,
    't/tidy/files/a',
  ]);
  await files.delete(tenant, 'a');
  expect(await keys()).toEqual([]);
});

it('files go in and out over HTTP, whole, in parts and as headers alone', async () => {
  const put = await call('/v1/files/over-http', {
    method: 'PUT',
    body: '0123456789',
    headers: { 'content-type': 'text/plain' },
  });
  expect(put.status).toBe(201);
  const whole = await call('/v1/files/over-http');
  expect([whole.headers.get('content-length'), await whole.text()]).toEqual(['10', '0123456789']);
  const part = await call('/v1/files/over-http', { headers: { range: 'bytes=2-4' } });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe('bytes 2-4/10');
  expect([part.headers.get('content-length'), await part.text()]).toEqual(['3', '234']);
  const head = await call('/v1/files/over-http', { method: 'HEAD' });
  expect([head.status, head.headers.get('etag')]).toEqual([200, put.headers.get('etag')]);
  expect(await head.text()).toBe('');
});
