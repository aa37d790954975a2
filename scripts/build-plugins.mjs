/** Builds the plugins in `plugins/` from AssemblyScript into `dist/plugins/`. */

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { exportsOf } from '../src/core/plugin/fold-exports.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const SOURCES = join(ROOT, 'plugins');
const BASE = join(SOURCES, 'base', 'assembly');
const OUTPUT = join(ROOT, 'dist', 'plugins');

/** A bundled plugin shares an isolate with the engine, so it gets input, output and errors only. */
const ALLOWED_IMPORTS = new Set([
  'input_length',
  'input_load_u8',
  'input_load_u64',
  'alloc',
  'store_u8',
  'store_u64',
  'output_set',
  'error_set',
]);
/** Examples of a stranger's plugin: uploaded at run time, so not part of the Worker. */
const UPLOADED = new Set(['readability']);
const MAX_PAGES = 1024;
const OPTIONS = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--maximumMemory',
  String(MAX_PAGES),
  // Without it `abort` is an import that no sandbox has.
  '--use',
  'abort=plugins/base/assembly/host/abort',
];

/** Names of the plugins: folders with a manifest. */
export async function listPlugins() {
  const entries = await readdir(SOURCES, { withFileTypes: true });
  const names = [];
  for (const entry of entries) {
    if (entry.isDirectory() && (await exists(join(SOURCES, entry.name, 'plugin.yaml'))))
      names.push(entry.name);
  }
  return names.toSorted(byName);
}

/**
 * Builds what is not up to date. Gives a list of `{name, version, bundled, hash, size, built, wasm,
 * manifest}`, the last two being paths.
 */
export async function buildPlugins({ only, outDir = OUTPUT, force = false } = {}) {
  const all = await listPlugins();
  const names = only ?? all;
  await mkdir(outDir, { recursive: true });
  const results = [];
  for (const name of names) {
    if (!all.includes(name))
      throw new Error(`Cannot build plugin "${name}": plugins/${name}/plugin.yaml does not exist`);
    results.push(await buildPlugin(name, outDir, force));
  }
  return results;
}

async function buildPlugin(name, outDir, force) {
  const wasm = join(outDir, `${name}.wasm`);
  const manifest = join(outDir, `${name}.json`);
  const stamp = join(outDir, `${name}.stamp`);
  const declared = await readManifest(name);
  const wanted = await fingerprint(name);
  const bundled = !UPLOADED.has(name);
  const result = { name, version: declared.version, bundled, wasm, manifest };
  const bytes = await readFile(wasm).catch(() => undefined);
  const mark = `${wanted} ${bytes === undefined ? '' : sha256(bytes)}\n`;
  if (
    !force &&
    bytes !== undefined &&
    (await exists(manifest)) &&
    (await readText(stamp)) === mark
  ) {
    return { ...result, built: false, hash: sha256(bytes), size: bytes.length };
  }
  const made = await compile(name);
  check(name, made, declared);
  await replace(wasm, made);
  await replace(manifest, `${JSON.stringify(declared, null, 2)}\n`);
  await replace(stamp, `${wanted} ${sha256(made)}\n`);
  return { ...result, built: true, hash: sha256(made), size: made.length };
}

/** The manifest as data, with what may be left out filled in. */
async function readManifest(name) {
  const manifest = parse(await readFile(join(SOURCES, name, 'plugin.yaml'), 'utf8'));
  if (manifest?.name !== name)
    throw new Error(`Cannot build plugin "${name}": its manifest names "${manifest?.name}"`);
  if (!Array.isArray(manifest.functions) || manifest.functions.length === 0) {
    throw new Error(`Cannot build plugin "${name}": its manifest lists no functions`);
  }
  const functions = manifest.functions.map((entry) => ({
    export: entry.id,
    content_type: 'json',
    pure: false,
    ...entry,
  }));
  // The mark is for the bundler alone: a manifest as uploaded may not hold other keys.
  return { ...manifest, functions, ...(UPLOADED.has(name) ? { 'x-bundled': false } : {}) };
}

async function compile(name) {
  const { default: asc } = await import('assemblyscript/asc');
  let binary;
  const messages = [];
  const stream = { write: (text) => messages.push(text) };
  const { error } = await asc.main(
    [`plugins/${name}/assembly/index.ts`, ...OPTIONS, '--outFile', 'plugin.wasm', '--noColors'],
    {
      stdout: stream,
      stderr: stream,
      readFile: (file) => readFile(resolve(ROOT, file), 'utf8').catch(() => null),
      writeFile: (_file, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) {
    throw new Error(
      `Cannot build plugin "${name}": ${error?.message ?? 'no output'}\n${messages.join('')}`,
    );
  }
  return binary;
}

/** Everything that decides the bytes: sources, manifest, this script and the compiler's version. */
async function fingerprint(name) {
  const hash = createHash('sha256');
  const compiler = JSON.parse(
    await readFile(join(ROOT, 'node_modules/assemblyscript/package.json'), 'utf8'),
  );
  hash.update(`assemblyscript ${compiler.version}\n`);
  const files = [
    fileURLToPath(import.meta.url),
    join(SOURCES, name, 'plugin.yaml'),
    ...(await listSources(BASE)),
    ...(await listSources(join(SOURCES, name, 'assembly'))),
  ];
  for (const file of files) {
    const content = await readFile(file);
    hash.update(`${relative(ROOT, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

async function listSources(folder) {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.ts'))
    .toSorted()
    .map((name) => join(folder, name));
}

/** Refuses a module that asks for more than a bundled plugin may have. */
function check(name, bytes, manifest) {
  const refuse = (reason) => {
    throw new Error(`Cannot build plugin "${name}": ${reason}`);
  };
  const module = readModule(bytes);
  for (const entry of module.imports) {
    if (entry.module !== 'extism:host/env' || !ALLOWED_IMPORTS.has(entry.name)) {
      refuse(`it imports "${entry.module}" "${entry.name}"`);
    }
  }
  if (module.maxPages === undefined || module.maxPages > MAX_PAGES)
    refuse('its memory has no maximum');
  const listed = new Set(manifest.functions.flatMap(exportsOf));
  for (const name of listed) {
    const type = module.exports.get(name);
    if (type === undefined) refuse(`the module does not export "${name}"`);
    if (type !== '60 00 01 7f') refuse(`"${name}" must be of type () -> i32`);
  }
  for (const exported of module.exports.keys()) {
    if (!listed.has(exported)) refuse(`the manifest does not list "${exported}"`);
  }
  // A call or a loop at start would run before any budget of a call is set.
  if (module.start !== undefined && /call|loop/.test(module.start))
    refuse('its start function is not straight');
}

/** The parts of a module that `check` looks at. The compiler made it, so it is not decoded strictly. */
function readModule(bytes) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('Cannot read module: it ends inside a section');
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const text = () => {
    const size = number();
    at += size;
    return Buffer.from(bytes.subarray(at - size, at)).toString('utf8');
  };
  const limits = () => {
    const flags = bytes[at++];
    number();
    return flags & 1 ? number() : undefined;
  };
  const list = (read) => Array.from({ length: number() }, read);
  const functionType = () => {
    const start = at++;
    for (let list = 0; list < 2; list++) {
      const size = number();
      at += size;
    }
    return [...bytes.subarray(start, at)]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(' ');
  };
  let types = [];
  let imports = [];
  let functions = [];
  let exported = [];
  let maxPages;
  let startIndex;
  let bodies = [];
  while (at < bytes.length) {
    const id = bytes[at++];
    const size = number();
    const end = at + size;
    if (id === 1) types = list(functionType);
    if (id === 2)
      imports = list(() => ({ module: text(), name: text(), kind: bytes[at++], type: number() }));
    if (id === 3) functions = list(number);
    if (id === 5) [maxPages] = list(limits);
    if (id === 7) exported = list(() => ({ name: text(), kind: bytes[at++], index: number() }));
    if (id === 8) startIndex = number();
    if (id === 10) {
      bodies = list(() => {
        const size = number();
        at += size;
        return bytes.subarray(at - size, at);
      });
    }
    at = end;
  }
  const exports = new Map();
  for (const { name, kind, index } of exported) {
    if (kind === 0) exports.set(name, types[functions[index - imports.length]]);
  }
  const start =
    startIndex === undefined ? undefined : describe(bodies[startIndex - imports.length]);
  return { imports, exports, maxPages, start };
}

/** Names the opcodes of a short body; anything but constants and globals counts as a call. */
function describe(body) {
  const words = [];
  let at = 0;
  const skip = () => {
    while (body[at++] >= 0x80);
  };
  for (let groups = body[at++]; groups > 0; groups--) {
    skip();
    at++;
  }
  while (at < body.length) {
    const opcode = body[at++];
    if (opcode === 0x0b) words.push('end');
    else if (opcode === 0x41) words.push('i32.const');
    else if (opcode === 0x24) words.push('global.set');
    else words.push('call');
    if (opcode !== 0x0b) skip();
  }
  return words.join(' ');
}

function byName(a, b) {
  return a < b ? -1 : 1;
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function readText(path) {
  return readFile(path, 'utf8').catch(() => '');
}

/** Two builds at once (tests in two processes) must never see half a file. */
async function replace(path, content) {
  const temporary = `${path}.${process.pid}.${createHash('sha256').update(String(process.hrtime.bigint())).digest('hex').slice(0, 8)}`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const force = process.argv.includes('--force');
  const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  try {
    for (const plugin of await buildPlugins({ force, only: only.length > 0 ? only : undefined })) {
      const verb = plugin.built ? 'built' : 'up to date';
      console.log(
        `${plugin.name} ${plugin.version}: ${verb}, ${plugin.size} bytes, sha256 ${plugin.hash}`,
      );
    }
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
