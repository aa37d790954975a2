/** Plugins that came as JavaScript: packed into a module, which then goes the way of every other. */
import { ok } from '../core/errors.ts';
import type { Issue, Result } from '../core/errors.ts';
import { exportsOf } from '../core/plugin/fold-exports.ts';
import { LONG_SOURCE_BYTES } from '../core/plugin/javascript/limits.ts';
import { packScript } from '../core/plugin/javascript/pack.ts';
import type { Script } from '../core/plugin/javascript/pack.ts';
import { parseScript } from '../core/plugin/javascript/parse-script.ts';
import type { ParsedScript } from '../core/plugin/javascript/parse-script.ts';
import { loadManifest } from '../core/plugin/manifest.ts';
import type { PluginManifest } from '../core/plugin/manifest.ts';
import { findUtf8 } from '../core/plugin/utf8.ts';
import type { ScriptEngine } from './ports/script-engine.ts';

export interface ScriptUpload {
  /** The author's text, as UTF-8. */
  readonly bytes: Uint8Array;
  readonly manifestText?: string;
  readonly name?: string;
  readonly version?: string;
}

export interface PackedScript {
  readonly bytes: Uint8Array;
  /** The author's, or one made from what the text exports. */
  readonly manifestText: string;
  /** Whether the text says anything of requests: the engine alone always could send some. */
  readonly usesHttp: boolean;
  readonly warnings: readonly Issue[];
}

export function packUpload(
  engine: ScriptEngine,
  upload: ScriptUpload,
): Result<PackedScript, readonly Issue[]> {
  const source = findUtf8(upload.bytes);
  if (source === undefined) return refused('bad_utf8', 'the text is not UTF-8');
  const parsed = parseScript(source);
  if (!parsed.ok) return { ok: false, error: [parsed.error] };
  const manifest = manifestOf(upload, parsed.value);
  if (!manifest.ok) return manifest;
  const functions = functionsOf(manifest.value, parsed.value);
  if (functions.length === 0) {
    return refused('no_functions', 'it exports no function: write `export function name() {}`');
  }
  const { isModule } = parsed.value;
  return ok({
    bytes: packScript(engine.bytes(), { source, isModule, functions }),
    manifestText: JSON.stringify(withClock(manifest.value)),
    usesHttp: /\b(?:fetch|[Hh]ttp)\b/.test(source),
    warnings: upload.bytes.length > LONG_SOURCE_BYTES ? [longText(upload.bytes.length)] : [],
  });
}

function manifestOf(
  { manifestText, name = 'unnamed', version = '0.0.0' }: ScriptUpload,
  { exports }: ParsedScript,
): Result<PluginManifest, readonly Issue[]> {
  if (manifestText !== undefined) return loadManifest(manifestText);
  const functions = exports.map((id) => ({ id, content_type: 'auto' }));
  // Nobody has said what it asks for, so it gets what it is granted.
  const capabilities = { hosts: ['*'], secrets: ['*'], config: ['*'] };
  return loadManifest(JSON.stringify({ name, version, functions, capabilities }));
}

/** Of a module only what it exports; what a script will export is known when it runs, so the manifest is believed. */
function functionsOf(
  { functions }: PluginManifest,
  { isModule, exports }: ParsedScript,
): Script['functions'] {
  const named = functions.flatMap((entry) =>
    exportsOf(entry).map((name) => ({ name, contentType: entry.content_type })),
  );
  const known = isModule ? named.filter(({ name }) => exports.includes(name)) : named;
  return known.filter(({ name }, at) => known.findIndex((other) => other.name === name) === at);
}

/** The engine asks for the time and for chance, whatever the author does. */
function withClock(manifest: PluginManifest): PluginManifest {
  return { ...manifest, capabilities: { ...manifest.capabilities, wasi: true } };
}

function longText(size: number): Issue {
  const detail = `Reading ${size} bytes of JavaScript may take much of the fuel of each call`;
  return { severity: 'warning', code: 'javascript_long', detail, pointer: '' };
}

function refused(code: string, why: string): Result<never, readonly Issue[]> {
  const detail = `Cannot accept the JavaScript: ${why}`;
  return { ok: false, error: [{ severity: 'error', code, detail, pointer: '' }] };
}
