// Four kinds of tests: pure ones and those of stages, which may run beside each other; those that want the whole machine;
// those in a browser.
import { configDefaults, defineConfig } from 'vitest/config';

/** What computes for long or starts programs, and does not mind a neighbour: two files at a time. */
const stages = [
  'test/core/measures/images/{generator-quality,sliced-wasserstein}.test.ts',
  'test/core/training/{gan,golden,memory}.test.ts',
  'test/node/photos/face-finder.test.ts',
  'test/node/{cli,devices,native,queue,server,stages,threads}/**/*.test.ts',
  'test/tools/*.test.ts',
  'test/{examples,image,package}.test.ts',
];
/** What measures time, or wants both cores: one file at a time, alone. */
const timed = [
  'test/node/stages/pipeline/pipeline.test.ts',
  'test/node/queue/queue.test.ts',
  'test/node/server/service/{hostile,live}.test.ts',
  'test/tools/bench/*.test.ts',
];
/** What opens Chromium: two files at a time, which is a little faster than one after the other. */
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
              exclude: [...configDefaults.exclude, ...stages, ...timed, ...browser],
              maxWorkers: 2,
              isolate: false, // loading every module again for each file would take longer than most tests
              setupFiles: 'test/helpers/undo-fakes.ts',
              sequence: { groupOrder: 0 },
            }),
            project('stages', {
              include: stages,
              exclude: [...configDefaults.exclude, ...timed],
              maxWorkers: 2,
              sequence: { groupOrder: 1 },
            }),
            project('timed', { include: timed, maxWorkers: 1, sequence: { groupOrder: 2 } }),
            project('browser', {
              include: browser,
              globalSetup: 'test/helpers/built-studio.ts',
              expect: { poll: { timeout: 30_000 } }, // vitest's own second is short on a busy machine
              maxWorkers: 2,
              sequence: { groupOrder: 3 },
            }),
          ]),
    ],
  },
}));

function project<Settings extends object>(name: string, settings: Settings) {
  return { extends: true as const, test: { name, ...settings } };
}
