/** What every store of keys does. Run on the memory twin and on the Durable Object. */
import { describe, expect, it } from 'vitest';
import type { Keys } from '../../src/runtime/ports/keys.ts';

export interface KeysSubject {
  readonly keys: Keys;
  /** Another isolate's view of the same keys. */
  readonly again: () => Keys;
  readonly advance: (ms: number) => void;
  readonly now: () => number;
}

const DIGEST = 'd'.repeat(64);
const key = (id: string, more: object = {}) => ({
  id: `key_${id}`,
  name: 'ci',
  scopes: ['runs:read', 'admin'] as const,
  groups: ['legal', 'ä b'],
  digest: DIGEST,
  ...more,
});

export function describeKeys(name: string, make: () => KeysSubject): void {
  describe(`Keys contract: ${name}`, () => {
    it('verify() knows a key by its id and its digest together, in its own tenant alone', async () => {
      const { keys, now } = make();
      const put = await keys.put('acme', key('1'));
      const { digest: _digest, ...entry } = key('1');
      expect(put).toEqual({ ok: true, value: { ...entry, createdAt: now() } });
      expect(await keys.verify('acme', 'key_1', DIGEST)).toMatchObject(entry);
      expect(await keys.verify('acme', 'key_1', 'e'.repeat(64))).toBeUndefined();
      expect(await keys.verify('acme', 'key_1', '')).toBeUndefined();
      expect(await keys.verify('acme', 'key_2', DIGEST)).toBeUndefined();
      expect(await keys.verify('other', 'key_1', DIGEST)).toBeUndefined();
    });

    it('nothing of a digest is ever given out', async () => {
      const { keys } = make();
      const seen = [
        await keys.put('acme', key('1')),
        await keys.list('acme'),
        await keys.change('acme', 'key_1', { name: 'x' }),
        await keys.verify('acme', 'key_1', DIGEST),
      ];
      expect(JSON.stringify(seen)).not.toContain(DIGEST);
    });

    it('list() gives the keys of a tenant and of no other, oldest first', async () => {
      const { keys } = make();
      for (const id of ['b', 'a', 'c']) await keys.put('acme', key(id));
      expect((await keys.list('acme')).map(({ id }) => id)).toEqual(['key_a', 'key_b', 'key_c']);
      expect(await keys.list('other')).toEqual([]);
    });

    it('a key ends when it expires, to the millisecond', async () => {
      const { keys, now, advance } = make();
      await keys.put('acme', key('1', { expiresAt: now() + 1_000 }));
      advance(999);
      expect(await keys.verify('acme', 'key_1', DIGEST)).toBeDefined();
      advance(1);
      expect(await keys.verify('acme', 'key_1', DIGEST)).toBeUndefined();
    });

    it('change() changes what is named and keeps the rest; null takes the end away', async () => {
      const { keys, now } = make();
      await keys.put('acme', key('1', { expiresAt: now() + 1_000 }));
      const renamed = await keys.change('acme', 'key_1', { name: 'laptop' });
      expect(renamed).toMatchObject({ name: 'laptop', expiresAt: now() + 1_000 });
      const narrowed = await keys.change('acme', 'key_1', {
        scopes: ['runs:read'],
        expiresAt: null,
      });
      expect(narrowed).toMatchObject({ name: 'laptop', scopes: ['runs:read'] });
      expect(narrowed).not.toHaveProperty('expiresAt');
      expect(await keys.list('acme')).toEqual([narrowed]);
      expect(await keys.change('acme', 'key_2', { name: 'x' })).toBeUndefined();
      expect(await keys.change('other', 'key_1', { name: 'x' })).toBeUndefined();
    });

    it('delete() ends a key everywhere within five seconds', async () => {
      const { keys, again, advance } = make();
      const other = again();
      await keys.put('acme', key('1'));
      expect(await other.verify('acme', 'key_1', DIGEST)).toBeDefined();
      expect(await keys.delete('acme', 'key_1')).toBe(true);
      expect(await keys.delete('acme', 'key_1')).toBe(false);
      advance(5_000);
      expect(await other.verify('acme', 'key_1', DIGEST)).toBeUndefined();
      expect(await keys.verify('acme', 'key_1', DIGEST)).toBeUndefined();
    });

    it('fewer scopes hold everywhere within five seconds', async () => {
      const { keys, again, advance } = make();
      const other = again();
      await keys.put('acme', key('1'));
      await other.verify('acme', 'key_1', DIGEST);
      await keys.change('acme', 'key_1', { scopes: ['runs:read'] });
      advance(5_000);
      expect((await other.verify('acme', 'key_1', DIGEST))?.scopes).toEqual(['runs:read']);
    });

    it('a use is told by its minute; a wrong digest is none', async () => {
      const { keys, now, advance } = make();
      await keys.put('acme', key('1'));
      await keys.verify('acme', 'key_1', 'e'.repeat(64));
      expect((await keys.list('acme'))[0]).not.toHaveProperty('lastUsedAt');
      await keys.verify('acme', 'key_1', DIGEST);
      const first = now();
      advance(30_000);
      await keys.verify('acme', 'key_1', DIGEST);
      expect((await keys.list('acme'))[0]?.lastUsedAt).toBe(first);
      advance(30_000);
      await keys.verify('acme', 'key_1', DIGEST);
      expect((await keys.list('acme'))[0]?.lastUsedAt).toBe(first + 60_000);
    });

    it('a thousand keys and no more', async () => {
      const { keys } = make();
      const ids = Array.from({ length: 1_000 }, (_, at) => String(at));
      await Promise.all(ids.map((id) => keys.put('acme', key(id))));
      expect(await keys.put('acme', key('more'))).toMatchObject({
        ok: false,
        error: { code: 'quota_exceeded' },
      });
      await keys.delete('acme', 'key_0');
      expect(await keys.put('acme', key('more'))).toMatchObject({ ok: true });
    }, 30_000);
  });
}
