/** Limits of the API: who is limited by what, and what answers say. */
import { describe, expect, it } from 'vitest';
import { clientAddress } from '../../src/http/client-address.ts';
import { parseApiRates } from '../../src/runtime/limits/api-rates.ts';
import type { RateDecision, RateLimiter } from '../../src/runtime/ports/rate-limiter.ts';
import { LOOPBACK, makeApi, problemOf } from '../support/http/api.ts';

const limited = { ...LOOPBACK, apiRates: { read: { limit: 2, windowMs: 60_000 } } };

describe('a limited class of routes', () => {
  it('S17 says what is left, refuses with 429 what is over, and leaves other classes alone', async () => {
    const api = makeApi(limited);
    const first = await api.request('/v1/recipes');
    expect(first.headers.get('RateLimit-Policy')).toBe('"read";q=2;w=60');
    expect(first.headers.get('RateLimit')).toBe('"read";r=1;t=60');
    await api.request('/v1/recipes');
    const refused = await api.request('/v1/recipes');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(refused.headers.get('RateLimit')).toBe('"read";r=0;t=60');
    expect(await problemOf(refused)).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      code: 'rate_limited',
      status: 429,
      'violated-policies': ['read'],
    });
    const other = await api.send('POST', '/v1/validate', { source: 'a: 1' });
    expect(other.status).not.toBe(429);
    expect((await api.request('/healthz')).status).toBe(200);
  });

  it('of a tenant is what its settings say', async () => {
    const api = makeApi(limited);
    await api.services.ports.settings.put('default', 'rates', {
      read: { limit: 100, window_s: 10 },
    });
    const answer = await api.request('/v1/recipes');
    expect(answer.headers.get('RateLimit-Policy')).toBe('"read";q=100;w=10');
  });

  it('is not there when nobody has set one', async () => {
    const answer = await makeApi().request('/v1/recipes');
    expect(answer.headers.get('RateLimit-Policy')).toBeNull();
  });
});

describe('while the store is down', () => {
  const decision: RateDecision = {
    ok: false,
    policy: 'read',
    limit: 2,
    windowMs: 60_000,
    remaining: 0,
    retryAfterMs: 1_000,
    resetMs: 0,
    source: 'local',
    degraded: true,
  };
  const down = (ok: boolean): RateLimiter => ({
    check: async () => [{ ...decision, ok }],
    peek: async () => ({ ...decision, ok }),
    correct: async () => undefined,
    reset: async () => undefined,
  });

  it('a refusal is 503, and nothing is said of what is left', async () => {
    const refused = await makeApi(limited, { limiter: down(false) }).request('/v1/recipes');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('Retry-After')).toBe('1');
    expect(refused.headers.get('RateLimit')).toBeNull();
    expect(await problemOf(refused)).toMatchObject({ code: 'store_unavailable' });
  });

  it('what passes says nothing of what is left either', async () => {
    const passed = await makeApi(limited, { limiter: down(true) }).request('/v1/recipes');
    expect(passed.status).toBe(200);
    expect(passed.headers.get('RateLimit')).toBeNull();
  });

  it('readyz fails with the reason', async () => {
    const message = 'Cannot ask Redis: it does not take the token';
    const api = makeApi(LOOPBACK, {
      storeHealth: {
        source: 'redis',
        ping: async () => ({
          ok: false,
          error: { code: 'store_unavailable', message, retryable: true },
        }),
        openUntil: () => 0,
      },
    });
    const answer = await api.request('/readyz');
    expect(answer.status).toBe(503);
    expect((await problemOf(answer)).detail).toContain('does not take the token');
  });

  it('an invalidation that nobody took is not one', async () => {
    const api = makeApi();
    const cache = { ...api.services.ports.cache, invalidate: async () => false };
    const broken = makeApi(LOOPBACK, { cache });
    const answer = await broken.send('POST', '/v1/cache/invalidate', { tags: ['all'] });
    expect(answer.status).toBe(503);
  });
});

it('GET /v1/limits tells what is left, and uses up nothing but itself', async () => {
  const api = makeApi({ ...LOOPBACK, apiRates: { run: { limit: 5, windowMs: 60_000 } } });
  for (let count = 0; count < 2; count += 1) {
    expect(await (await api.request('/v1/limits')).json()).toEqual({
      store: 'memory',
      limits: [
        { policy: 'run', limit: 5, window_s: 60, remaining: 5, reset_s: 0, degraded: false },
      ],
    });
  }
});

it.each([
  [{}],
  [{ tags: [] }],
  [{ tags: [''] }],
  [{ tags: ['x'.repeat(257)] }],
  [{ tags: Array.from({ length: 17 }, String) }],
  [{ tags: ['all'], more: 1 }],
])('POST /v1/cache/invalidate refuses %j', async (body) => {
  const answer = await makeApi().send('POST', '/v1/cache/invalidate', body);
  expect(answer.status).toBe(400);
});

describe('who guesses keys', () => {
  const settings = { version: '1', adminKeySha256: 'a'.repeat(64) };
  const guess = (address?: string) => ({
    headers: {
      authorization: 'Bearer guess',
      ...(address !== undefined && { 'cf-connecting-ip': address }),
    },
  });

  it('is refused by address on Cloudflare', async () => {
    const api = makeApi({ ...settings, platform: 'cloudflare' });
    for (let count = 0; count < 60; count += 1) {
      expect((await api.request('/v1/recipes', guess('203.0.113.9'))).status).toBe(401);
    }
    expect((await api.request('/v1/recipes', guess('203.0.113.9'))).status).toBe(429);
    expect((await api.request('/v1/recipes', guess('203.0.113.10'))).status).toBe(401);
  });

  it('is not elsewhere, where the header is the client’s own', async () => {
    const api = makeApi({ ...settings, platform: 'self-hosted' });
    for (let count = 0; count < 70; count += 1) {
      expect((await api.request('/v1/recipes', guess('203.0.113.9'))).status).toBe(401);
    }
  });
});

it.each([
  ['203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', undefined],
  ['x'.repeat(46), undefined],
])('clientAddress() of %s is %s', (given, expected) => {
  const headers = new Headers({ 'cf-connecting-ip': given });
  expect(clientAddress(headers, 'cloudflare')).toBe(expected);
  expect(clientAddress(headers, 'self-hosted')).toBeUndefined();
});

it.each([
  [
    'read=6000/1m run=5/1s',
    { read: { limit: 6_000, windowMs: 60_000 }, run: { limit: 5, windowMs: 1_000 } },
  ],
  ['off', {}],
  ['', {}],
  ['read=0/1m', { wrong: ['read=0/1m'] }],
  ['reed=1/1m,run=1/1m', { wrong: ['reed=1/1m'] }],
  ['read=1', { wrong: ['read=1'] }],
  ['read=-1/1m', { wrong: ['read=-1/1m'] }],
])('parseApiRates() of %j', (text, expected) => {
  expect(parseApiRates(text)).toEqual(expected);
});
