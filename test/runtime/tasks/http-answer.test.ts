/** What an `http_task` makes of an answer, and which answers it takes. */
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { createFakeNet, json, redirects } from '../../support/fake-net.ts';
import { A, B, failureOf, outputOf, runAsk } from '../../support/http-task.ts';
import { runRecipe } from '../../support/run-recipe.ts';

describe('the output of an http_task', () => {
  const of = (body: BodyInit | null, type?: string, init: ResponseInit = {}) =>
    new Response(body, { ...init, headers: type === undefined ? {} : { 'content-type': type } });
  const bytes = new Uint8Array([0, 255, 128]);

  it('has status, headers, body and address', async () => {
    expect(
      await outputOf(Response.json({ a: [1] }, { status: 201, headers: { 'X-A': 'b' } })),
    ).toEqual({
      status: 201,
      headers: { 'content-type': 'application/json', 'x-a': 'b' },
      body: { a: [1] },
      url: `${A}/`,
    });
  });

  it.each<[string, Response, JsonValue]>([
    ['JSON', of('{"a":1}', 'application/json; charset=utf-8'), { a: 1 }],
    ['JSON of a kind', of('[1]', 'Application/Problem+JSON'), [1]],
    ['JSON behind a byte order mark', of('\uFEFF{"a":1}', 'application/json'), { a: 1 }],
    ['what only says it is JSON', of('{"a":', 'application/json'), '{"a":'],
    ['JSON without anything', of('', 'application/json'), null],
    ['text', of('hé', 'text/html'), 'hé'],
    ['text in Latin-1', of(new Uint8Array([0xe9]), 'text/plain; charset="ISO-8859-1"'), 'é'],
    ['text that is not UTF-8', of(new Uint8Array([0x61, 0xff]), 'text/plain'), 'a\uFFFD'],
    ['text without anything', of('', 'text/plain'), ''],
    ['JSON that is called text', of('{"a":1}', 'text/plain'), '{"a":1}'],
    ['XML', of('<a/>', 'application/rss+xml'), '<a/>'],
    ['bytes', of(bytes, 'image/png'), 'AP+A'],
    ['bytes that could be text', of('abc', 'application/octet-stream'), 'YWJj'],
    ['bytes in a charset that does not exist', of('abc', 'text/plain; charset=x-none'), 'YWJj'],
    ['bytes without a type', of(bytes), 'AP+A'],
    ['text without a type', of(new TextEncoder().encode('hé')), 'hé'],
    ['nothing', of(null, undefined, { status: 204 }), null],
  ])('has a body for %s', async (_what, answer, body) => {
    const output = await outputOf(answer);
    expect(output['body']).toEqual(body);
    expect(output['encoding']).toBe(body === 'AP+A' || body === 'YWJj' ? 'base64' : undefined);
  });

  it('has cookies as a list, and no member that is a trap', async () => {
    const headers = new Headers({ __proto__: 'x' });
    headers.append('__proto__', 'x');
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    const output = await outputOf(new Response('', { headers, status: 200 }));
    expect(Object.keys(output['headers'] as JsonObject)).not.toContain('__proto__');
    expect(output['headers']).toMatchObject({ 'set-cookie': ['a=1', 'b=2'] });
  });

  it('can be read by the next node', async () => {
    const { egress } = createFakeNet({ [A]: json({ items: [{ n: 2 }, { n: 3 }] }) });
    const { outputs } = await runRecipe(
      JSON.stringify({
        name: 'next',
        nodes: [{ id: 'ask', type: 'http_task', url: A }],
        final_outputs: [{ id: 'sum', value: '{{ ask.body.items | map(attribute="n") | sum }}' }],
      }),
      { egress },
    );
    expect(outputs()).toEqual({ sum: 5 });
  });

  it('nests no deeper than JSON from outside may', async () => {
    const deep = '['.repeat(1_000) + ']'.repeat(1_000);
    expect((await outputOf(of(deep, 'application/json')))['body']).toBe(deep);
    expect(await outputOf(of(deep, 'application/json'), { expect: { json: true } })).toEqual({
      failed: 'invalid_output',
    });
  });
});

describe('expect', () => {
  const status = (code: number): Response => new Response(null, { status: code });

  it.each<[JsonValue, number]>([
    ['2xx', 204],
    [404, 404],
    ['404', 404],
    [[200, 404], 404],
    [['2xx', '404-410'], 410],
    [{ status: '4XX' }, 499],
    [{ status: [200, '5xx'] }, 503],
    [{ status: '200 - 299' }, 226],
    [{}, 200],
  ])('%j takes status %i', async (expected, code) => {
    expect((await outputOf(status(code), { expect: expected }))['status']).toBe(code);
  });

  it.each<[JsonValue, number]>([
    ['2xx', 304],
    [{}, 404],
    [404, 200],
    [{ status: ['404-410'] }, 411],
  ])('%j refuses status %i', async (expected, code) => {
    expect(await outputOf(status(code), { expect: expected })).toEqual({ failed: 'http_status' });
  });

  it('may be a template, and its status too', async () => {
    const hosts = { [A]: () => status(404) };
    const inputs = { codes: [404], all: { status: 404 } };
    for (const expected of [{ status: '{{ codes }}' }, '{{ codes }}', 'codes', '{{ all }}']) {
      const { output } = await runAsk({ expect: expected }, hosts, { inputs });
      expect(output('ask')).toMatchObject({ status: 404 });
    }
  });

  it('of a redirect stops at it', async () => {
    const { output, seen } = await runAsk({ expect: 302 }, { [A]: redirects(`${B}/`) });
    expect(output('ask')).toMatchObject({ status: 302, headers: { location: `${B}/` } });
    expect(seen).toHaveLength(1);
  });

  it.each<[JsonValue, string, boolean]>([
    ['text/html', 'text/html; charset=utf-8', true],
    ['Text/*', 'text/csv', true],
    [['text/html', 'application/json'], 'application/json', true],
    ['text/html', 'text/plain', false],
    ['image/*', '', false],
  ])('content_type %j with %j: %j', async (wanted, type, good) => {
    const answer = new Response('x', { headers: type === '' ? {} : { 'content-type': type } });
    if (type === '') answer.headers.delete('content-type');
    const output = await outputOf(answer, { expect: { content_type: wanted } });
    expect('failed' in output ? output['failed'] : good).toBe(good ? true : 'invalid_output');
  });

  it.each<[string, string, JsonValue]>([
    ['application/json', '{"a":1}', { a: 1 }],
    ['text/plain', '{"a":1}', { a: 1 }],
    ['application/octet-stream', '[1]', [1]],
    ['text/html', '<html>', 'invalid_output'],
    ['application/json', '', 'invalid_output'],
  ])('json takes %s %j for %j', async (type, body, value) => {
    const answer = new Response(body, { headers: { 'content-type': type } });
    const output = await outputOf(answer, { expect: { json: true } });
    expect(output['body'] ?? output['failed']).toEqual(value);
  });

  it('schema is checked, and is not a template', async () => {
    const schema = {
      type: 'object',
      required: ['name'],
      properties: { name: { type: 'string', pattern: '^[a-z{]+$' } },
    };
    const inputs = { object: 'array', string: 'number', name: 'other' };
    const good = await runAsk({ expect: { schema } }, { [A]: json({ name: 'a{{' }) }, { inputs });
    expect(good.output('ask')).toMatchObject({ body: { name: 'a{{' } });
    for (const body of [{ name: 'A' }, { other: 'a' }, 'text', null]) {
      expect(await failureOf({ expect: { schema } }, { [A]: json(body) }, inputs)).toEqual({
        code: 'invalid_output',
        attempts: 1,
      });
    }
  });
});
