/** Starts the fake providers for tests inside of workerd, which cannot listen themselves. */
import type { TestProject } from 'vitest/node';
import { OPTED_IN } from '../hosts/global-setup.ts';
import { startProviders } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the fake providers listen. */
    providers: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const providers = await startProviders(0, OPTED_IN);
  project.provide('providers', providers.url);
  return () => providers.close();
}
