/** A request with many commands, and what counts as an answer to it. */
import { describe, expect, it } from 'vitest';
import { createSend } from '../../../src/adapters/upstash/send.ts';

function make(answer: Response, url = 'https://db.example/') {
  const asked: [string, RequestInit][] = [];
  const send = createSend({ url, token: 'a-token' }, async (...request) => {
    asked.push(request);
    return answer;
  });
  const { signal } = new AbortController();
  return { asked, send: (...words: string[]) => send([['GET', ...words], ['PING']], signal) };
}

it('asks one address with the token, and goes nowhere else with it', async () => {
  const answer = Response.json([{ result: 'QUJD' }, { error: 'ERR no' }]);
  const { asked, send } = make(answer);
  expect(await send('key')).toEqual([{ result: 'QUJD' }, { error: 'ERR no' }]);
  expect(asked).toMatchObject([
    [
      'https://db.example/pipeline',
      {
        method: 'POST',
        redirect: 'manual',
        headers: { authorization: 'Bearer a-token' },
        body: '[["GET","key"],["PING"]]',
      },
    ],
  ]);
});

it('takes null and lists for results', async () => {
  const { send } = make(Response.json([{ result: null }, { result: [1, ['a']] }]));
  expect(await send('key')).toEqual([{ result: null }, { result: [1, ['a']] }]);
});

const redirect = new Response(null, { status: 307, headers: { location: 'https://evil.example' } });

describe('is no answer', () => {
  it.each([
    ['a redirect', redirect, 'Unexpected end'],
    ['one for two commands', Response.json([{ result: 1 }]), 'Cannot read'],
    ['three for two', Response.json([{ result: 1 }, { result: 1 }, { result: 1 }]), 'Cannot read'],
    ['a text in a list', Response.json([{ result: 1 }, 'x']), 'Cannot read'],
    ['null in a list', Response.json([null, null]), 'Cannot read'],
    ['a refusal', Response.json({ error: 'WRONGPASS' }, { status: 401 }), 'WRONGPASS'],
    ['a result of a single command', Response.json({ result: 'OK' }), 'Cannot read'],
    ['null', Response.json(null), 'Cannot read'],
    ['a failure', Response.json([{ result: 1 }, { result: 2 }], { status: 500 }), 'Cannot read'],
    ['HTML', new Response('<html>'), 'Unexpected token'],
  ])('%s', async (_what, answer, why) => {
    await expect(make(answer).send('key')).rejects.toThrow(why);
  });

  it('an object without a result, for its command alone', async () => {
    const { send } = make(Response.json([{}, { result: 2 }]));
    expect(await send('key')).toEqual([{ error: 'Cannot read the answer' }, { result: 2 }]);
  });
});
