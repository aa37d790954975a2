/** JavaScript as a server would take it, called in the sandbox of this process. */
import { readFileSync } from 'node:fs';
import { buildScriptEngine } from '../../scripts/build-script-engine.mjs';
import { callGuest } from '../../src/adapters/extism/guest-call.ts';
import type { Result } from '../../src/core/errors.ts';
import { FUEL_EXPORT, START_FUEL } from '../../src/core/plugin/fuel.ts';
import { instrumentModule } from '../../src/core/plugin/instrument.ts';
import { inspectUpload } from '../../src/runtime/plugins.ts';
import type { PluginFindings } from '../../src/runtime/plugins.ts';
import type { PluginReply } from '../../src/runtime/ports.ts';
import type { ScriptEngine } from '../../src/runtime/ports/script-engine.ts';
import { compileModule } from '../support/guests/compile.ts';

export async function loadEngine(): Promise<ScriptEngine> {
  const { path } = await buildScriptEngine();
  const bytes = new Uint8Array(readFileSync(path));
  return { bytes: () => bytes };
}

export interface Called {
  readonly code: string;
  /** The output, or the message of what ended the call. */
  readonly text: string;
  readonly reply: Result<PluginReply>;
}

export interface PackedPlugin {
  readonly findings: PluginFindings;
  call(name: string, input?: string | Uint8Array, config?: Record<string, string>): Promise<Called>;
}

/** Fails when the server would refuse the text. */
export async function packed(
  scriptEngine: ScriptEngine,
  source: string,
  manifestText?: string,
): Promise<PackedPlugin> {
  const ports = {
    scriptEngine,
    sandbox: { validate: (bytes: Uint8Array) => WebAssembly.validate(bytes), call: unused },
  };
  const { module, ...findings } = inspectUpload(ports, {
    bytes: new TextEncoder().encode(source),
    language: 'javascript',
    ...(manifestText !== undefined && { manifestText }),
  });
  if (!findings.valid) throw new Error(JSON.stringify(findings.diagnostics));
  const metered = instrumentModule(module, { fuelExport: FUEL_EXPORT, startFuel: START_FUEL });
  if (!metered.ok) throw new Error(metered.error.message);
  const compiled = await compileModule(metered.value.wasm);
  return {
    findings,
    async call(name, input = '', config = {}) {
      const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
      const reply = await callGuest(compiled, { export: name, input: bytes, config });
      if (!reply.ok) return { code: reply.error.code, text: reply.error.message, reply };
      return { code: 'ok', text: new TextDecoder().decode(reply.value.output), reply };
    },
  };
}

function unused(): never {
  throw new Error('nothing is called while a plugin is looked at');
}
