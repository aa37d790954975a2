/** Our side: the built Worker with the bench's routes, on workerd, its state in memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWhenStale, startServer } from '../../../scripts/launcher/server.ts';
import { freePort } from '../../support/server.ts';

const ROOT = join(import.meta.dirname, '../../..');

export interface BenchServer {
  readonly url: string;
  /** Stores a recipe. */
  readonly store: (recipe: { readonly name: string }) => Promise<void>;
  /** Runs a stored recipe to its end, which must be a good one; gives its id. */
  readonly run: (name: string, mode?: 'durable' | 'inline') => Promise<string>;
  readonly get: <T>(path: string) => Promise<T>;
  readonly stop: () => Promise<void>;
}

export async function startBenchServer(state: string): Promise<BenchServer> {
  buildWhenStale(ROOT);
  const host = '127.0.0.1';
  const server = await startServer({
    root: ROOT,
    host,
    port: await freePort(),
    state,
    variables: { PLATFORM: 'self-hosted', BOUND_HOST: host, LOG_LEVEL: 'error' },
    allowAddresses: [],
    main: { name: 'bench.js', text: readFileSync(join(import.meta.dirname, 'worker.js'), 'utf8') },
  });
  const send = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const answer = await fetch(server.url + path, init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const wasm = readFileSync(join(ROOT, 'dist/plugins/readability.wasm'));
  await send('/v1/plugins/bench-plugin/versions/1.0.0', {
    method: 'PUT',
    body: wasm,
    headers: { 'content-type': 'application/wasm' },
  });
  return {
    url: server.url,
    async store(recipe) {
      await send(`/v1/recipes/${recipe.name}`, {
        method: 'PUT',
        body: JSON.stringify(recipe),
        headers: { 'content-type': 'application/json' },
      });
    },
    async run(name, mode = 'durable') {
      const view = await send<{ id: string; status: string }>(`/v1/recipes/${name}/runs`, {
        method: 'POST',
        body: JSON.stringify({ mode }),
        headers: { 'content-type': 'application/json', prefer: 'wait=60' },
      });
      if (view.status !== 'completed') throw new Error(`Run of "${name}" is ${view.status}`);
      return view.id;
    },
    get: (path) => send(path),
    stop: server.stop,
  };
}
