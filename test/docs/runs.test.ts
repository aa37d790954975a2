/** Every recipe in the documents runs to its end: with the real plugins, the offline models, and people who agree. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPlugin } from '@extism/extism';
import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../src/adapters/memory/files.ts';
import { createModels } from '../../src/adapters/models/models.ts';
import { ok } from '../../src/core/errors.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import type { Plan } from '../../src/core/recipe/plan.ts';
import { createFunctions } from '../../src/runtime/functions.ts';
import type { PluginCall, PluginVersion } from '../../src/runtime/ports.ts';
import type { Models } from '../../src/runtime/ports/models.ts';
import { createFakeNet } from '../support/fake-net.ts';
import { createManualClock, settled } from '../support/manual-clock.ts';
import { createOffice, runToEnd, startRun } from '../support/run-recipe.ts';
import { createTestFunctions } from '../support/test-functions.ts';
import { compileExample, examples, PLUGINS, plugins } from './examples.ts';

const PROSE =
  'Tides rise and fall twice a day. The moon pulls the water, and the earth turns below it. ';
/** What the pages leave to the reader, by the id of the input. */
const GIVEN = {
  text: PROSE.repeat(8),
  draft: PROSE.repeat(8),
  script: PROSE,
  message: 'Where is my invoice?',
  notes: 'Sail at noon',
  day: '2026-05-01',
  title: 'Tides',
  topic: 'tides',
  customer: 'ann',
  articles: [
    { title: 'Tides', text: PROSE },
    { title: 'Moon', text: PROSE.repeat(3) },
  ],
  orders: [{ amount: 2 }, { amount: 40 }],
  points: [
    { title: ' high tide ', score: 7 },
    { title: 'low', score: 1 },
  ],
  user: { name: 'Ann' },
  order: '17',
  city: 'Oslo',
  log: 'log',
  recording: 'recording',
  code: 'AB-1',
};

/** The made-up plugins of the pages. */
const MADE_UP: { readonly [hash: string]: (name: string, input: JsonObject) => JsonValue } = {
  shout: (_, { text }) => ({ text: `${typeof text === 'string' ? text.toUpperCase() : ''}!` }),
  'log-tools': (name, { state }) =>
    name.endsWith('_finish') ? { errors: state ?? null } : { state: Number(state ?? 0) + 1 },
};

// SAFETY: the Workers types declare `Module` abstract, as a Worker may not compile; Node may.
const NodeModule = WebAssembly.Module as unknown as new (
  bytes: Uint8Array<ArrayBuffer>,
) => WebAssembly.Module;
const modules = new Map<string, WebAssembly.Module>();

function moduleOf(name: string): WebAssembly.Module {
  const known =
    modules.get(name) ??
    new NodeModule(new Uint8Array(readFileSync(join(PLUGINS, `${name}.wasm`))));
  modules.set(name, known);
  return known;
}

async function callPlugin({ hash, export: name, input }: PluginCall): Promise<Uint8Array> {
  const madeUp = MADE_UP[hash];
  if (madeUp !== undefined) {
    const given = JSON.parse(new TextDecoder().decode(input)) as JsonObject;
    return new TextEncoder().encode(JSON.stringify(madeUp(name, given)));
  }
  const plugin = await createPlugin(moduleOf(hash), { useWasi: false });
  try {
    return (await plugin.call(name, input))?.bytes() ?? new Uint8Array();
  } finally {
    await plugin.close();
  }
}

const WEATHER = 'https://api.example.org';

const listed: readonly PluginVersion[] = plugins.map((plugin) => ({
  ...plugin,
  upload: plugin.hash,
  size: 0,
  usesWasi: false,
  createdAt: 0,
}));
const offline = createModels();
/** Whoever is named: the offline one answers. */
const models: Models = {
  generate: (request, ...rest) => offline.generate({ ...request, provider: 'mock' }, ...rest),
};

async function run(plan: Plan) {
  const clock = createManualClock();
  // Plugins and streams are worked on by other threads.
  const office = createOffice();
  const files = office.track(createMemoryFiles({ clock }));
  for (const id of ['log', 'recording']) {
    const body = new Blob(['error: lost\nfine\n']).stream();
    await files.put('tenant', id, { body, contentType: 'text/plain', maxBytes: 1e6 });
  }
  const functions = createFunctions({
    catalog: { listPlugins: async () => listed },
    sandbox: {
      call: async (call) => ok({ output: await callPlugin(call), memoryPages: 1, logs: [] }),
    },
    clock,
    grants: { find: async () => undefined },
    settings: { find: async () => undefined },
  });
  const { egress } = createFakeNet({
    [WEATHER]: () => Response.json({ temperature: 4 }),
  });
  const declared = plan.inputs.map(({ id }) => id);
  const inputs = Object.fromEntries(Object.entries(GIVEN).filter(([id]) => declared.includes(id)));
  const started = await startRun(plan, {
    clock,
    files,
    inputs,
    egress,
    models: office.track(models),
    functions: { ...createTestFunctions(), ...office.track(functions) },
  });
  // What comes early is kept, so it does not matter how far the run has gone.
  started.driver.post({ type: 'deliver', event: `paid-${GIVEN.order}`, payload: null });
  for (const { id, type } of plan.graph.nodes) {
    if (type !== 'hitl') continue;
    const verdict = {
      approved: true,
      decidedBy: 'ann',
      decidedAt: clock.now(),
      form: { headline: 'Tides' },
    };
    started.driver.post({ type: 'verdict', key: id, verdict });
  }
  await settled();
  return runToEnd(started, office.isBusy);
}

describe('recipes in the documents', () => {
  it.each(examples.filter(({ isPart }) => !isPart))('$place runs', async (example) => {
    const { plan } = compileExample(example);
    const done = await run(plan!);
    expect(done.state.failure).toBeUndefined();
    expect(done.status()).toBe('completed');
    expect(done.state.warnings).toEqual([]);
    expect(done.state.result?.missing).toEqual([]);
  });

  it('are the plugins of this release that they call', () => {
    expect(plugins.map(({ name }) => name)).toContain('text-tools');
  });
});
