/** Types of the plugin build, for tests and the main build. */

export interface BuiltPlugin {
  readonly name: string;
  readonly version: string;
  /** False for a plugin that is uploaded at run time instead. */
  readonly bundled: boolean;
  /** SHA-256 of the module, in hexadecimal. */
  readonly hash: string;
  readonly size: number;
  /** False when it was up to date. */
  readonly built: boolean;
  /** Path of the module. */
  readonly wasm: string;
  /** Path of the manifest as JSON. */
  readonly manifest: string;
}

export function listPlugins(): Promise<string[]>;
export function buildPlugins(options?: {
  readonly only?: readonly string[];
  readonly outDir?: string;
  readonly force?: boolean;
}): Promise<BuiltPlugin[]>;
