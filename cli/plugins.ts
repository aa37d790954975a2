/** The functions that recipes may call: of the plugins built here, and of manifests that are named. */
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ListedPlugin } from '../src/core/plugin/find-function.ts';
import { loadManifest } from '../src/core/plugin/manifest.ts';
import { readText } from './files.ts';
import { UsageError } from './io.ts';

const BUILT = join(import.meta.dirname, '../dist/plugins');
/** Nothing is run here, so the bytes behind a function do not matter. */
const NO_HASH = '0'.repeat(64);

/** Undefined when nothing is known of any plugin. Throws `UsageError` for a manifest with faults. */
export function knownPlugins(
  manifests: readonly string[],
  cwd: string,
): readonly ListedPlugin[] | undefined {
  const paths = [...builtManifests(), ...manifests.map((file) => resolve(cwd, file))];
  return paths.length === 0 ? undefined : paths.map(readPlugin);
}

function builtManifests(): string[] {
  try {
    return readdirSync(BUILT)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(BUILT, name));
  } catch {
    return [];
  }
}

function readPlugin(path: string): ListedPlugin {
  const read = readText(path);
  if (read.text === undefined)
    throw new UsageError(`cannot read manifest "${path}": ${read.reason}`);
  const manifest = loadManifest(read.text);
  if (!manifest.ok) {
    const [first] = manifest.error;
    const place = first?.line === undefined ? '' : ` (line ${first.line})`;
    throw new UsageError(`"${path}"${place}: ${first?.detail ?? 'it is no manifest'}`);
  }
  const { name, version } = manifest.value;
  return { name, version, hash: NO_HASH, bundled: false, manifest: manifest.value };
}
