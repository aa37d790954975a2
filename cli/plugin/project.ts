/** What a path on the command line names: a plugin's folder, a module, or a text in JavaScript. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { loadManifest } from '../../src/core/plugin/manifest.ts';
import { readText } from '../files.ts';
import { PlainError } from '../io.ts';
import type { Io } from '../io.ts';
import { ENTRIES, LANGUAGES } from './languages.ts';
import type { Language } from './languages.ts';

export interface Project {
  /** As the person wrote it. */
  readonly label: string;
  readonly folder: string;
  readonly language: Language;
  readonly entry: string;
  /** Where its module is put. */
  readonly output: string;
}

/** What would be uploaded. */
export interface PluginFile {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly language: 'wasm' | 'javascript';
  readonly manifest?: { readonly label: string; readonly text: string };
}

const MAX_BYTES = 16 * 1024 * 1024;

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

export function readProject(word: string, { cwd }: Io): Project {
  const folder = resolve(cwd, word);
  if (!isFolder(folder)) throw new PlainError(`"${word}" is no folder`);
  const manifest = readText(join(folder, 'plugin.yaml'));
  if (manifest.text === undefined) {
    throw new PlainError(`cannot read "${join(word, 'plugin.yaml')}": ${manifest.reason}`);
  }
  const language = LANGUAGES.find((each) => existsSync(join(folder, ENTRIES[each])));
  if (language === undefined) {
    const files = Object.values(ENTRIES).join(', ');
    throw new PlainError(`"${word}" holds nothing to build: one of ${files} is looked for`);
  }
  const loaded = loadManifest(manifest.text);
  const name = loaded.ok ? loaded.value.name : 'plugin';
  const output = join(folder, `${name}.wasm`);
  return { label: word, folder, language, entry: ENTRIES[language], output };
}

/** Throws `PlainError` for what cannot be read, and for a folder that is not built. */
export function readPluginFile(word: string, manifestWord: string | undefined, io: Io): PluginFile {
  const path = resolve(io.cwd, word);
  if (isFolder(path)) {
    const project = readProject(word, io);
    const isScript = project.language === 'javascript';
    const file = isScript ? join(path, project.entry) : project.output;
    if (!existsSync(file)) {
      throw new PlainError(`"${word}" is not built: run composer plugin build ${word}`);
    }
    return read(file, manifestWord ?? join(word, 'plugin.yaml'), io);
  }
  const beside = join(dirname(word), 'plugin.yaml');
  const found = manifestWord ?? (existsSync(resolve(io.cwd, beside)) ? beside : undefined);
  return read(path, found, io, word);
}

function read(path: string, manifest: string | undefined, io: Io, label = path): PluginFile {
  const language = /\.(?:js|mjs|cjs)$/i.test(path) ? 'javascript' : 'wasm';
  const plugin = { label, bytes: readBytes(path, label), language } as const;
  if (manifest === undefined) return plugin;
  const { text, ...failed } = readText(resolve(io.cwd, manifest));
  if (text !== undefined) return { ...plugin, manifest: { label: manifest, text } };
  const reason = 'reason' in failed ? failed.reason : 'it cannot be read';
  throw new PlainError(`cannot read manifest "${manifest}": ${reason}`);
}

function readBytes(path: string, label: string): Uint8Array {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new PlainError(`cannot read "${label}": there is no such file`);
  // Not a pipe or a device, which may have no end.
  if (!stat.isFile()) throw new PlainError(`cannot read "${label}": it is not a file`);
  if (stat.size > MAX_BYTES) {
    throw new PlainError(`cannot read "${label}": it is larger than ${MAX_BYTES} bytes`);
  }
  return new Uint8Array(readFileSync(path));
}
