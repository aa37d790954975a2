/** Compiles the guests once for all projects: the compiler does not run inside a Worker. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import wabt from 'wabt';

declare module 'vitest' {
  interface ProvidedContext {
    /** Modules by the name of their source, as base64. */
    guests: { readonly [name: string]: string };
  }
}

/** Made by `npm run build`; most tests do without. */
const BUILT = [
  ['text-tools', 'dist/bundled/text-tools.wasm'],
  ['readability', 'dist/plugins/readability.wasm'],
] as const;

export async function setup(project: TestProject): Promise<void> {
  const compiler = await wabt();
  const guests: { [name: string]: string } = {};
  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.wat'))) {
    const text = readFileSync(join(import.meta.dirname, file), 'utf8');
    const module = compiler.parseWat(file, text, { exceptions: true });
    guests[basename(file, '.wat')] = Buffer.from(module.toBinary({}).buffer).toString('base64');
    module.destroy();
  }
  for (const [name, path] of BUILT) {
    if (existsSync(path)) guests[name] = readFileSync(path).toString('base64');
  }
  project.provide('guests', guests);
}
