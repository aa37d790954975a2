/**
 * Builds the engine that plugins in JavaScript are packed with: QuickJS joined with plugins/javascript,
 * run up to where a plugin begins. The same sources and packages give the same bytes.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = join(root, 'plugins/javascript');
const OUTPUT = join(root, 'dist/javascript/engine.bin');
const STAMP = join(root, 'dist/javascript/engine.stamp');
const { resolve } = createRequire(import.meta.url);

/** The names that the driver needs as text, each with a nought behind it. */
const NAMES = '__host\0plugin.js\0composer\0';
/** What binaryen may write: with all features on it writes what no engine reads. */
const FEATURES = [
  ['bulk-memory', 'BulkMemory'],
  ['bulk-memory-opt', 'BulkMemoryOpt'],
  ['sign-ext', 'SignExt'],
  ['nontrapping-float-to-int', 'NontrappingFPToInt'],
  ['mutable-globals', 'MutableGlobals'],
  ['reference-types', 'ReferenceTypes'],
  ['multivalue', 'Multivalue'],
];
const KEPT = ['memory', '__run', 'wizer.initialize'];
const PACKAGES = ['quickjs-wasi', 'binaryen', 'wabt', '@bytecodealliance/wizer'];
/** What the driver asks of the host is named so that joining does not bind it to the driver itself. */
const [UNBOUND, BOUND] = ['wasi_snapshot_previewX', 'wasi_snapshot_preview1'];

/** Builds what is not up to date. Gives `{path, built, size}`. */
export async function buildScriptEngine({ force = false } = {}) {
  const wanted = fingerprint();
  const before = readOr(OUTPUT);
  if (!force && before !== undefined && String(readOr(STAMP)) === `${wanted} ${sha256(before)}\n`) {
    return { path: OUTPUT, built: false, size: before.length };
  }
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  try {
    const bytes = await make((name) => join(folder, `${name}.wasm`));
    mkdirSync(dirname(OUTPUT), { recursive: true });
    replace(OUTPUT, bytes);
    replace(STAMP, `${wanted} ${sha256(bytes)}\n`);
    return { path: OUTPUT, built: true, size: bytes.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function make(path) {
  const { default: wabt } = await import('wabt');
  const assembler = await wabt();
  for (const [name, text] of [
    ['driver', driverText()],
    ['wasi', source('wasi.wat')],
  ]) {
    const module = assembler.parseWat(`${name}.wat`, text, { bulk_memory: true });
    writeFileSync(path(name), module.toBinary({}).buffer);
  }
  const parts = [resolve('quickjs-wasi/quickjs.wasm'), 'engine', path('driver'), 'env'];
  binaryen('wasm-merge', [...parts, path('wasi'), BOUND, '-o', path('merged')]);
  writeFileSync(path('small'), await keepExports(readFileSync(path('merged'))));
  const start = ['--init-func', 'wizer.initialize', '--wasm-bulk-memory', 'true'];
  run('@bytecodealliance/wizer/wizer.js', [path('small'), '-o', path('started'), ...start]);
  return readFileSync(path('started'));
}

function driverText() {
  const prelude = source('prelude.js');
  return source('driver.wat')
    .replace('@NAMES@', escaped(NAMES))
    .replaceAll('@NAMES_SIZE@', String(NAMES.length))
    .replace('@PRELUDE@', escaped(prelude))
    .replaceAll('@PRELUDE_SIZE@', String(Buffer.byteLength(prelude)));
}

/** Leaves what the packer needs, drops what nothing reaches, and names the imports as the host does. */
async function keepExports(merged) {
  const { default: library } = await import('binaryen');
  const module = library.readBinary(merged);
  module.setFeatures(FEATURES.reduce((all, [, name]) => all | library.Features[name], 0));
  const names = Array.from(
    { length: module.getNumExports() },
    (_, index) => library.getExportInfo(module.getExportByIndex(index)).name,
  );
  for (const name of names) if (!KEPT.includes(name)) module.removeExport(name);
  module.runPasses(['remove-unused-module-elements', 'strip-producers', 'strip-debug']);
  const bytes = Buffer.from(module.emitBinary());
  module.dispose();
  for (let at = bytes.indexOf(UNBOUND); at !== -1; at = bytes.indexOf(UNBOUND)) {
    bytes.write(BOUND, at);
  }
  return bytes;
}

function binaryen(tool, args) {
  run(`binaryen/bin/${tool}`, [...args, ...FEATURES.map(([flag]) => `--enable-${flag}`)]);
}

function run(script, args) {
  const command = [join(root, 'node_modules', script), ...args];
  const { status, error, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`Cannot build the engine: ${script} failed:\n${stderr}`);
}

/** Everything that decides the bytes. */
function fingerprint() {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const name of PACKAGES) {
    const { version } = JSON.parse(
      readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'),
    );
    hash.update(`${name} ${version}\n`);
  }
  for (const file of ['driver.wat', 'wasi.wat', 'prelude.js']) hash.update(source(file));
  return hash.digest('hex');
}

function source(file) {
  return readFileSync(join(SOURCES, file), 'utf8');
}

function escaped(text) {
  return [...Buffer.from(text)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function readOr(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** Two builds at once must never see half a file. */
function replace(path, content) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { built, size } = await buildScriptEngine({ force: process.argv.includes('--force') });
  console.log(`engine for JavaScript: ${built ? 'built' : 'up to date'}, ${size} bytes`);
}
