// Unit and integration tests run from source; CLI tests run the compiled programs in dist/.
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  test: {
    // `--mode long` runs what takes too long for every day.
    include: [mode === 'long' ? 'test/**/*.long.ts' : 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // One file at a time: some measure time, and the networks use both cores of the machine the project is planned for.
    maxWorkers: 1,
  },
}));
