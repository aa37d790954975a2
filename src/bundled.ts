/** The plugins of this release: compiled with the Worker, run beside the engine, there for every tenant. */
import type { PluginManifest } from './core/plugin/manifest.ts';
import type { PluginVersion } from './runtime/ports.ts';

export interface BundledPlugin {
  readonly module: WebAssembly.Module;
  /** SHA-256 of the module's bytes. */
  readonly hash: string;
  readonly size: number;
  readonly manifest: PluginManifest;
}

export function bundledVersions(plugins: readonly BundledPlugin[]): PluginVersion[] {
  return plugins.map(({ hash, size, manifest }) => ({
    name: manifest.name,
    version: manifest.version,
    hash,
    upload: hash,
    size,
    manifest,
    usesWasi: false,
    bundled: true,
    createdAt: 0,
  }));
}

export function bundledModules(plugins: readonly BundledPlugin[]): Map<string, WebAssembly.Module> {
  return new Map(plugins.map(({ hash, module }) => [hash, module]));
}
