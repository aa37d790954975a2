/** Builds plugins on demand and calls them with the Extism SDK, one fresh instance a call. */

import { readFile } from 'node:fs/promises';
import { Validator, type Schema } from '@cfworker/json-schema';
import { createPlugin } from '@extism/extism';
import { buildPlugins } from '../../scripts/build-plugins.mjs';

// SAFETY: the Workers types declare `Module` abstract, as a Worker may not compile; Node may.
const NodeModule = WebAssembly.Module as unknown as new (
  bytes: Uint8Array<ArrayBuffer>,
) => WebAssembly.Module;

export interface FunctionEntry {
  readonly id: string;
  readonly export: string;
  readonly description: string;
  readonly input: Schema;
  readonly output: Schema;
  readonly content_type: string;
  readonly pure: boolean;
  readonly fold: boolean;
}

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly functions: readonly FunctionEntry[];
}

export interface LoadedPlugin {
  readonly manifest: Manifest;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Calls with the value as JSON, checks the output against the manifest and gives it. */
  call(id: string, input: unknown): Promise<Record<string, unknown>>;
  /** Runs a fold over items, so many a step, and checks its output. Default: all in one step. */
  fold(
    id: string,
    items: readonly unknown[],
    perStep?: number,
    input?: unknown,
  ): Promise<Record<string, unknown>>;
  /** Calls with text as it is and gives the output's text. */
  callText(id: string, input: string | Uint8Array): Promise<string>;
  /** Calls with text as it is; gives the message of a refusal, or fails if there was none. */
  refusal(id: string, input: string | Uint8Array): Promise<string>;
}

/** How the SDK reports an error that the plugin set itself; a trap reads otherwise. */
const REFUSED = 'Plugin-originated error: ';

export async function loadPlugin(name: string): Promise<LoadedPlugin> {
  const [built] = await buildPlugins({ only: [name] });
  const bytes = new Uint8Array(await readFile(built!.wasm));
  const module = new NodeModule(bytes);
  // SAFETY: the build wrote this file from a manifest it checked.
  const manifest = JSON.parse(await readFile(built!.manifest, 'utf8')) as Manifest;
  const entryOf = (id: string) => manifest.functions.find((entry) => entry.id === id)!;

  const callExport = async (name: string, input: string | Uint8Array): Promise<string> => {
    const plugin = await createPlugin(module, { useWasi: false });
    try {
      const output = await plugin.call(name, input);
      return output?.text() ?? '';
    } finally {
      await plugin.close();
    }
  };
  const callText = (id: string, input: string | Uint8Array): Promise<string> =>
    // An export of a fold goes by its own name.
    callExport(manifest.functions.find((entry) => entry.id === id)?.export ?? id, input);
  const checked = (id: string, text: string): Record<string, unknown> => {
    const output: unknown = JSON.parse(text);
    const found = new Validator(entryOf(id).output, '7', false).validate(output);
    if (!found.valid) throw new Error(`Output of ${id}: ${JSON.stringify(found.errors)}`);
    // SAFETY: every output schema has type object.
    return output as Record<string, unknown>;
  };

  return {
    manifest,
    bytes,
    callText,
    async call(id, input) {
      return checked(id, await callText(id, JSON.stringify(input)));
    },
    async fold(id, items, perStep = items.length, input = {}) {
      const step = async (name: string, input: unknown) => {
        const text = await callExport(`${entryOf(id).export}_${name}`, JSON.stringify(input));
        return (JSON.parse(text) as { state: unknown }).state;
      };
      let state = await step('init', input);
      for (let index = 0; index < items.length; index += perStep) {
        state = await step('step', { state, items: items.slice(index, index + perStep), index });
      }
      const count = items.length;
      const name = `${entryOf(id).export}_finish`;
      return checked(id, await callExport(name, JSON.stringify({ state, count })));
    },
    async refusal(id, input) {
      const answer = await callText(id, input).catch((error: unknown) => error);
      if (answer instanceof Error && answer.message.startsWith(REFUSED)) {
        return answer.message.slice(REFUSED.length);
      }
      throw new Error(`Expected ${id} to refuse its input: it gave ${String(answer)}`);
    },
  };
}
