/** What the build promises about the modules it makes. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPlugins, listPlugins } from '../../scripts/build-plugins.mjs';
import { inspectModule } from '../../src/core/plugin/inspect.ts';
import { checkManifest, loadManifest } from '../../src/core/plugin/manifest.ts';

let outDir: string;

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'plugins-'));
  await buildPlugins({ outDir });
}, 120_000);

afterAll(() => rm(outDir, { recursive: true }));

describe('buildPlugins()', () => {
  it('builds every folder with a manifest', async () => {
    expect(await listPlugins()).toEqual([
      'csv-tools',
      'html-tools',
      'json-tools',
      'readability',
      'text-tools',
    ]);
  });

  it('skips what is up to date', async () => {
    const built = await buildPlugins({ outDir });
    expect(built.map((plugin) => plugin.built)).toEqual([false, false, false, false, false]);
  });

  it('builds again what was changed in the output folder', async () => {
    await writeFile(join(outDir, 'readability.wasm'), 'changed');
    const [built] = await buildPlugins({ outDir, only: ['readability'] });
    expect(built!.built).toBe(true);
  }, 60_000);

  it('gives the same bytes for the same sources', async () => {
    const [before] = await buildPlugins({ outDir, only: ['json-tools'] });
    const [after] = await buildPlugins({ outDir, only: ['json-tools'], force: true });
    expect(after).toEqual({ ...before!, built: true });
  }, 60_000);

  it('names a plugin that does not exist', async () => {
    await expect(buildPlugins({ outDir, only: ['nothing'] })).rejects.toThrow('"nothing"');
  });

  it('leaves out of the Worker what is uploaded at run time', async () => {
    const built = await buildPlugins({ outDir });
    expect(built.filter((plugin) => !plugin.bundled).map(({ name }) => name)).toEqual([
      'readability',
    ]);
  });

  it('makes modules that a sandbox accepts, with manifests that fit them', async () => {
    for (const { name, wasm } of await buildPlugins({ outDir })) {
      const info = inspectModule(new Uint8Array(await readFile(wasm)));
      const text = await readFile(
        join(import.meta.dirname, '../../plugins', name, 'plugin.yaml'),
        'utf8',
      );
      const manifest = loadManifest(text);
      if (!info.ok || !manifest.ok)
        throw new Error(`${name}: ${JSON.stringify({ info, manifest })}`);
      expect(checkManifest(manifest.value, info.value)).toEqual([]);
      expect(info.value.memory!.maxPages).toBeLessThanOrEqual(1024);
      expect(new Set(info.value.imports.map((entry) => entry.module))).toEqual(
        new Set(['extism:host/env']),
      );
      expect(manifest.value.functions.every((entry) => entry.pure)).toBe(true);
    }
  });
});
