/** What every store of settings and of secrets does. Run on the memory twins and on the Durable Object. */
import { describe, expect, it } from 'vitest';
import type { Secrets, Settings } from '../../src/runtime/ports/settings.ts';

export interface SettingsSubject {
  readonly settings: Settings;
  readonly again: () => Settings;
  readonly advance: (ms: number) => void;
}

export function describeSettings(name: string, make: () => SettingsSubject): void {
  describe(`Settings contract: ${name}`, () => {
    it('find() gives what was put last, of this tenant and section alone', async () => {
      const { settings } = make();
      expect(await settings.find('acme', 'plugins')).toBeUndefined();
      const value = { list: [1, null, { ä: '語 🎧' }], __proto__x: true };
      await settings.put('acme', 'plugins', 1);
      await settings.put('acme', 'plugins', value);
      await settings.put('acme', 'rates', null);
      expect(await settings.find('acme', 'plugins')).toEqual(value);
      expect(await settings.find('acme', 'rates')).toBeNull();
      expect(await settings.find('acme', 'models')).toBeUndefined();
      expect(await settings.find('other', 'plugins')).toBeUndefined();
    });

    it('what is put is read everywhere within five seconds', async () => {
      const { settings, again, advance } = make();
      const other = again();
      await settings.put('acme', 'plugins', 'old');
      expect(await other.find('acme', 'plugins')).toBe('old');
      expect(await other.find('acme', 'rates')).toBeUndefined();
      await settings.put('acme', 'plugins', 'new');
      await settings.put('acme', 'rates', 'new');
      expect(await settings.find('acme', 'plugins')).toBe('new');
      advance(5_000);
      expect(await other.find('acme', 'plugins')).toBe('new');
      expect(await other.find('acme', 'rates')).toBe('new');
    });
  });
}

export interface SecretsSubject {
  readonly secrets: Secrets;
  readonly again: () => Secrets;
  readonly advance: (ms: number) => void;
  readonly now: () => number;
}

export function describeSecrets(name: string, make: () => SecretsSubject): void {
  const secret = (value: string, more: object = {}) => ({
    name: 'TOKEN',
    value,
    hosts: ['api.example.com', '*.example.org:8443'],
    in: ['header', 'body'] as const,
    ...more,
  });

  describe(`Secrets contract: ${name}`, () => {
    it('reveal() gives the value back; nothing else does', async () => {
      const { secrets, now } = make();
      const value = 'ä 語 🎧 "\\\n'.repeat(100);
      const { value: _value, ...entry } = secret(value);
      const put = await secrets.put('acme', secret(value));
      expect(put).toEqual({ ok: true, value: { ...entry, updatedAt: now(), created: true } });
      expect(await secrets.list('acme')).toEqual([{ ...entry, updatedAt: now() }]);
      expect(await secrets.reveal('acme', 'TOKEN')).toEqual({ ...entry, value, updatedAt: now() });
    });

    it('a tenant has its own and sees no others', async () => {
      const { secrets } = make();
      await secrets.put('acme', secret('of acme'));
      await secrets.put('other', secret('of other', { in: ['header'] }));
      expect(await secrets.reveal('acme', 'TOKEN')).toMatchObject({ value: 'of acme' });
      expect(await secrets.reveal('other', 'TOKEN')).toMatchObject({ value: 'of other' });
      expect(await secrets.delete('third', 'TOKEN')).toBe(false);
      expect(await secrets.list('third')).toEqual([]);
      expect(await secrets.reveal('third', 'TOKEN')).toBeUndefined();
    });

    it('put() replaces; delete() leaves nothing; both hold everywhere within five seconds', async () => {
      const { secrets, again, advance } = make();
      const other = again();
      await secrets.put('acme', secret('first'));
      expect(await other.reveal('acme', 'TOKEN')).toMatchObject({ value: 'first' });
      const put = await secrets.put('acme', secret('second', { hosts: ['b.example'] }));
      expect(put).toMatchObject({ ok: true, value: { created: false, hosts: ['b.example'] } });
      expect(await secrets.reveal('acme', 'TOKEN')).toMatchObject({ value: 'second' });
      advance(5_000);
      expect(await other.reveal('acme', 'TOKEN')).toMatchObject({ value: 'second' });
      expect(await secrets.delete('acme', 'TOKEN')).toBe(true);
      expect(await secrets.delete('acme', 'TOKEN')).toBe(false);
      expect(await secrets.reveal('acme', 'TOKEN')).toBeUndefined();
      advance(5_000);
      expect(await other.reveal('acme', 'TOKEN')).toBeUndefined();
    });

    it('list() sorts by name', async () => {
      const { secrets } = make();
      for (const name of ['b', 'C', 'a']) await secrets.put('acme', secret('x', { name }));
      expect((await secrets.list('acme')).map(({ name }) => name)).toEqual(['C', 'a', 'b']);
    });

    it('five hundred and no more, and the last may still be replaced', async () => {
      const { secrets } = make();
      const names = Array.from({ length: 500 }, (_, at) => `N${at}`);
      await Promise.all(names.map((name) => secrets.put('acme', secret('x', { name }))));
      expect(await secrets.put('acme', secret('x'))).toMatchObject({
        ok: false,
        error: { code: 'quota_exceeded' },
      });
      expect(await secrets.put('acme', secret('y', { name: 'N1' }))).toMatchObject({ ok: true });
    }, 30_000);
  });
}
