/** How long a text's first piece takes from the provider's first byte to a watcher: the started server, real sockets. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProviders } from '../support/providers/server.ts';
import { providerVariables } from '../support/providers/variables.ts';
import { startServer } from '../support/server.ts';
import { readSse } from '../support/sse.ts';
import { median } from './report.ts';
import type { Suite } from './report.ts';

const TEXT = ['The ', 'first ', 'piece ', 'counts.'];

export const models: Suite = async ({ quick }) => {
  const runs = quick ? 5 : 25;
  const folder = mkdtempSync(join(tmpdir(), 'composer-models-'));
  const fake = await startProviders();
  const server = await startServer(folder, { env: providerVariables(fake.url) });
  try {
    const times: number[] = [];
    const floors: number[] = [];
    // The first ones load the provider's module and warm the code.
    for (let run = 0; run < runs + 3; run += 1) {
      const took = await firstDelta(server.url, fake, `bench${run}`);
      const floor = await firstByte(fake, `floor${run}`);
      if (run < 3) continue;
      times.push(took);
      floors.push(floor);
    }
    return [
      {
        work: 'first_delta',
        unit: 'ms',
        ours: median(times),
        floor: median(floors),
        peers: {},
        runs,
      },
    ];
  } finally {
    await server.stop();
    await fake.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

async function firstDelta(
  url: string,
  fake: Awaited<ReturnType<typeof startProviders>>,
  model: string,
): Promise<number> {
  fake.script(model, { text: TEXT, holdAt: 0 });
  const nodes = [
    { id: 'ask', type: 'language_task', model: `openai/${model}`, prompt: 'Go', stream: true },
  ];
  const begun = await fetch(`${url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ recipe: { name: 'bench', nodes } }),
  });
  const { id } = (await begun.json()) as { id: string };
  const stream = readSse(
    await fetch(`${url}/v1/runs/${id}/events`, { headers: { accept: 'text/event-stream' } }),
  );
  await stream.until('node.started');
  await fake.asked(model, 1);
  const startedAt = performance.now();
  fake.release(model);
  await stream.until('node.delta');
  const took = performance.now() - startedAt;
  await stream.all();
  return took;
}

/** The same, for a client that asks the provider itself. */
async function firstByte(
  fake: Awaited<ReturnType<typeof startProviders>>,
  model: string,
): Promise<number> {
  fake.script(model, { text: TEXT, holdAt: 0 });
  const asked = fetch(`${fake.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model, stream: true }),
  });
  await fake.asked(model, 1);
  const startedAt = performance.now();
  fake.release(model);
  const reader = (await asked).body!.getReader();
  await reader.read();
  const took = performance.now() - startedAt;
  while (!(await reader.read()).done);
  return took;
}
