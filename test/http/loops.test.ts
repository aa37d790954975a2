/** A server does not serve itself. */
import { expect, it } from 'vitest';
import { DEFAULT_SENDER } from '../../src/runtime/egress/headers.ts';
import { makeApi, problemOf } from '../support/http/api.ts';

const settings = { boundHost: '127.0.0.1', version: '0.0.0' };

it.each(['here', 'there, here', ' here '])(
  'refuses a request that "%s" has sent',
  async (sender) => {
    const { request } = makeApi({ ...settings, instance: 'here' });
    const headers = { 'Edge-Composer-Sender': sender };
    for (const path of ['/v1/recipes', '/healthz', '/nowhere']) {
      const answer = await request(path, { headers });
      expect(answer.status).toBe(508);
      expect((await problemOf(answer)).code).toBe('loop_detected');
    }
  },
);

it.each(['there', 'here-not', ''])('serves a request that "%s" has sent', async (sender) => {
  const { request } = makeApi({ ...settings, instance: 'here' });
  const answer = await request('/v1/recipes', { headers: { 'Edge-Composer-Sender': sender } });
  expect(answer.status).toBe(200);
});

it('knows itself without a name of its own', async () => {
  const { request } = makeApi(settings);
  const headers = { 'Edge-Composer-Sender': DEFAULT_SENDER };
  expect((await request('/v1/recipes', { headers })).status).toBe(508);
});
