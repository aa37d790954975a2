/** What every sandbox does, whatever holds the guest. */
import { describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/runtime/ports.ts';
import { createTestBytes, guestBytes, sha256 } from '../support/guests/guest-bytes.ts';
import type { PluginBytes } from '../../src/runtime/ports.ts';

type Subject = Sandbox & { readonly loads: number };

export function describeSandbox(name: string, make: (bytes: PluginBytes) => Subject): void {
  describe(`Sandbox contract: ${name}`, () => {
    it('gives back what the guest set as its output', async () => {
      const { call } = await setup(make);
      expect(await call('echo', 'héllo wörld')).toMatchObject({ ok: true });
    });
  });
}

async function setup(make: (bytes: PluginBytes) => Subject, guest = 'kit') {
  const bytes = createTestBytes();
  const wasm = guestBytes(guest);
  const hash = await sha256(wasm);
  await bytes.put('a', hash, wasm);
  const sandbox = make(bytes);
  const call = (name: string, input = '') =>
    sandbox.call(
      {
        tenant: 'a',
        hash,
        bundled: false,
        export: name,
        input: new TextEncoder().encode(input),
        config: {},
      },
      new AbortController().signal,
    );
  return { bytes, hash, sandbox, call };
}
