/** Cloudflare Workflows on its local engine, in a Miniflare of this process. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { freePort } from '../../support/server.ts';
import type { Peer } from './peer.ts';

export async function startWorkflows(state: string): Promise<Peer> {
  const host = '127.0.0.1';
  const port = await freePort();
  const name = 'workflows-worker.js';
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host,
      port,
      log: new Log(LogLevel.ERROR),
      cf: false,
      resourcePersistencePath: state,
      modules: [
        {
          type: 'ESModule',
          path: name,
          contents: readFileSync(join(import.meta.dirname, name), 'utf8'),
        },
      ],
      compatibilityDate: '2026-08-01',
      workflows: { BENCH: { name: 'bench', className: 'Bench' } },
    }),
  );
  await miniflare.ready;
  const url = `http://${host}:${port}`;
  return {
    name: 'cloudflare_workflows',
    async run(work, count) {
      const answer = await fetch(`${url}/${work}?count=${count}`);
      if (!answer.ok) throw new Error(`Cloudflare Workflows: ${await answer.text()}`);
      await answer.json();
    },
    stop: () => miniflare.dispose(),
  };
}
