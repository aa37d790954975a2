/** Tests against the started server. They need what `scripts/system-packages.sh` installs. */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const limits = { testTimeout: 120_000, hookTimeout: 120_000, fileParallelism: false };

export default defineConfig({
  test: {
    fileParallelism: false,
    projects: [
      { test: { name: 'system', include: ['test/system/**/*.test.ts'], ...limits } },
      {
        // The hostile suite again, on a server whose process can be watched.
        resolve: {
          alias: {
            'cloudflare:test': join(import.meta.dirname, 'test/support/hostile/remote-self.ts'),
          },
        },
        test: {
          name: 'hostile',
          include: ['test/hostile/**/*.test.ts'],
          // Needs a client that reads an answer while it still sends.
          exclude: ['test/hostile/bodies.test.ts'],
          globalSetup: [
            'test/support/guests/global-setup.ts',
            'test/support/hosts/global-setup.ts',
            'test/support/hostile/server-setup.ts',
          ],
          ...limits,
        },
      },
    ],
  },
});
