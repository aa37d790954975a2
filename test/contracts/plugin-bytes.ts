/** What every store of plugins' bytes does. */
import { describe, expect, it } from 'vitest';
import type { PluginBytes } from '../../src/runtime/ports.ts';

export function describePluginBytes(name: string, make: () => PluginBytes): void {
  describe(`PluginBytes contract: ${name}`, () => {
    it('get() gives back what was put, to its tenant alone', async () => {
      const bytes = make();
      const given = new Uint8Array([0, 97, 115, 109, 255]);
      const hash = await sha256(given);
      await bytes.put('acme', hash, given);
      await bytes.put('acme', hash, given);
      expect(await bytes.get('acme', hash)).toEqual(given);
      expect(await bytes.get('other', hash)).toBeUndefined();
      expect(await bytes.get('', hash)).toBeUndefined();
    });

    it('a tenant’s name never reaches into another’s', async () => {
      const bytes = make();
      const given = new Uint8Array([1, 2, 3]);
      const hash = await sha256(given);
      await bytes.put('a', hash, given);
      for (const tenant of ['a/plugins/..', '../t/a', 'a/', 'a%2F', './a']) {
        expect(await bytes.get(tenant, hash)).toBeUndefined();
      }
    });

    it('get() finds nothing under what is no hash', async () => {
      const bytes = make();
      expect(await bytes.get('a', '../a')).toBeUndefined();
      expect(await bytes.get('a', '')).toBeUndefined();
    });
  });
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
