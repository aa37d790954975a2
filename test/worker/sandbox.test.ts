/** The sandbox on the Worker Loader, in workerd. */
import { env } from 'cloudflare:workers';
import { createSandbox } from '../../src/adapters/extism/sandbox.ts';
import { describeSandbox } from '../contracts/sandbox.ts';

// SAFETY: wrangler.toml binds it.
const { LOADER: loader } = env as unknown as { LOADER: WorkerLoader };

describeSandbox('Worker Loader', (bytes) =>
  createSandbox({ loader, bytes, bundled: new Map(), compatibilityDate: '2026-08-01' }),
);
