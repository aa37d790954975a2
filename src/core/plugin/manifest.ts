/** A plugin's manifest: its text read with positions, then held against the module it describes. */
import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import type { Issue, Result } from '../errors.ts';
import { shortened } from '../shortened.ts';
import type { ModuleInfo } from './inspect.ts';
import { isCallable, isRuntimeExport } from './inspect.ts';
import { exportsOf } from './fold-exports.ts';
import type { PluginFunction, PluginManifest } from './manifest-schema.ts';
import { Manifest, MANIFEST_KEYS } from './manifest-schema.ts';
import type { ManifestText, Path } from './manifest-text.ts';
import { readManifestText } from './manifest-text.ts';
import { MANIFEST_SECTION } from './sections.ts';
import { findUtf8 } from './utf8.ts';

export type { PluginFunction, PluginManifest } from './manifest-schema.ts';

/** Unknown keys of one mapping that are reported. */
const MAX_UNKNOWN = 20;

/** YAML or JSON. Keys at the top that start with `x-` are the author's own and are left out. */
export function loadManifest(text: string): Result<PluginManifest, readonly Issue[]> {
  const read = readManifestText(text);
  if (!read.ok) return read;
  const parsed = Manifest.safeParse(withoutExtensions(read.value.data));
  if (!parsed.success) {
    const issues = parsed.error.issues.flatMap((issue) => toIssues(issue, read.value));
    return { ok: false, error: issues };
  }
  const repeated = findRepeated(parsed.data.functions.map(({ id }) => id));
  if (repeated === undefined) return { ok: true, value: parsed.data };
  const path = ['functions', repeated, 'id'];
  const detail = `Cannot accept manifest: the function id "${parsed.data.functions[repeated]?.id}" is repeated`;
  return { ok: false, error: [issueAt(read.value, path, { code: 'duplicate_function', detail })] };
}

/** For a module that came without one: every callable export is a function. */
export function defaultManifest(name: string, version: string, info: ModuleInfo): PluginManifest {
  return {
    name,
    version,
    description: '',
    functions: info.callable.map((id) => ({
      id,
      export: id,
      description: '',
      // Nothing says what its functions take: text as text, the rest as JSON.
      content_type: 'auto',
      pure: false,
      batch: false,
      fold: false,
      chunk: false,
    })),
    capabilities: {
      // Nobody has said what it asks for, so it gets what it is granted.
      hosts: info.usesHttp ? ['*'] : [],
      secrets: info.usesHttp ? ['*'] : [],
      config: info.usesConfig ? ['*'] : [],
      wasi: info.usesWasi,
    },
    limits: {},
  };
}

/** What the manifest says of the module that is not so. Errors make the pair unusable. */
export function checkManifest(manifest: PluginManifest, info: ModuleInfo): readonly Issue[] {
  const issues = manifest.functions.flatMap((entry, index) => [
    ...exportsOf(entry).flatMap((name) => checkFunction(name, `/functions/${index}/export`, info)),
    ...checkFold(entry, `/functions/${index}`),
  ]);
  if (manifest.functions.length === 0) {
    issues.push(issue('no_functions', '/functions', 'the plugin has no function'));
  }
  if (info.usesWasi && !manifest.capabilities.wasi) {
    issues.push(
      issue(
        'wasi_not_requested',
        '/capabilities/wasi',
        'the module uses WASI, which is not asked for',
      ),
    );
  }
  if (info.usesHttp && manifest.capabilities.hosts.length === 0) {
    const detail =
      'the module can send requests, but no host is asked for: every request will fail';
    issues.push({ ...issue('no_hosts', '/capabilities/hosts', detail), severity: 'warning' });
  }
  return issues;
}

/** A fold's state goes from call to call as JSON, and so does a list of inputs. */
function checkFold(
  { fold, chunk, batch, content_type: type }: PluginFunction,
  pointer: string,
): Issue[] {
  if (batch && fold)
    return [issue('batch_fold', `${pointer}/batch`, 'a fold has batches of its own')];
  if (batch && type !== 'json')
    return [issue('batch_not_json', `${pointer}/content_type`, 'lists must be JSON')];
  if (chunk && !fold) {
    const detail = 'a function that takes chunks of a file must be a fold';
    return [issue('chunk_without_fold', `${pointer}/chunk`, detail)];
  }
  if (!fold || type === 'json') return [];
  return [issue('fold_not_json', `${pointer}/content_type`, 'a fold must take and give JSON')];
}

/** The manifest that a module carries within itself. */
export function findManifestSection(bytes: Uint8Array, info: ModuleInfo): string | undefined {
  const section = info.customSections.find(({ name }) => name === MANIFEST_SECTION);
  if (section === undefined) return undefined;
  return findUtf8(bytes.subarray(section.offset, section.offset + section.size));
}

function checkFunction(name: string, pointer: string, info: ModuleInfo): Issue[] {
  if (isRuntimeExport(name)) {
    return [issue('reserved_export', pointer, `export "${name}" belongs to the runtime`)];
  }
  const found = info.exports.find((entry) => entry.name === name && entry.kind === 'function');
  if (found === undefined) {
    const near = findNear(name, info.callable);
    const suggestion = near === undefined ? {} : { suggestion: near };
    return [
      { ...issue('export_missing', pointer, `the module exports no "${name}"`), ...suggestion },
    ];
  }
  if (isCallable(found)) return [];
  const type = `(${found.params?.join(', ')}) -> (${found.results?.join(', ')})`;
  return [issue('export_type', pointer, `export "${name}" is ${type}, it must be () -> i32`)];
}

function issue(code: string, pointer: string, detail: string): Issue {
  return { severity: 'error', code, detail: `Cannot accept manifest: ${detail}`, pointer };
}

function withoutExtensions(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  return Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith('x-')));
}

function findRepeated(ids: readonly string[]): number | undefined {
  const index = ids.findIndex((id, at) => ids.indexOf(id) < at);
  return index === -1 ? undefined : index;
}

function toIssues(found: z.core.$ZodIssue, text: ManifestText): readonly Issue[] {
  const path = found.path.filter((step) => typeof step !== 'symbol');
  if (found.code === 'unrecognized_keys') {
    // Finding the place of each takes as long as the text is.
    return found.keys.slice(0, MAX_UNKNOWN).map((key) => unknownKey(text, path, key));
  }
  const detail = `Cannot accept manifest: ${found.message}`;
  return [issueAt(text, path, { code: codeOf(found, path, text.data), detail })];
}

function codeOf(found: z.core.$ZodIssue, path: Path, data: unknown): string {
  if (found.code === 'custom') {
    const code: unknown = found.params?.['code'];
    return typeof code === 'string' ? code : 'invalid_value';
  }
  if (found.code !== 'invalid_type') return 'invalid_value';
  return isPresent(data, path) ? 'wrong_type' : 'missing_key';
}

function isPresent(data: unknown, path: Path): boolean {
  let value = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    // SAFETY: an own property of an object, read as unknown.
    value = (value as { readonly [key: string | number]: unknown })[step];
  }
  return true;
}

function unknownKey(text: ManifestText, path: Path, key: string): Issue {
  const near = findNear(key, MANIFEST_KEYS);
  return {
    severity: 'error',
    code: 'unknown_key',
    detail: `Cannot accept manifest: the key ${JSON.stringify(key.slice(0, 100))} is not known`,
    pointer: pointerOf([...path, key]),
    ...text.place([...path, key], 'key'),
    ...(near === undefined ? {} : { suggestion: near }),
  };
}

function issueAt(text: ManifestText, path: Path, what: { code: string; detail: string }): Issue {
  const detail = shortened(what.detail);
  const place = text.place(path, 'value');
  return { severity: 'error', ...what, detail, pointer: pointerOf(path), ...place };
}

function pointerOf(path: Path): string {
  return path
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** The likeliest word that was meant, if one is near. */
function findNear(word: string, known: readonly string[]): string | undefined {
  if (word.length > 64) return undefined;
  const [best] = known
    .map((candidate) => ({ candidate, steps: distance(word, candidate) }))
    .toSorted((a, b) => a.steps - b.steps);
  return best !== undefined && best.steps <= 2 ? best.candidate : undefined;
}
