/** Two projects: `node` for everything pure, `workerd` for what needs the platform. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/worker/**', 'test/system/**', 'test/bench/**'],
        },
      },
    ],
  },
});
