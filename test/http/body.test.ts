import { describe, expect, it } from 'vitest';
import { makeApi, problemOf } from '../support/http/api.ts';

const MIB = 1024 * 1024;
const YAML = { 'Content-Type': 'application/yaml' };
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** A body of unknown length, and how much of it was read. */
function flood(bytes: number, chunkBytes = 64 * 1024) {
  const read = { bytes: 0, cancelled: false };
  const chunk = new Uint8Array(chunkBytes).fill(0x20);
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (read.bytes >= bytes) return controller.close();
        read.bytes += chunkBytes;
        controller.enqueue(chunk);
      },
      cancel() {
        read.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, read };
}

function streamed(body: ReadableStream<Uint8Array>, headers: Record<string, string>): RequestInit {
  const init = { method: 'POST', body, headers, duplex: 'half' };
  return init;
}

async function codeOf(response: Response): Promise<string> {
  return (await problemOf(response)).code;
}

describe('sizes', () => {
  it.each([
    ['PUT', '/v1/recipes/a', 'application/yaml', 1.1 * MIB],
    ['POST', '/v1/validate', 'text/yaml', 1.1 * MIB],
    ['POST', '/v1/runs', 'application/json', 1.1 * MIB],
    ['POST', '/v1/recipes/a/runs', 'application/json', 1.1 * MIB],
    ['POST', '/v1/plugins/a/functions/b/call', 'application/json', 1.1 * MIB],
    ['PUT', '/v1/plugins/a/versions/1.0.0', 'application/wasm', 8.4 * MIB],
    ['POST', '/v1/plugins/inspect', 'application/wasm', 8.4 * MIB],
    ['POST', '/v1/plugins/inspect', 'multipart/form-data; boundary=x', 8.4 * MIB],
  ])('%s %s stops reading a flood of %s', async (method, path, type, most) => {
    const { request } = makeApi();
    const { body, read } = flood(100 * MIB);
    const init = { method, body, duplex: 'half', headers: { 'Content-Type': type } };
    const response = await request(path, init);
    expect(response.status).toBe(413);
    expect(await codeOf(response)).toBe('body_too_large');
    expect(read.cancelled).toBe(true);
    expect(read.bytes).toBeLessThan(most);
  });

  it('a length that says too much is refused before anything is read', async () => {
    const { request } = makeApi();
    const { body, read } = flood(MIB);
    const headers = { ...YAML, 'Content-Length': String(20 * MIB) };
    const response = await request('/v1/validate', streamed(body, headers));
    expect(response.status).toBe(413);
    expect(read.bytes).toBe(0);
  });

  it('a length that says too little is not believed', async () => {
    const { request } = makeApi();
    const { body } = flood(2 * MIB);
    const headers = { ...YAML, 'Content-Length': '10' };
    const response = await request('/v1/validate', streamed(body, headers));
    expect(response.status).toBe(413);
  });

  it('a module of exactly 8 MiB is read, and not a byte more', async () => {
    const { request } = makeApi();
    const put = (size: number) =>
      request('/v1/plugins/inspect', {
        method: 'POST',
        body: new Uint8Array(size),
        headers: { 'Content-Type': 'application/wasm' },
      });
    expect((await put(8 * MIB)).status).toBe(200);
    expect((await put(8 * MIB + 1)).status).toBe(413);
  });
});

describe('types', () => {
  it.each([
    'application/yaml',
    'text/yaml',
    'application/json',
    'TEXT/YAML',
    'text/yaml; charset=utf-8',
    'text/yaml;charset="UTF-8"',
  ])('a recipe as "%s" is read', async (type) => {
    const { request } = makeApi();
    const response = await request('/v1/validate', {
      method: 'POST',
      body: 'a: 1',
      headers: { 'Content-Type': type },
    });
    expect(response.status).toBe(200);
  });

  it.each([
    '',
    'application/x-www-form-urlencoded',
    'text/plain',
    'text/html',
    'multipart/form-data; boundary=x',
    'text/yaml; charset=latin1',
    'text/yaml; charset=utf-16',
    'application/yamlx',
  ])('a recipe as "%s" is refused', async (type) => {
    const { request } = makeApi();
    const response = await request('/v1/validate', {
      method: 'POST',
      body: new TextEncoder().encode('a: 1'),
      headers: { 'Content-Type': type },
    });
    expect(response.status).toBe(415);
    expect(await codeOf(response)).toBe('unsupported_media_type');
  });

  it('a form of another page cannot start a run', async () => {
    const { request } = makeApi();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const response = await request('/v1/runs', {
        method: 'POST',
        body: '{"recipe":"a: 1"}',
        headers: { 'Content-Type': type },
      });
      expect(response.status).toBe(415);
    }
  });

  it.each(['gzip', 'deflate', 'br', 'identity, gzip', 'GZIP'])(
    'Content-Encoding "%s" is refused',
    async (encoding) => {
      const { request } = makeApi();
      const headers = { ...YAML, 'Content-Encoding': encoding };
      const response = await request('/v1/validate', { method: 'POST', body: 'a: 1', headers });
      expect(response.status).toBe(415);
      expect(await codeOf(response)).toBe('unsupported_encoding');
    },
  );
});

describe('text', () => {
  it.each([
    [[0xff]],
    [[0xc3, 0x28]],
    [[0xed, 0xa0, 0x80]],
    [[0x61, 0x00, 0x80]],
    [[0xfe, 0xff, 0x00, 0x61]],
  ])('bytes %j are not UTF-8', async (bytes) => {
    const { request } = makeApi();
    for (const [path, headers] of [
      ['/v1/validate', YAML],
      ['/v1/runs', JSON_TYPE],
    ] as const) {
      const response = await request(path, {
        method: 'POST',
        body: new Uint8Array(bytes),
        headers,
      });
      expect(response.status).toBe(400);
      expect(await codeOf(response)).toBe('bad_request');
    }
  });

  it.each([
    '',
    ' ',
    '{',
    '{"recipe": "a",}',
    "{'recipe': 1}",
    '{"a": NaN}',
    '{"a": 01}',
    '{"a": 1} x',
    'undefined',
    '{"a": "\u0000"}',
    '[1',
  ])('%j is not JSON', async (body) => {
    const { request } = makeApi();
    const response = await request('/v1/runs', { method: 'POST', body, headers: JSON_TYPE });
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('invalid_json');
  });

  it('names the place of a fault', async () => {
    const { request } = makeApi();
    const response = await request('/v1/runs', {
      method: 'POST',
      body: '{\n  "a": 1 2\n}',
      headers: JSON_TYPE,
    });
    expect((await problemOf(response)).detail).toContain('line 2, column 10');
  });

  it.each(['[', '{"a":'])('a mebibyte of "%s" is refused, not a crash', async (open) => {
    const { request, send } = makeApi();
    const deep = open.repeat(Math.floor((MIB - 10) / open.length));
    expect(
      (await request('/v1/runs', { method: 'POST', body: deep, headers: JSON_TYPE })).status,
    ).toBe(400);
    const closing = open === '[' ? ']' : '}';
    const text = `{"recipe":"a","inputs":{"x":${open.repeat(50_000)}1${closing.repeat(50_000)}}}`;
    const response = await request('/v1/runs', { method: 'POST', body: text, headers: JSON_TYPE });
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('invalid_json');
    expect((await send('POST', '/v1/runs', { recipe: 'a' })).status).toBe(202);
  });

  it.each([
    '{"recipe":"a","__proto__":{"mode":"inline"}}',
    '{"recipe":"a","inputs":{"__proto__":{"admin":true}}}',
    '{"recipe":"a","inputs":{"x":[{"\\u005f_proto__":1}]}}',
  ])('%s reaches no prototype', async (body) => {
    const { request, submitted } = makeApi();
    const response = await request('/v1/runs', { method: 'POST', body, headers: JSON_TYPE });
    expect(response.status).toBe(400);
    expect(submitted).toEqual([]);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });

  it('of a key given twice the last counts', async () => {
    const { request, submitted } = makeApi();
    const body = '{"recipe":"a","recipe":"b","inputs":{"x":1,"x":2}}';
    await request('/v1/runs', { method: 'POST', body, headers: JSON_TYPE });
    expect(submitted).toMatchObject([{ source: 'b', inputs: { x: 2 } }]);
  });

  it.each(['null', '[]', '"a"', '1', 'true'])('%s is no request', async (body) => {
    const { request } = makeApi();
    const response = await request('/v1/runs', { method: 'POST', body, headers: JSON_TYPE });
    expect(response.status).toBe(400);
    expect(await codeOf(response)).toBe('bad_request');
  });

  it('an unknown key is named, with the one that was meant', async () => {
    const { send } = makeApi();
    const response = await send('POST', '/v1/runs', { recipe: 'a', input: {}, zzz: 1 });
    expect(response.status).toBe(400);
    expect((await problemOf(response)).errors).toMatchObject([
      { code: 'unknown_key', pointer: '/input', suggestion: 'inputs' },
      { code: 'unknown_key', pointer: '/zzz' },
    ]);
  });
});
