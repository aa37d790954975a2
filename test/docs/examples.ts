/** The recipes in the documents, each with what is missing around it, and the plugins that they call. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isJsonObject } from '../../src/core/json.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { findPinned } from '../../src/core/plugin/find-function.ts';
import type { ListedPlugin } from '../../src/core/plugin/find-function.ts';
import { loadManifest } from '../../src/core/plugin/manifest.ts';
import { compileRecipe } from '../../src/core/recipe/compile.ts';
import type { Compiled } from '../../src/core/recipe/compile.ts';
import { recipeSchema } from '../../src/core/recipe/schema/recipe.ts';
import { isRunnable } from '../../src/runtime/tasks/index.ts';
import { blocksOf, readPages, ROOT } from './pages.ts';
import type { Block, Page } from './pages.ts';

export const PLUGINS = join(ROOT, 'dist/plugins');

function plugin(name: string, text: string): ListedPlugin {
  const manifest = loadManifest(text);
  if (!manifest.ok) throw new Error(`the manifest of ${name} has faults`);
  const { version } = manifest.value;
  return { name, version, hash: name, bundled: true, manifest: manifest.value };
}

/** Made by the build; and the plugins that pages have their readers upload, or make up. */
export const plugins = [
  ...readdirSync(PLUGINS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => plugin(file.replace('.json', ''), readFileSync(join(PLUGINS, file), 'utf8'))),
  plugin(
    'log-tools',
    'name: log-tools\nversion: 1.0.0\nfunctions: [{id: errors, fold: true, chunk: true}]',
  ),
  plugin('shout', 'name: shout\nversion: 1.0.0\nfunctions: [{id: shout}]'),
];

const FREE = new Set(['imports', 'definitions', 'models', ...Object.keys(recipeSchema.shape)]);
const NODE = { id: 'node', type: 'function_task', function_identifier: 'json-tools.merge' };

/** A part of a recipe with what is missing around it; undefined for other YAML. */
function recipeIn(block: Block): string | undefined {
  const document = parse(block.text) as JsonValue;
  if (!isJsonObject(document)) return undefined;
  if (isJsonObject(document['recipe']) || Object.hasOwn(document, 'nodes')) {
    const isWhole = Object.hasOwn(document, 'recipe') || Object.hasOwn(document, 'name');
    return isWhole ? block.text : `name: example\n${block.text}`;
  }
  const isPart = Object.keys(document).every((key) => FREE.has(key));
  // A plugin's manifest has a name and a version too.
  if (!isPart || Object.hasOwn(document, 'version')) return undefined;
  const nodes = JSON.stringify([{ ...NODE, input: { values: [] } } satisfies JsonObject]);
  return `name: example\nnodes: ${nodes}\n${block.text}`;
}

export interface Example {
  readonly place: string;
  readonly text: string;
  readonly path: string;
  readonly sources: ReadonlyMap<string, string>;
  /** The page shows only what a recipe has around nothing: there is nothing to see when it runs. */
  readonly isPart: boolean;
}

function examplesOf(page: Page): Example[] {
  const blocks = blocksOf(page).filter(({ language }) => language === 'yaml');
  const pathOf = ({ name = 'example.yaml' }: Block) => `recipes/${name.replace('recipes/', '')}`;
  const sources = new Map(
    blocks.filter(({ name }) => name !== undefined).map((block) => [pathOf(block), block.text]),
  );
  return blocks.flatMap((block) => {
    const text = recipeIn(block);
    const place = `${page.path}:${block.line}`;
    const isPart = text !== undefined && !block.text.includes('nodes:');
    return text === undefined ? [] : [{ place, text, path: pathOf(block), sources, isPart }];
  });
}

export const examples = readPages().flatMap(examplesOf);

export function compileExample({ text, path, sources }: Example): Compiled {
  return compileRecipe({
    path,
    text,
    sources,
    prompts: new Map(),
    findFunction: (reference) => findPinned(plugins, reference),
    isRunnable,
  });
}
