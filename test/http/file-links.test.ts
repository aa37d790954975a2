/** Links to files: for those bytes, for a time, and for nobody else's. */
import { beforeEach, describe, expect, it } from 'vitest';
import { LOOPBACK, makeApi, problemOf } from '../support/http/api.ts';
import { createManualClock } from '../support/manual-clock.ts';
import type { ManualClock } from '../support/manual-clock.ts';
import type { Api } from '../support/http/api.ts';

let api: Api;
let clock: ManualClock;

const put = (body: string) =>
  api.request('/v1/files/a.txt', {
    method: 'PUT',
    body,
    headers: { 'Content-Type': 'text/plain' },
  });

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json' },
});

async function link(body: unknown = {}): Promise<{ path: string; expires_at: string }> {
  const answer = await api.request('/v1/files/a.txt/links', json(body));
  expect(answer.status, await answer.clone().text()).toBe(201);
  const { url, expires_at } = (await answer.json()) as { url: string; expires_at: string };
  return { path: new URL(url).pathname, expires_at };
}

beforeEach(async () => {
  clock = createManualClock();
  api = makeApi(LOOPBACK, { clock });
  await put('hello');
});

describe('a link to a file', () => {
  it('gives the file, whole or in part, as a download', async () => {
    const { path } = await link();
    const whole = await api.request(path);
    expect([whole.status, await whole.text()]).toEqual([200, 'hello']);
    expect(whole.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(whole.headers.get('referrer-policy')).toBe('no-referrer');
    const part = await api.request(path, { headers: { Range: 'bytes=1-2' } });
    expect([part.status, await part.text()]).toEqual([206, 'el']);
  });

  it('says until when, and is of no use from then on', async () => {
    const { path, expires_at } = await link({ expires_in: '10m' });
    expect(Date.parse(expires_at) - clock.now()).toBe(600_000);
    await clock.advance(599_999);
    expect((await api.request(path)).status).toBe(200);
    await clock.advance(1);
    expect(await problemOf(await api.request(path))).toMatchObject({
      status: 410,
      code: 'link_expired',
    });
  });

  it('is for the bytes that it was made for', async () => {
    const { path } = await link();
    await put('other');
    expect(await problemOf(await api.request(path))).toMatchObject({ code: 'file_not_found' });
    await put('hello');
    expect((await api.request(path)).status).toBe(200);
    await api.request('/v1/files/a.txt', { method: 'DELETE' });
    expect((await api.request(path)).status).toBe(404);
  });

  it.each([
    ['another signature', (token: string) => `${token.split('.')[0]}.${'A'.repeat(43)}`],
    ['none', (token: string) => token.split('.')[0] ?? ''],
    [
      'another payload',
      (token: string) => `${btoa('["default","a.txt","x",9e15]')}.${token.split('.')[1]}`,
    ],
    ['a bit more payload', (token: string) => `x${token}`],
    ['another part behind', (token: string) => `${token.replace('.', '..')}`],
    ['what is no base64', () => '%25%25.%25'],
  ])('with %s is nobody’s', async (_what, forge) => {
    const { path } = await link();
    const forged = forge(path.slice('/f/'.length));
    const answer = await api.request(`/f/${forged}`);
    expect(await problemOf(answer)).toMatchObject({ status: 404, code: 'not_found' });
    expect((await api.request(path)).status).toBe(200);
  });

  it('is never repeated in an answer', async () => {
    const { path } = await link({ expires_in: '1m' });
    await clock.advance(60_000);
    const text = await (await api.request(path)).text();
    expect(text).not.toContain(path.slice(3));
  });

  it.each([
    [{ expires_in: '31d' }, 400],
    [{ expires_in: 1 }, 400],
    [{ expires_in: 'soon' }, 400],
    [{ until: 1 }, 400],
  ])('is not made for %j', async (body, status) => {
    expect((await api.request('/v1/files/a.txt/links', json(body))).status).toBe(status);
  });

  it('is not made for a file that is not there', async () => {
    const answer = await api.request('/v1/files/b/links', json({}));
    expect(await problemOf(answer)).toMatchObject({ status: 404, code: 'file_not_found' });
  });

  it('is of no use once the file’s own time is over, nor is the file', async () => {
    await api.request('/v1/files/b.txt?expires_in=1h', {
      method: 'PUT',
      body: 'brief',
      headers: { 'Content-Type': 'text/plain' },
    });
    const made = await api.request('/v1/files/b.txt/links', json({ expires_in: '1d' }));
    const path = new URL(((await made.json()) as { url: string }).url).pathname;
    expect((await api.request(path)).status).toBe(200);
    await clock.advance(3_600_000);
    const expired = { status: 410, code: 'file_expired' };
    expect(await problemOf(await api.request(path))).toMatchObject(expired);
    expect(await problemOf(await api.request('/v1/files/b.txt'))).toMatchObject(expired);
    const again = await api.request('/v1/files/b.txt/links', json({}));
    expect(await problemOf(again)).toMatchObject(expired);
  });
});
