/** What every Cache does. An adapter that cannot pass a case says so, with the reason. */
import { describe, expect, it } from 'vitest';
import type { Cache, CacheEntry } from '../../src/runtime/ports/cache.ts';

export interface CacheSubject {
  /** Clients of one store, which have nothing else in common; their random numbers are 0.5. */
  readonly clients: readonly [Cache, ...Cache[]];
  readonly now: () => number;
  readonly advance: (ms: number) => Promise<void>;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array | undefined): string | undefined =>
  value && new TextDecoder().decode(value);
const entry = (value: string, over: Partial<CacheEntry> = {}): CacheEntry => ({
  value: bytes(value),
  ttlMs: 60_000,
  ...over,
});
let holders = 0;
/** Of somebody who has not asked before. */
const terms = () => ({ ms: 10_000, holder: `holder ${++holders}` });

type Case = (name: string, run: (subject: CacheSubject) => Promise<void>) => void;

export function describeCache(name: string, make: () => Promise<CacheSubject>): void {
  const test: Case = (title, run) => it(title, async () => run(await make()), 60_000);
  describe(`Cache contract: ${name}`, () => {
    describeEntries(test);
    describeTags(test);
    describeLeases(test);
  });
}

function describeEntries(test: Case): void {
  test('find() gives what was set until its time is over', async ({ clients, advance, now }) => {
    const [cache] = clients;
    expect(await cache.find('acme', 'a')).toBeUndefined();
    expect(await cache.set('acme', 'a', entry('one'))).toEqual({ ok: true, value: undefined });
    const hit = await cache.find('acme', 'a');
    expect(text(hit?.value)).toBe('one');
    expect(hit?.freshUntil).toBe(now() + 60_000);
    expect(hit?.deadUntil).toBe(now() + 60_000);
    await advance(59_999);
    expect(text((await cache.find('acme', 'a'))?.value)).toBe('one');
    await advance(1);
    expect(await cache.find('acme', 'a')).toBeUndefined();
  });

  test('a value that is stale is still there', async ({ clients: [cache], advance, now }) => {
    await cache.set('acme', 'a', entry('one', { staleMs: 30_000 }));
    await advance(60_001);
    const hit = await cache.find('acme', 'a');
    expect(text(hit?.value)).toBe('one');
    expect(hit!.freshUntil).toBeLessThan(now());
    await advance(29_999);
    expect(await cache.find('acme', 'a')).toBeUndefined();
  });

  test('what is set last is there', async ({ clients }) => {
    const [cache] = clients;
    await cache.set('acme', 'a', entry('one'));
    await (clients[1] ?? cache).set('acme', 'a', entry('two', { ttlMs: 1_000, tags: ['t'] }));
    expect(text((await cache.find('acme', 'a'))?.value)).toBe('two');
  });

  test('bytes come back as they were', async ({ clients: [cache] }) => {
    const all = new Uint8Array(65_536).map((_, index) => (index * 31) ^ (index >> 8));
    await cache.set('acme', 'bytes', { value: all, ttlMs: 60_000 });
    expect((await cache.find('acme', 'bytes'))?.value).toEqual(all);
    await cache.set('acme', 'none', { value: new Uint8Array(0), ttlMs: 60_000 });
    expect((await cache.find('acme', 'none'))?.value).toEqual(new Uint8Array(0));
    for (const each of ['null', 'false', '0', '""', '語🎧']) {
      await cache.set('acme', each, entry(each));
      expect(text((await cache.find('acme', each))?.value)).toBe(each);
    }
  });

  test('a MiB is kept, and more is refused', async ({ clients: [cache] }) => {
    const largest = new Uint8Array(1024 * 1024).fill(65);
    expect(await cache.set('acme', 'a', { value: largest, ttlMs: 60_000 })).toMatchObject({
      ok: true,
    });
    expect((await cache.find('acme', 'a'))?.value.length).toBe(largest.length);
    const more = new Uint8Array(1024 * 1024 + 1);
    expect(await cache.set('acme', 'b', { value: more, ttlMs: 60_000 })).toMatchObject({
      ok: false,
      error: { code: 'cache_value_too_large' },
    });
    expect(await cache.find('acme', 'b')).toBeUndefined();
  });

  test('tenants and keys are apart', async ({ clients: [cache] }) => {
    const apart = [
      ['acme', 'a'],
      ['acme', 'a '],
      ['acm', 'e:a'],
      ['acme:a', ''],
      ['', 'acme'],
      ['__proto__', 'constructor'],
      ['ACME', 'a'],
      ['acme', 'a\u0000'],
    ] as const;
    for (const [tenant, key] of apart) {
      expect(await cache.find(tenant, key)).toBeUndefined();
      await cache.set(tenant, key, entry(`${tenant}/${key}`));
    }
    for (const [tenant, key] of apart) {
      expect(text((await cache.find(tenant, key))?.value)).toBe(`${tenant}/${key}`);
    }
  });

  test('delete() drops one entry, and nothing when there is none', async ({ clients: [cache] }) => {
    await cache.set('acme', 'a', entry('one'));
    await cache.set('acme', 'b', entry('two'));
    await cache.delete('acme', 'a');
    await cache.delete('acme', 'nothing');
    expect(await cache.find('acme', 'a')).toBeUndefined();
    expect(text((await cache.find('acme', 'b'))?.value)).toBe('two');
  });
}

function describeTags(test: Case): void {
  test('invalidate() drops what was set under a tag so far', async ({ clients: [cache] }) => {
    await cache.set('acme', 'a', entry('one', { tags: ['red', 'blue'] }));
    await cache.set('acme', 'b', entry('two', { tags: ['blue'] }));
    await cache.set('other', 'a', entry('other', { tags: ['red'] }));
    expect(await cache.invalidate('acme', ['red'])).toBe(true);
    expect(await cache.find('acme', 'a')).toBeUndefined();
    expect(text((await cache.find('acme', 'b'))?.value)).toBe('two');
    expect(text((await cache.find('other', 'a'))?.value)).toBe('other');
    await cache.set('acme', 'a', entry('new', { tags: ['red', 'blue'] }));
    expect(text((await cache.find('acme', 'a'))?.value)).toBe('new');
    expect(await cache.invalidate('acme', ['green', 'blue'])).toBe(true);
    expect(await cache.find('acme', 'a')).toBeUndefined();
    expect(await cache.find('acme', 'b')).toBeUndefined();
  });

  test('odd names of tags are names like others', async ({ clients: [cache] }) => {
    const odd = ['__proto__', 'constructor', '', 'a b', '語', 'x'.repeat(500), 'a\u0000b'];
    for (const tag of odd) await cache.set('acme', `key ${tag}`, entry('one', { tags: [tag] }));
    for (const tag of odd) {
      expect(text((await cache.find('acme', `key ${tag}`))?.value)).toBe('one');
      await cache.invalidate('acme', [tag]);
      expect(await cache.find('acme', `key ${tag}`)).toBeUndefined();
    }
  });

  test('what began to be made before an invalidation is dropped by it', async ({ clients }) => {
    const [cache] = clients;
    const { lease } = await cache.take('acme', 'a', { ...terms(), tags: ['red'] });
    await (clients[1] ?? cache).invalidate('acme', ['red']);
    await cache.set('acme', 'a', entry('old', { tags: ['red'], lease: lease! }));
    expect(await cache.find('acme', 'a')).toBeUndefined();
  });
}

function describeLeases(test: Case): void {
  test('of all who miss one gets the lease', async ({ clients }) => {
    const taken = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        clients[index % clients.length]!.take('acme', 'a', terms()),
      ),
    );
    expect(taken.filter(({ lease }) => lease !== undefined)).toHaveLength(1);
    expect(taken.filter(({ hit }) => hit !== undefined)).toHaveLength(0);
  });

  test('a lease ends when it is released, by its holder alone', async ({ clients: [cache] }) => {
    const { lease } = await cache.take('acme', 'a', terms());
    await cache.release('acme', 'a', { holder: 'foreign', epochs: {} });
    expect(await cache.take('acme', 'a', terms())).toEqual({});
    await cache.release('acme', 'a', lease!);
    const second = await cache.take('acme', 'a', terms());
    expect(second.lease).toBeDefined();
    await cache.release('acme', 'a', lease!);
    expect(await cache.take('acme', 'a', terms())).toEqual({});
  });

  test('whoever has the lease gets it again', async ({ clients }) => {
    const mine = terms();
    await clients[0].take('acme', 'a', mine);
    expect(await clients[0].take('acme', 'a', terms())).toEqual({});
    const again = await (clients[1] ?? clients[0]).take('acme', 'a', mine);
    expect(again.lease?.holder).toBe(mine.holder);
  });

  test('a lease ends by itself', async ({ clients: [cache], advance }) => {
    await cache.take('acme', 'a', terms());
    await advance(9_999);
    expect(await cache.take('acme', 'a', terms())).toEqual({});
    await advance(1);
    expect((await cache.take('acme', 'a', terms())).lease).toBeDefined();
  });

  test('what is fresh needs no lease; what is stale comes with one, once', async ({
    clients: [cache],
    advance,
  }) => {
    const { lease } = await cache.take('acme', 'a', terms());
    await cache.set('acme', 'a', entry('one', { staleMs: 60_000, lease: lease! }));
    await cache.release('acme', 'a', lease!);
    const fresh = await cache.take('acme', 'a', terms());
    expect([text(fresh.hit?.value), fresh.lease]).toEqual(['one', undefined]);
    await advance(60_000);
    const first = await cache.take('acme', 'a', terms());
    expect([text(first.hit?.value), first.lease !== undefined]).toEqual(['one', true]);
    const second = await cache.take('acme', 'a', terms());
    expect([text(second.hit?.value), second.lease]).toEqual(['one', undefined]);
  });

  test('leases of tenants are apart', async ({ clients: [cache] }) => {
    expect((await cache.take('acme', 'a', terms())).lease).toBeDefined();
    expect((await cache.take('other', 'a', terms())).lease).toBeDefined();
  });
}
