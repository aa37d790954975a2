/** The plugins of this release: the same replies in this isolate and in one of their own. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import textTools from '../../dist/bundled/text-tools.wasm';
import { createSandbox } from '../../src/adapters/extism/sandbox.ts';
import { createTestBytes, guestBytes, sha256 } from '../support/guests/guest-bytes.ts';
import { codeOf } from '../support/guests/harness.ts';

// SAFETY: wrangler.toml binds it.
const { LOADER: loader } = env as unknown as { LOADER: WorkerLoader };

async function setUp() {
  const bytes = createTestBytes();
  const wasm = guestBytes('text-tools');
  const hash = await sha256(wasm);
  await bytes.put('a', hash, wasm);
  const sandbox = createSandbox({
    loader,
    bytes,
    bundled: new Map([[hash, textTools]]),
    compatibilityDate: '2026-08-01',
  });
  const call = (name: string, input: string, bundled: boolean) =>
    sandbox.call(
      {
        tenant: 'a',
        hash,
        bundled,
        export: name,
        input: new TextEncoder().encode(input),
        config: {},
      },
      new AbortController().signal,
    );
  return { call };
}

it.each([
  ['word_count', '{"text":"Zwei Wörter — und noch drei. 漢字!"}', 'ok'],
  ['word_count', '{"text":""}', 'ok'],
  ['word_count', '{"text":', 'plugin_error'],
  ['word_count', '', 'plugin_error'],
  ['no_such_function', '{}', 'no_such_function'],
])('%s of %s ends with %s, bundled or not', async (name, input, code) => {
  const { call } = await setUp();
  const bundled = await call(name, input, true);
  expect(codeOf(bundled)).toBe(code);
  expect(await call(name, input, false)).toEqual(bundled);
});
