/** Makes what the sources import: `npm run build`. With `--worker` also the Worker's bundle, in dist/worker. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ISOLATE = join(root, 'src/adapters/extism/isolate.generated.ts');

await buildIsolate();
run(node(), ['scripts/build-plugins.mjs']);
run(node(), ['scripts/bundle-plugins.mjs']);
run(node(), ['scripts/build-script-engine.mjs']);
if (process.argv.includes('--worker')) buildWorker();

/** The module that the loader puts into every plugin's isolate, as a string of our own source. */
async function buildIsolate() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/adapters/extism/isolate.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2023',
    minify: true,
    legalComments: 'none',
    external: ['./plugin.wasm', 'cloudflare:workers'],
    logLevel: 'warning',
  });
  const source = outputFiles[0].text;
  const digest = createHash('sha256').update(source).digest('hex').slice(0, 16);
  writeIfChanged(
    ISOLATE,
    [
      '/** Made by scripts/build.mjs from isolate.ts. */',
      `export const ISOLATE_DIGEST = '${digest}';`,
      `export const ISOLATE_SOURCE = ${JSON.stringify(source)};`,
      '',
    ].join('\n'),
  );
}

function buildWorker() {
  const bundle = join(root, 'dist/worker/index.js');
  const sources = ['src', 'dist/bundled', 'dist/javascript', 'wrangler.toml', 'package-lock.json'];
  const newest = Math.max(...sources.map((path) => timeOf(join(root, path))));
  if (existsSync(bundle) && statSync(bundle).mtimeMs > newest) return;
  // Modules are named after their content, so those of earlier builds would stay.
  rmSync(dirname(bundle), { recursive: true, force: true });
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  run(node(), [wrangler, 'deploy', '--dry-run', '--outdir', 'dist/worker']);
}

/** The Node of the lock file: it reads TypeScript, which an older one on the machine may not. */
function node() {
  return join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: environment(),
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function environment() {
  return {
    ...process.env,
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_SEND_ERROR_REPORTS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
  };
}

/** When a file, or anything in a folder, was changed; a folder itself changes when a file leaves it. */
function timeOf(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => timeOf(join(path, name))));
}

/** Leaves the time of an unchanged file alone, so that what watches it does not start over. */
function writeIfChanged(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
