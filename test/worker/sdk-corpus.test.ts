/** Guests that do what the modules of the Extism SDKs' tests do, uploaded as they are and called over HTTP. */
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { bodyOf, call, post, putPlugin } from '../support/api-client.ts';
import { guestBytes } from '../support/guests/guest-bytes.ts';

const { first, denied } = inject('hosts');

interface Answer {
  readonly output?: unknown;
  readonly logs?: readonly { readonly level: string; readonly text: string }[];
  readonly code?: string;
  readonly detail?: string;
}

async function ask(path: string, input: unknown = '', more: object = {}): Promise<Answer> {
  const answer = await post(`/v1/plugins/${path}/call`, { input, ...more });
  return (await answer.json()) as Answer;
}
const corpus = (fn: string, ...rest: [input?: unknown, more?: object]) =>
  ask(`corpus/functions/${fn}`, ...rest);
const http = (fn: string, request: object) => ask(`corpus-http/functions/${fn}`, request);

beforeAll(async () => {
  for (const name of ['corpus', 'corpus-http'])
    await bodyOf(await putPlugin(name, '1.0.0', guestBytes(name)), 201);
  const granted = await call('/v1/plugins/corpus-http/grant', {
    method: 'PUT',
    body: JSON.stringify({ hosts: [first] }),
    headers: { 'content-type': 'application/json' },
  });
  expect(granted.status).toBe(201);
}, 60_000);

describe('a guest of the SDK corpus', () => {
  it.each([
    ['hello', '', 'Hello, world!'],
    ['testing', '', 'Hello, world!'],
    ['reflect', 'höchst — 漢字', 'höchst — 漢字'],
    ['upper', 'abc xyz 1', 'ABC XYZ 1'],
    ['input_offset_length', 'input data', '\n\0\0\0\0\0\0\0'],
    ['consume', 'x', ''],
    ['consume', 'eight by and more', ''],
    ['consume', 'x'.repeat(200_000), ''],
    ['alloc_free', '', ''],
    ['setting', '', ''],
    ['variable', '', 'Hello'],
    // None of them finds what the call before has kept.
    ['variable', '', 'Hello'],
  ])('%s answers', async (fn, input, output) => {
    expect((await corpus(fn, input)).output ?? '').toBe(output);
  });

  it('reads a setting', async () => {
    const config = { thing: 'é 語' };
    expect(await corpus('setting', '', { config })).toMatchObject({ output: 'é 語' });
  });

  it('logs at every level', async () => {
    const levels = (await corpus('log')).logs?.map(({ level, text }) => `${level} ${text}`);
    expect(levels).toEqual(['debug said', 'info said', 'warn said', 'error said']);
  });

  it.each([
    ['fail', 'plugin_error', 'some error'],
    ['code', 'plugin_error', 'returned 7'],
    ['trap', 'trap', ''],
    ['loop_forever', 'out_of_fuel', ''],
    ['alloc_17_mib', 'host_memory_limit', ''],
  ])('%s ends with %s', async (fn, code, detail) => {
    const answer = await corpus(fn);
    expect(answer).toMatchObject({ code });
    expect(answer.detail).toContain(detail);
    expect(await corpus('hello')).toMatchObject({ output: 'Hello, world!' });
  });
});

describe('a guest of the SDK corpus that sends requests', () => {
  const seen = async (fn: string, request: object) => {
    const { output } = await http(fn, request);
    return (typeof output === 'string' ? JSON.parse(output) : output) as object;
  };

  it('gets, with its headers', async () => {
    const request = { url: `${first}/todos/1`, method: 'GET', headers: { 'x-mine': 'yes' } };
    const got = { method: 'GET', path: '/todos/1', body: '', headers: { 'x-mine': 'yes' } };
    expect(await seen('http_get', request)).toMatchObject(got);
  });

  it('posts a body', async () => {
    const posted = { method: 'POST', path: '/posts', body: 'abc' };
    expect(await seen('http_post', { url: `${first}/posts`, method: 'POST' })).toMatchObject(
      posted,
    );
  });

  it('is told the headers and the status of the answer', async () => {
    expect(await seen('http_headers', { url: `${first}/x` })).toMatchObject({
      'content-type': 'application/json',
    });
    expect((await http('http_status', { url: `${first}/x` })).output).toEqual(200);
  });

  it.each([
    ['without a grant for the host', { url: `${denied}/x` }],
    ['with a request that is none', { method: 'GET' }],
  ])('%s ends with http_denied', async (_, request) => {
    expect(await http('http_get', request)).toMatchObject({ code: 'http_denied' });
    expect(await http('http_status', { url: `${first}/x` })).toMatchObject({ output: 200 });
  });
});
