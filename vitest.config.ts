/** Two projects: `node` for everything pure, `workerd` for what needs the platform. */
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

const globalSetup = ['test/support/guests/global-setup.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/worker/**', 'test/system/**', 'test/bench/**'],
          globalSetup,
        },
      },
      {
        plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.toml' } })],
        test: { name: 'workerd', include: ['test/worker/**/*.test.ts'], globalSetup },
      },
    ],
  },
});
