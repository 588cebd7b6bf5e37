// Three kinds of tests: pure ones, which may run beside each other; those that want the whole machine; those in a browser.
import { configDefaults, defineConfig } from 'vitest/config';

/** What measures time or memory, starts programs or threads, or computes for long: one file at a time, alone. */
const timed = [
  'test/core/measures/images/{generator-quality,sliced-wasserstein}.test.ts',
  'test/core/training/{gan,golden,memory}.test.ts',
  'test/node/{cli,devices,native,queue,server,stages,threads}/**/*.test.ts',
  'test/tools/**/*.test.ts',
  'test/{examples,image,package}.test.ts',
];
/** What opens Chromium. */
const browser = ['test/web/{browser,studio}/**/*.test.ts'];

export default defineConfig(({ mode }) => ({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      // `--mode long` runs what takes too long for every day, and nothing else.
      ...(mode === 'long'
        ? [project('long', { include: ['test/**/*.long.ts'], maxWorkers: 1 })]
        : [
            project('unit', {
              include: ['test/**/*.test.ts'],
              exclude: [...configDefaults.exclude, ...timed, ...browser],
              maxWorkers: 2,
              isolate: false, // loading every module again for each file would take longer than most tests
              setupFiles: 'test/helpers/undo-fakes.ts',
              sequence: { groupOrder: 0 },
            }),
            project('timed', { include: timed, maxWorkers: 1, sequence: { groupOrder: 1 } }),
            project('browser', {
              include: browser,
              globalSetup: 'test/helpers/built-studio.ts',
              maxWorkers: 1,
              sequence: { groupOrder: 2 },
            }),
          ]),
    ],
  },
}));

function project<Settings extends object>(name: string, settings: Settings) {
  return { extends: true as const, test: { name, ...settings } };
}
