/** Compiles the guests once for all projects: the compiler does not run inside a Worker. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import wabt from 'wabt';

declare module 'vitest' {
  interface ProvidedContext {
    /** Modules by the name of their source, as base64. */
    guests: { readonly [name: string]: string };
  }
}

export async function setup(project: TestProject): Promise<void> {
  const compiler = await wabt();
  const guests: { [name: string]: string } = {};
  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.wat'))) {
    const module = compiler.parseWat(file, readFileSync(join(import.meta.dirname, file), 'utf8'));
    guests[basename(file, '.wat')] = Buffer.from(module.toBinary({}).buffer).toString('base64');
    module.destroy();
  }
  project.provide('guests', guests);
}
