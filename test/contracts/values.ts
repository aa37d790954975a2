/** What every store of large values does. */
import { describe, expect, it } from 'vitest';
import type { Values } from '../../src/runtime/ports/values.ts';

export function describeValues(name: string, make: () => Values): void {
  describe(`Values contract: ${name}`, () => {
    it('get() gives back what was put, to its tenant and partition alone', async () => {
      const values = make();
      const place = await placed('one');
      await values.put(place, bytesOf('one'));
      await values.put(place, bytesOf('one'));
      expect(await values.get(place)).toEqual(bytesOf('one'));
      expect(await values.get({ ...place, tenant: 'other' })).toBeUndefined();
      expect(await values.get({ ...place, owner: 'q' })).toBeUndefined();
    });

    it('put() refuses bytes that are not the digest’s, and keeps none of them', async () => {
      const values = make();
      const place = { ...(await placed('right')), tenant: 'strict' };
      await expect(values.put(place, bytesOf('wrong'))).rejects.toThrow();
      expect(await values.get(place)).toBeUndefined();
    });

    it('a tenant’s name never reaches into another’s', async () => {
      const values = make();
      const place = { ...(await placed('hidden')), tenant: 'deep' };
      await values.put(place, bytesOf('hidden'));
      for (const tenant of ['deep/values/..', '../t/deep', 'deep/', 'deep%2F', './deep']) {
        expect(await values.get({ ...place, tenant })).toBeUndefined();
      }
    });

    it('delete() takes all away that it is given, also what is not there', async () => {
      const values = make();
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map(placed));
      await values.put(a!, bytesOf('a'));
      await values.put(b!, bytesOf('b'));
      await values.delete([a!, c!]);
      await values.delete([]);
      expect(await values.get(a!)).toBeUndefined();
      expect(await values.get(b!)).toEqual(bytesOf('b'));
    });

    it('keeps eight megabytes byte for byte', async () => {
      const values = make();
      const text = 'é'.repeat(4 * 1024 * 1024);
      const place = await placed(text);
      await values.put(place, bytesOf(text));
      const found = await values.get(place);
      expect(new TextDecoder().decode(found)).toHaveLength(text.length);
      await values.delete([place]);
    });
  });
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function placed(text: string) {
  const digest = await crypto.subtle.digest('SHA-256', bytesOf(text));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0'));
  return { tenant: 'acme', owner: 'p', digest: hex.join('') };
}
