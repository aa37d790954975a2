/** Tests against an Upstash account: they need the network and cost some thousand commands. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'upstash',
    include: ['test/upstash/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
