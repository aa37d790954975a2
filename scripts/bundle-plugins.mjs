/** Meters the bundled plugins and writes the table by which the Worker imports them. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FUEL_EXPORT, START_FUEL } from '../src/core/plugin/fuel.ts';
import { instrumentModule } from '../src/core/plugin/instrument.ts';
import { loadManifest } from '../src/core/plugin/manifest.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const BUILT = join(root, 'dist/plugins');
const METERED = join(root, 'dist/bundled');
const TABLE = join(root, 'src/bundled.generated.ts');

const entries = readdirSync(BUILT)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(BUILT, file), 'utf8')))
  .filter((manifest) => manifest['x-bundled'] !== false)
  .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  .map(meter);

mkdirSync(METERED, { recursive: true });
for (const { name, wasm } of entries) writeIfChanged(join(METERED, `${name}.wasm`), wasm);
writeIfChanged(TABLE, Buffer.from(tableText()));

function meter({ name, ...rest }) {
  const bytes = new Uint8Array(readFileSync(join(BUILT, `${name}.wasm`)));
  const metered = instrumentModule(bytes, { fuelExport: FUEL_EXPORT, startFuel: START_FUEL });
  if (!metered.ok) throw new Error(`Cannot bundle plugin "${name}": ${metered.error.message}`);
  const manifest = loadManifest(JSON.stringify({ name, ...rest }));
  if (!manifest.ok)
    throw new Error(`Cannot bundle plugin "${name}": ${JSON.stringify(manifest.error)}`);
  const { wasm } = metered.value;
  const hash = createHash('sha256').update(wasm).digest('hex');
  return { name, wasm, hash, size: wasm.length, manifest: manifest.value };
}

function tableText() {
  const imports = entries.map(
    ({ name }, index) => `import module${index} from '../dist/bundled/${name}.wasm';`,
  );
  const rows = entries.map(
    ({ hash, size, manifest }, index) =>
      `  { module: module${index}, hash: '${hash}', size: ${size}, manifest: ${JSON.stringify(manifest)} },`,
  );
  return [
    '/** Made by scripts/bundle-plugins.mjs from dist/plugins. */',
    ...imports,
    "import type { BundledPlugin } from './bundled.ts';",
    '',
    'export const BUNDLED: readonly BundledPlugin[] = [',
    ...rows,
    '];',
    '',
  ].join('\n');
}

/** Leaves the time of an unchanged file alone, so that what watches it does not start over. */
function writeIfChanged(path, bytes) {
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  writeFileSync(path, bytes);
}
