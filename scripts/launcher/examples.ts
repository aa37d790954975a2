/** Puts the example recipes and plugins into a fresh server. What is there already is left alone. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectJson } from './api.ts';
import type { Api } from './api.ts';

export interface Example {
  readonly name: string;
  readonly inputs: unknown;
  readonly expected: unknown;
}

export async function loadExamples(root: string, api: Api): Promise<void> {
  for (const name of uploadedPlugins(root)) await uploadPlugin(root, api, name);
  for (const name of exampleNames(root)) await putRecipe(root, api, name);
}

export function exampleNames(root: string): string[] {
  const folder = join(root, 'recipes');
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'recipe.yaml')))
    .toSorted();
}

export function readExample(root: string, name: string): Example {
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(join(root, 'recipes', name, file), 'utf8'));
  return { name, inputs: read('inputs.json'), expected: read('expected.json') };
}

/** Plugins that are not part of the Worker: they go the way that anybody's plugin goes. */
function uploadedPlugins(root: string): string[] {
  const folder = join(root, 'dist/plugins');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file): { name: string; 'x-bundled'?: boolean } =>
      JSON.parse(readFileSync(join(folder, file), 'utf8')),
    )
    .filter((manifest) => manifest['x-bundled'] === false)
    .map(({ name }) => name);
}

async function uploadPlugin(root: string, api: Api, name: string): Promise<void> {
  const known = await api.get(`/v1/plugins/${name}`);
  if (known.ok) return;
  const manifest = readFileSync(join(root, 'dist/plugins', `${name}.json`), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const form = new FormData();
  const wasm = new Uint8Array(readFileSync(join(root, 'dist/plugins', `${name}.wasm`)));
  form.set('module', new Blob([wasm], { type: 'application/wasm' }), `${name}.wasm`);
  form.set('manifest', new Blob([manifest], { type: 'application/json' }), 'plugin.json');
  // Through Response, which writes the parts and tells their boundary.
  const packed = new Response(form);
  const type = packed.headers.get('content-type') ?? 'multipart/form-data';
  const content = new Uint8Array(await packed.arrayBuffer());
  await expectJson(
    await api.send('PUT', `/v1/plugins/${name}/versions/${version}`, { type, content }),
  );
}

async function putRecipe(root: string, api: Api, name: string): Promise<void> {
  const content = readFileSync(join(root, 'recipes', name, 'recipe.yaml'), 'utf8');
  const answer = await api.send('PUT', `/v1/recipes/${name}`, {
    type: 'application/yaml',
    content,
    headers: { 'if-none-match': '*' },
  });
  // It is there: the tenant's own version of it stays.
  if (answer.status === 412) return;
  await expectJson(answer);
}
