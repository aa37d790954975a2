/** What happens to an upload before it may ever run, and trying a function out. */
import { ComposerError, failure, fail, ok } from '../core/errors.ts';
import type { Issue, Result } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import { FUEL_EXPORT, START_FUEL } from '../core/plugin/fuel.ts';
import { inspectModule } from '../core/plugin/inspect.ts';
import type { ModuleInfo } from '../core/plugin/inspect.ts';
import { instrumentModule } from '../core/plugin/instrument.ts';
import {
  checkManifest,
  defaultManifest,
  findManifestSection,
  loadManifest,
} from '../core/plugin/manifest.ts';
import type { PluginManifest } from '../core/plugin/manifest.ts';
import { countUse, quotaFault } from '../core/plugin/quota.ts';
import type { CountedVersion, PluginQuota } from '../core/plugin/quota.ts';
import { readSettings } from './settings/sections.ts';
import { findPinned } from '../core/plugin/find-function.ts';
import { createFunctions } from './functions.ts';
import { packUpload } from './script-plugins.ts';
import type { Ports, PluginVersion, Tenant } from './ports.ts';

const CALL_TIMEOUT_MS = 30_000;

export interface FunctionCall {
  readonly version?: string;
  readonly input: JsonValue;
  readonly config?: { readonly [key: string]: string };
}

export interface FunctionReply {
  readonly output: JsonValue;
  readonly fuel: number | null;
  readonly memory_pages: number;
  readonly wall_ms: number;
  readonly logs: readonly { readonly level: string; readonly text: string }[];
}

export interface PluginFindings {
  readonly valid: boolean;
  readonly info?: ModuleInfo;
  readonly manifest?: PluginManifest;
  readonly diagnostics: readonly Issue[];
}

export interface PluginSource {
  readonly bytes: Uint8Array;
  /** What the bytes are. Default `wasm`. */
  readonly language?: 'wasm' | 'javascript';
  readonly manifestText?: string;
}

/** What asks the engine whether a module is one. */
interface Checks {
  readonly sandbox: Pick<Ports['sandbox'], 'validate'>;
}

export type Upload = PluginSource & { readonly name: string; readonly version: string };

/** What an upload comes to: findings, and the module that would be metered. */
export function inspectUpload(
  ports: Checks & Pick<Ports, 'scriptEngine'>,
  upload: PluginSource & { readonly name?: string; readonly version?: string },
): PluginFindings & { readonly module: Uint8Array } {
  const { bytes, language } = upload;
  if (language !== 'javascript') return { ...inspectPlugin(ports, bytes, upload), module: bytes };
  const packed = packUpload(ports.scriptEngine, upload);
  if (!packed.ok) return { valid: false, diagnostics: packed.error, module: bytes };
  const { bytes: module, manifestText, usesHttp, warnings } = packed.value;
  const findings = inspectPlugin(ports, module, { ...upload, manifestText });
  const found = findings.diagnostics.filter(({ code }) => usesHttp || code !== 'no_hosts');
  return { ...findings, diagnostics: [...found, ...warnings], module };
}

/** Decodes, checks the manifest against the module and asks the engine. Stores nothing. */
export function inspectPlugin(
  { sandbox }: Checks,
  bytes: Uint8Array,
  given: { readonly manifestText?: string; readonly name?: string; readonly version?: string },
): PluginFindings {
  const inspected = inspectModule(bytes);
  if (!inspected.ok) {
    const { code, message, offset } = inspected.error;
    const found = { ...finding(code, `${message} at byte ${offset}`), offset };
    return { valid: false, diagnostics: [found] };
  }
  const info = inspected.value;
  const manifest = manifestOf(bytes, info, given);
  if (!manifest.ok) return { valid: false, info, diagnostics: manifest.error };
  const diagnostics = [
    ...checkManifest(manifest.value, info),
    ...mismatches(manifest.value, given),
  ];
  // The decoder is stricter than the engine; what passes here and fails there is our own fault.
  if (!sandbox.validate(bytes))
    diagnostics.push(finding('not_valid', 'The module does not validate'));
  const valid = diagnostics.every(({ severity }) => severity !== 'error');
  return { valid, info, manifest: manifest.value, diagnostics };
}

function manifestOf(
  bytes: Uint8Array,
  info: ModuleInfo,
  given: { readonly manifestText?: string; readonly name?: string; readonly version?: string },
): Result<PluginManifest, readonly Issue[]> {
  const text = given.manifestText ?? findManifestSection(bytes, info);
  if (text !== undefined) return loadManifest(text);
  return ok(defaultManifest(given.name ?? 'unnamed', given.version ?? '0.0.0', info));
}

/** A manifest for something else is a mistake at upload. */
function mismatches(
  manifest: PluginManifest,
  given: { readonly name?: string; readonly version?: string },
): Issue[] {
  const issues: Issue[] = [];
  for (const key of ['name', 'version'] as const) {
    const wanted = given[key];
    if (wanted === undefined || manifest[key] === wanted) continue;
    const detail = `The manifest says ${key} "${manifest[key]}", the address says "${wanted}"`;
    issues.push({ ...finding(`${key}_mismatch`, detail), pointer: `/${key}` });
  }
  return issues;
}

function finding(code: string, detail: string): Issue {
  return { severity: 'error', code, detail, pointer: '' };
}

/** Stores bytes before it stores the version that names them, so no version lacks its bytes. */
export async function putPlugin(
  ports: Ports,
  tenant: Tenant,
  upload: Upload,
): Promise<Result<PluginVersion & { readonly created: boolean }>> {
  const { name, version } = upload;
  const { valid, info, manifest, diagnostics, module } = inspectUpload(ports, upload);
  if (!valid || info === undefined || manifest === undefined) {
    const [first] = diagnostics;
    const message = `Cannot accept plugin "${name}@${version}": ${first?.detail ?? 'it is not valid'}`;
    throw new ComposerError('plugin_invalid', message, { issues: diagnostics });
  }
  const metered = meter(ports, module, `${name}@${version}`);
  const [hash, sent] = await Promise.all([
    ports.digests.sha256(metered),
    ports.digests.sha256(upload.bytes),
  ]);
  const { usesWasi } = info;
  const quota = await quotaOf(ports, tenant);
  const row = {
    name,
    version,
    hash,
    upload: sent,
    size: metered.length,
    manifest,
    usesWasi,
  };
  // Before there are bytes that nothing would name; the catalog looks once more.
  const own = ownVersions(await ports.catalog.listPlugins(tenant));
  const fault = quotaFault(countUse(own, row, ports.clock.now()), row, quota);
  if (fault !== undefined) {
    return fail('quota_exceeded', `Cannot put plugin "${name}@${version}": ${fault}`);
  }
  await ports.pluginBytes.put(tenant, hash, metered);
  return ports.catalog.putPlugin(tenant, row, quota);
}

function* ownVersions(stored: readonly PluginVersion[]): Iterable<CountedVersion> {
  for (const each of stored) if (!each.bundled) yield { ...each, isLive: true };
}

async function quotaOf(ports: Pick<Ports, 'settings'>, tenant: Tenant): Promise<PluginQuota> {
  const { max_versions, max_bytes, max_new_per_day } = await readSettings(ports, tenant, 'plugins');
  return { versions: max_versions, bytes: max_bytes, newPerDay: max_new_per_day };
}

/** Puts the fuel counter in. What is stored, hashed and run is the metered module alone. */
export function meter({ sandbox }: Checks, bytes: Uint8Array, label: string): Uint8Array {
  const metered = instrumentModule(bytes, { fuelExport: FUEL_EXPORT, startFuel: START_FUEL });
  if (metered.ok && sandbox.validate(metered.value.wasm)) return metered.value.wasm;
  const reason = metered.ok ? 'the metered module does not validate' : metered.error.message;
  throw new ComposerError('plugin_invalid', `Cannot accept plugin "${label}": ${reason}`);
}

export async function callFunction(
  ports: Ports,
  tenant: Tenant,
  target: { readonly plugin: string; readonly fn: string },
  { version, input, config }: FunctionCall,
): Promise<Result<FunctionReply>> {
  const plugins = await ports.catalog.listPlugins(tenant);
  const { plugin, fn } = target;
  const of = plugins.filter(({ name }) => name === plugin);
  if (of.length === 0) return fail('plugin_not_found', `Cannot find plugin "${plugin}"`);
  const found = findPinned(of, `${plugin}.${fn}${version === undefined ? '' : `@${version}`}`);
  if (!found.ok) return found;
  const startedAt = ports.clock.now();
  const request = { tenant, target: found.value, input, ...(config && { config }) };
  const deadline = ports.clock.deadline(CALL_TIMEOUT_MS);
  const called = await createFunctions(ports).call(request, deadline.signal);
  deadline.clear();
  if (!called.ok) {
    if (!deadline.signal.aborted) return called;
    return {
      ok: false,
      error: failure('timeout', `Cannot finish "${plugin}.${fn}" within ${CALL_TIMEOUT_MS} ms`),
    };
  }
  const { output, fuel, memoryPages, logs } = called.value;
  const wall_ms = ports.clock.now() - startedAt;
  return ok({ output, fuel: fuel ?? null, memory_pages: memoryPages ?? 0, wall_ms, logs });
}
