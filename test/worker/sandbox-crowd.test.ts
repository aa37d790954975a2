/** Many plugins at a time in one sandbox. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { createSandbox } from '../../src/adapters/extism/sandbox.ts';
import { instrumentModule } from '../../src/core/plugin/instrument.ts';
import { createTestBytes, sha256 } from '../support/guests/guest-bytes.ts';
import { says } from '../support/hostile/plugin.ts';
import { op } from '../support/hostile/wasm.ts';

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

it('100 of 20 plugins use four isolates at a time, and no slot is lost to a bad one', async () => {
  const bytes = createTestBytes();
  const sandbox = createSandbox({
    // SAFETY: wrangler.toml binds it.
    loader: (env as unknown as { LOADER: WorkerLoader }).LOADER,
    bytes,
    bundled: new Map(),
    compatibilityDate: '2026-08-01',
  });
  const options = { fuelExport: '__fuel', startFuel: 1_000_000n };
  const hashes = await Promise.all(
    range(20).map(async (i) => {
      const made = instrumentModule(says(`p${i}`, i % 5 === 4 ? op.unreachable : []), options);
      if (!made.ok) throw new Error(made.error.message);
      const hash = await sha256(Uint8Array.from(made.value.wasm));
      await bytes.put('crowd', hash, made.value.wasm);
      return hash;
    }),
  );
  await Promise.all(
    range(100).map(async (i) => {
      const call = {
        tenant: 'crowd',
        hash: hashes[i % 20]!,
        bundled: false,
        export: 'run',
        input: new Uint8Array(),
        config: {},
      };
      const reply = await sandbox.call(call, new AbortController().signal);
      const said = reply.ok ? new TextDecoder().decode(reply.value.output) : reply.error.code;
      expect(said).toBe(i % 5 === 4 ? 'trap' : `p${i % 20}`);
    }),
  );
  expect(sandbox.highWater).toBe(4);
});
