/** What an `http_task` sends: fields, bodies, keys, and what cannot be bent. */
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { createFakeNet, json } from '../../support/fake-net.ts';
import { A, failureOf, runAsk, sentBy } from '../../support/http-task.ts';
import { runRecipe } from '../../support/run-recipe.ts';

describe('the request of an http_task', () => {
  it('resolves every field', async () => {
    const seen = await sentBy(
      {
        method: '{{ verb }}',
        url: `${A}/{{ path }}?fixed=1`,
        headers: {
          'X-Text': '{{ path }}',
          'X-Number': 7,
          'X-None': '{{ none }}',
          'X-List': [1, 'b'],
        },
        query: { q: 'a b&c', list: '{{ list }}', none: null, flag: true },
        body: { items: '{{ list }}' },
      },
      { verb: 'post', path: 'items', list: [1, 2], none: null },
    );
    expect(seen).toMatchObject({
      method: 'POST',
      url: `${A}/items?fixed=1&q=a+b%26c&list=1&list=2&flag=true`,
      body: '{"items":[1,2]}',
    });
    expect(seen.headers).toMatchObject({
      'content-type': 'application/json',
      'x-text': 'items',
      'x-number': '7',
      'x-list': '1, b',
    });
    expect(seen.headers).not.toHaveProperty('x-none');
  });

  it('keeps a method that is also the name of a variable', async () => {
    expect((await sentBy({ method: 'PUT' }, { PUT: 'DELETE' })).method).toBe('PUT');
  });

  it.each<[string, JsonObject, string | undefined, string | undefined]>([
    ['a text', { body: 'plain' }, 'plain', 'text/plain;charset=utf-8'],
    ['a list', { body: [1] }, '[1]', 'application/json'],
    ['a number', { body: 1 }, '1', 'application/json'],
    ['null', { body: null }, undefined, undefined],
    ['nothing', {}, undefined, undefined],
    [
      'a map with a type of its own',
      { body: { a: 1 }, headers: { 'content-type': 'application/ld+json' } },
      '{"a":1}',
      'application/ld+json',
    ],
    [
      'a form',
      {
        body: { a: 'b c', list: [1, 2], none: null },
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      },
      'a=b+c&list=1&list=2',
      'application/x-www-form-urlencoded',
    ],
  ])('sends %s', async (_what, node, body, type) => {
    const seen = await sentBy({ method: 'POST', ...node });
    expect(seen.body).toBe(body);
    expect(seen.headers['content-type']).toBe(type);
  });

  it.each([
    [`${A}/x`, `${A}/x?q=1`],
    [`${A}/x?`, `${A}/x?q=1`],
    [`${A}/x?a=%20b`, `${A}/x?a=%20b&q=1`],
    [`${A}/x?a&`, `${A}/x?a&q=1`],
    [`${A}/x#part`, `${A}/x?q=1`],
    [A, `${A}/?q=1`],
  ])('adds the query to %s', async (url, whole) => {
    expect((await sentBy({ url, query: { q: 1 } })).url).toBe(whole);
  });

  it.each<[string, JsonObject]>([
    ['headers that are a list', { headers: ['a'] }],
    ['a header that is a map', { headers: { a: { b: 1 } } }],
    ['a query with a map in a list', { query: { a: [{}] } }],
    ['a query that is a text', { query: 'a=b' }],
    ['an unknown key of expect', { expect: { state: 200 } }],
    ['a status that is none', { expect: { status: 'good' } }],
    ['a status out of range', { expect: 600 }],
    ['a json that is a text', { expect: { json: 'maybe' } }],
    ['a content type that is a number', { expect: { content_type: 1 } }],
  ])('is not made of %s', async (_what, node) => {
    expect(await failureOf(node)).toEqual({ code: 'recipe_invalid', attempts: 1 });
  });

  it('is not made of a slow schema that only comes with the run', async () => {
    const inputs = { wanted: { schema: { pattern: '^(a+)+$' } } };
    const { code } = await failureOf({ expect: '{{ wanted }}' }, undefined, inputs);
    expect(code).toBe('recipe_invalid');
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['a header', { headers: { 'x-a': '{{ v }}' } }, { v: 'a\r\nHost: b' }],
    ['the name of a header', { headers: '{{ v }}' }, { v: { 'a\r\nb': '1' } }],
    ['the address', { url: `${A}/{{ v }}` }, { v: 'a\r\nHost: b' }],
    ['the method', { method: '{{ v }}' }, { v: 'GET / HTTP/1.1\r\nHost: b' }],
    ['the host', { url: 'https://{{ v }}/' }, { v: '127.0.0.1:8787/#' }],
    ['the host, behind a user', { url: `${A}{{ v }}/` }, { v: '@127.0.0.1' }],
  ])('cannot be bent by %s', async (_what, node, inputs) => {
    const { seen, state } = await runAsk(node, undefined, { inputs });
    expect(state.failure?.code).toBe('http_denied');
    expect(seen).toEqual([]);
  });
});

describe('the idempotency key of an http_task', () => {
  it('is of the run and the step, and the same for every attempt', async () => {
    const { seen } = await runAsk(
      { method: 'POST', body: 'x' },
      { [A]: (_request, { count }) => new Response('', { status: count < 3 ? 503 : 200 }) },
    );
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual([
      'run_01:ask',
      'run_01:ask',
      'run_01:ask',
    ]);
  });

  it('tells the items of a map apart', async () => {
    const { egress, seen } = createFakeNet({ [A]: json(1) });
    const task = { type: 'http_task', url: A, method: 'PUT', body: '{{ item }}' };
    await runRecipe(
      JSON.stringify({ name: 'm', nodes: [{ id: 'all', type: 'map', over: ['a', 'b'], task }] }),
      { egress },
    );
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual([
      'run_01:all[0]',
      'run_01:all[1]',
    ]);
  });

  it('is left as the author has set it, and is not sent with GET', async () => {
    const own = await sentBy({ method: 'POST', headers: { 'Idempotency-Key': 'mine' } });
    expect(own.headers['idempotency-key']).toBe('mine');
    expect((await sentBy({})).headers).not.toHaveProperty('idempotency-key');
  });
});
