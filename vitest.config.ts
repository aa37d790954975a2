/** Two projects: `node` for everything pure, `workerd` for what needs the platform. */
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { OPTED_IN } from './test/support/hosts/global-setup.ts';
import { providerVariables } from './test/support/providers/variables.ts';

const globalSetup = ['test/support/guests/global-setup.ts'];

/** Only what hangs is to fail by time: machines are slow now and then. */
const testTimeout = 60_000;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          testTimeout,
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/worker/**',
            'test/hostile/**',
            'test/system/**',
            'test/bench/**',
            'test/upstash/**',
          ],
          globalSetup,
        },
      },
      {
        plugins: [
          cloudflareTest(({ inject }) => ({
            wrangler: { configPath: './wrangler.toml' },
            // As behind a launcher on this machine, where no key is asked for.
            miniflare: {
              bindings: {
                BOUND_HOST: '127.0.0.1',
                PLATFORM: 'self-hosted',
                LOG_LEVEL: 'error',
                EGRESS_ALLOW_ADDRESSES: OPTED_IN,
                ...providerVariables(inject('providers')),
                SECRETS_KEY: `test:${Buffer.alloc(32, 'a key for tests').toString('base64url')}`,
              },
            },
          })),
        ],
        test: {
          name: 'workerd',
          testTimeout,
          include: ['test/worker/**/*.test.ts', 'test/hostile/**/*.test.ts'],
          globalSetup: [
            ...globalSetup,
            'test/support/hosts/global-setup.ts',
            'test/support/providers/global-setup.ts',
          ],
        },
      },
    ],
  },
});
