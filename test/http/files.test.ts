import { describe, expect, it } from 'vitest';
import { LOOPBACK, makeApi, problemOf } from '../support/http/api.ts';
import type { Api } from '../support/http/api.ts';

const HELLO = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

interface FileBody {
  readonly id: string;
  readonly size: number;
  readonly digest: string;
  readonly content_type: string;
  readonly name?: string;
  readonly created_at: string;
}

function put(
  api: Api,
  path: string,
  body: RequestInit['body'] = 'hello',
  headers: Record<string, string> = {},
): Promise<Response> {
  const init = { method: 'PUT', body: body ?? null, duplex: 'half' };
  return api.request(`/v1/files/${path}`, {
    ...init,
    headers: { 'Content-Type': 'text/plain', ...headers },
  });
}

function get(api: Api, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
  return api.request('/v1/files/a', { method, headers });
}

async function withDigits(): Promise<Api> {
  const api = makeApi();
  await put(api, 'a', '0123456789');
  return api;
}

describe('putting', () => {
  it('is 201 for a new id and 200 for one whose bytes it replaces', async () => {
    const api = makeApi();
    const created = await put(api, 'notes.txt?name=My%20notes.txt');
    expect(created.status).toBe(201);
    expect(created.headers.get('Location')).toBe('/v1/files/notes.txt');
    expect(created.headers.get('ETag')).toBe(`"${HELLO}"`);
    const body = (await created.json()) as FileBody;
    expect(body).toEqual({
      id: 'notes.txt',
      size: 5,
      digest: HELLO,
      content_type: 'text/plain',
      name: 'My notes.txt',
      created_at: '1970-01-01T00:00:00.000Z',
    });
    const replaced = await put(api, 'notes.txt', 'other');
    expect([replaced.status, replaced.headers.get('Location')]).toEqual([200, null]);
  });

  it('by POST makes the id', async () => {
    const api = makeApi();
    const created = await api.request('/v1/files', { method: 'POST', body: 'hello' });
    const { id } = (await created.json()) as FileBody;
    expect(created.status).toBe(201);
    expect(created.headers.get('Location')).toBe(`/v1/files/${id}`);
    expect(id).toMatch(/^file_/);
    expect(await (await api.request(`/v1/files/${id}`)).text()).toBe('hello');
  });

  it('takes an empty body, and a body without a type', async () => {
    const api = makeApi();
    const created = await api.request('/v1/files/a', { method: 'PUT' });
    expect(await created.json()).toMatchObject({
      size: 0,
      content_type: 'application/octet-stream',
    });
    const back = await get(api);
    expect([back.status, await back.text()]).toEqual([200, '']);
  });

  it.each(['.a', '-a', '_a', 'a%2Fb', '..%2Fa', 'a%00', 'a%20b', 'é', 'a'.repeat(129)])(
    '"%s" is no id',
    async (id) => {
      expect((await put(makeApi(), id)).status).toBe(400);
    },
  );

  it.each(['a', 'A-b_c.d..e', '0', 'a'.repeat(128)])('"%s" is an id', async (id) => {
    expect((await put(makeApi(), id)).status).toBe(201);
  });

  it.each(['a%0Ab', 'a%2Fb', '..%5Ca', '', 'a'.repeat(256)])(
    '"%s" is no name of a file',
    async (name) => {
      expect((await put(makeApi(), `a?name=${name}`)).status).toBe(400);
    },
  );

  it.each(['text', 'text/', '/html', 'text/html, text/plain', 'text/h<tml'])(
    '"%s" is no type',
    async (type) => {
      const refused = await put(makeApi(), 'a', 'x', { 'Content-Type': type });
      expect((await problemOf(refused)).code).toBe('unsupported_media_type');
    },
  );

  it('refuses an encoding, and parameters it does not know', async () => {
    const encoded = await put(makeApi(), 'a', 'x', { 'Content-Encoding': 'gzip' });
    expect((await problemOf(encoded)).code).toBe('unsupported_encoding');
    expect((await put(makeApi(), 'a?nme=x')).status).toBe(400);
  });

  it('is 413 at once for a length, and while streaming without one', async () => {
    const api = makeApi({ ...LOOPBACK, maxFileBytes: 1000 });
    const told = await put(api, 'a', 'x', { 'Content-Length': '1001' });
    expect((await problemOf(told)).code).toBe('body_too_large');
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 100;
        controller.enqueue(new Uint8Array(100));
      },
    });
    const flooded = await put(api, 'a', endless);
    expect((await problemOf(flooded)).code).toBe('body_too_large');
    expect(sent).toBeLessThan(2000);
    expect((await get(api)).status).toBe(404);
    expect((await put(api, 'a', 'x'.repeat(1000))).status).toBe(201);
  });

  it('holds If-Match and If-None-Match', async () => {
    const api = makeApi();
    const status = async (headers: Record<string, string>, text = 'hello') =>
      (await put(api, 'a', text, headers)).status;
    expect(await status({ 'If-Match': '*' })).toBe(412);
    expect(await status({ 'If-None-Match': '*' })).toBe(201);
    expect(await status({ 'If-None-Match': '*' })).toBe(412);
    expect(await status({ 'If-Match': `"${'0'.repeat(64)}"` })).toBe(412);
    expect(await status({ 'If-Match': `"${HELLO}"` }, 'two')).toBe(200);
    expect(await status({ 'If-Match': 'W/"x"' })).toBe(412);
    expect(await status({ 'If-Match': 'x' })).toBe(400);
  });
});

describe('getting', () => {
  it('gives the bytes with their type, as a download that runs nowhere', async () => {
    const api = makeApi();
    await put(api, 'a?name=p.html', '<script>', { 'Content-Type': 'text/html; charset=utf-8' });
    const { headers, status } = await get(api);
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-disposition': 'attachment; filename="p.html"',
      'content-length': '8',
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

  it.each([
    ['plain.txt', 'filename="plain.txt"'],
    ['é.txt', `filename="_.txt"; filename*=UTF-8''%C3%A9.txt`],
    ['a"; x=y', `filename="a__ x=y"; filename*=UTF-8''a%22%3B%20x%3Dy`],
    ["it's (1)*.txt", `filename="it's (1)*.txt"`],
    ['100%', `filename="100_"; filename*=UTF-8''100%25`],
  ])('a file called %s keeps its name', async (name, expected) => {
    const api = makeApi();
    await put(api, `a?name=${encodeURIComponent(name)}`);
    const { headers } = await get(api);
    expect(headers.get('Content-Disposition')).toBe(`attachment; ${expected}`);
  });

  it.each([
    ['bytes=0-4', '01234', 'bytes 0-4/10'],
    ['bytes=5-', '56789', 'bytes 5-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=9-9', '9', 'bytes 9-9/10'],
    ['bytes=8-999999999999', '89', 'bytes 8-9/10'],
  ])('gives the range %s', async (range, text, contentRange) => {
    const answer = await get(await withDigits(), { Range: range });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('Content-Range')).toBe(contentRange);
    expect(answer.headers.get('Content-Length')).toBe(String(text.length));
    expect(await answer.text()).toBe(text);
  });

  it.each(['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=999999999999-'])(
    'refuses the range %s',
    async (range) => {
      const answer = await get(await withDigits(), { Range: range });
      expect(answer.headers.get('Content-Range')).toBe('bytes */10');
      expect([answer.status, (await problemOf(answer)).code]).toEqual([416, 'range_invalid']);
    },
  );

  it.each(['bytes=5-4', 'bytes=0-1,3-4', 'items=0-1', 'bytes=a-b', 'bytes=-', 'bytes= 0-1', ''])(
    'takes the range "%s" for none',
    async (range) => {
      const answer = await get(await withDigits(), { Range: range });
      expect([answer.status, await answer.text()]).toEqual([200, '0123456789']);
    },
  );

  it('gives a range of the same file only, under If-Range', async () => {
    const api = await withDigits();
    const tag = (await get(api)).headers.get('ETag')!;
    const status = async (condition: string) =>
      (await get(api, { Range: 'bytes=0-1', 'If-Range': condition })).status;
    expect(await status(tag)).toBe(206);
    expect(await status(`W/${tag}`)).toBe(200);
    expect(await status('"other"')).toBe(200);
    expect(await status('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(200);
  });

  it('is 304 while it is still the same', async () => {
    const api = await withDigits();
    const tag = (await get(api)).headers.get('ETag')!;
    expect((await get(api, { 'If-None-Match': tag })).status).toBe(304);
    expect((await get(api, { 'If-None-Match': '"other"' })).status).toBe(200);
  });

  it('by HEAD gives the headers alone', async () => {
    const api = await withDigits();
    const whole = await get(api, {}, 'HEAD');
    expect([whole.status, whole.headers.get('Content-Length'), await whole.text()]).toEqual([
      200,
      '10',
      '',
    ]);
    const part = await get(api, { Range: 'bytes=0-3' }, 'HEAD');
    expect([part.status, part.headers.get('Content-Range')]).toEqual([206, 'bytes 0-3/10']);
    expect((await api.request('/v1/files/none', { method: 'HEAD' })).status).toBe(404);
  });

  it('is 404 for what is not there', async () => {
    const answer = await makeApi().request('/v1/files/none');
    expect([answer.status, (await problemOf(answer)).code]).toEqual([404, 'file_not_found']);
  });
});

describe('deleting', () => {
  it('is 204 once, then 404', async () => {
    const api = await withDigits();
    expect((await get(api, {}, 'DELETE')).status).toBe(204);
    expect((await get(api, {}, 'DELETE')).status).toBe(404);
    expect((await get(api)).status).toBe(404);
  });

  it('holds If-Match', async () => {
    const api = await withDigits();
    expect((await get(api, { 'If-Match': '"other"' }, 'DELETE')).status).toBe(412);
    expect((await get(api, { 'If-None-Match': '*' }, 'DELETE')).status).toBe(400);
    const tag = (await get(api)).headers.get('ETag')!;
    expect((await get(api, { 'If-Match': tag }, 'DELETE')).status).toBe(204);
  });
});
