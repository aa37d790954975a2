/** What every store of grants does. Run on the memory twin and on the Durable Object. */
import { describe, expect, it } from 'vitest';
import type { Grants, PluginGrant } from '../../src/runtime/ports/grants.ts';

export interface GrantsSubject {
  readonly grants: Grants;
  readonly again: () => Grants;
  readonly advance: (ms: number) => void;
}

const GRANT: PluginGrant = {
  hosts: ['api.example.com', 'http://*.example.org:8080'],
  secrets: ['KEY'],
  config: { greeting: 'ä 語 🎧', constructor: 'x' },
  wasi: false,
  limits: { fuel: 1_000, timeout_ms: 5 },
};

export function describeGrants(name: string, make: () => GrantsSubject): void {
  describe(`Grants contract: ${name}`, () => {
    it('find() gives what was put last, for this tenant and plugin alone', async () => {
      const { grants } = make();
      expect(await grants.find('acme', 'p')).toBeUndefined();
      expect(await grants.put('acme', 'p', { ...GRANT, wasi: true })).toEqual({ created: true });
      expect(await grants.put('acme', 'p', GRANT)).toEqual({ created: false });
      expect(await grants.find('acme', 'p')).toEqual(GRANT);
      expect(await grants.find('acme', 'q')).toBeUndefined();
      expect(await grants.find('other', 'p')).toBeUndefined();
      expect(await grants.delete('other', 'p')).toBe(false);
    });

    it('a grant that is changed or taken back is so everywhere within five seconds', async () => {
      const { grants, again, advance } = make();
      const other = again();
      await grants.put('acme', 'p', GRANT);
      expect(await other.find('acme', 'p')).toEqual(GRANT);
      await grants.put('acme', 'p', { ...GRANT, hosts: [] });
      advance(5_000);
      expect((await other.find('acme', 'p'))?.hosts).toEqual([]);
      expect(await grants.delete('acme', 'p')).toBe(true);
      expect(await grants.delete('acme', 'p')).toBe(false);
      expect(await grants.find('acme', 'p')).toBeUndefined();
      advance(5_000);
      expect(await other.find('acme', 'p')).toBeUndefined();
    });
  });
}
