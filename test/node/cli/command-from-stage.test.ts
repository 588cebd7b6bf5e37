// Checks that every kind of option of a stage's table works as a flag, and that mistakes are told in one clear line.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { UserError } from '../../../src/core/errors.ts';
import { programFromStages } from '../../../src/node/cli/command-from-stage.ts';
import { printValues } from '../../../src/node/cli/print-values.ts';
import { stages } from '../../../src/node/cli/stages.ts';
import { commandOf } from '../../../src/node/stages/framework/command-line.ts';
import { optionsOf } from '../../../src/node/stages/framework/option-schema.ts';
import { defineStage } from '../../../src/node/stages/framework/stage.ts';
import { prepare } from '../../../src/node/stages/prepare/stage.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const stage = defineStage({
  name: 'train gan',
  description: 'An example.',
  examples: [],
  options: z.strictObject({
    dataset: z.string().min(1).describe('where it reads'),
    fmapBase: z.int().min(16).max(8192).default(512).describe('channels'),
    C: z.number().positive().default(1).describe('a single letter'),
    rate: z
      .union([z.number(), z.literal('auto')])
      .default('auto')
      .describe('a number or a word'),
    mirror: z.boolean().default(true).describe('on unless switched off'),
    resume: z.boolean().default(false).describe('off unless switched on'),
    loss: z.enum(['wgan-gp', 'logistic-r1']).default('logistic-r1').describe('one of two'),
    seeds: z.array(z.int()).max(3).default([]).describe('several numbers'),
    note: z.string().optional().describe('may be left out'),
  }),
  run: async () => ({}),
});

/** @returns the options that the stage is given for a command line. */
async function parse(...argv: string[]) {
  let received: Record<string, unknown> | undefined;
  const program = programFromStages({ name: 'face-tuning', version: '1.2.3' }, [stage, prepare], async (_, config) => {
    received = config;
  });
  await program.parseAsync(argv, { from: 'user' });
  return received;
}
const train = (...flags: string[]) => parse('train', 'gan', '--dataset', 'd', ...flags);

test('defaults come from the table', async () => {
  const defaults = { fmapBase: 512, C: 1, rate: 'auto', mirror: true, resume: false, loss: 'logistic-r1', seeds: [] };
  expect(await train()).toEqual({ dataset: 'd', ...defaults });
});

test('flags are named and typed by the table', async () => {
  expect(await train('--fmap-base', '64', '--c', '0.5', '--rate', '1e-3', '--no-mirror', '--resume')).toMatchObject({
    fmapBase: 64,
    C: 0.5,
    rate: 0.001,
    mirror: false,
    resume: true,
  });
  expect(await train('--seeds', '1,2', '--seeds', '3', '--note', '7')).toMatchObject({ seeds: [1, 2, 3], note: '7' });
  expect(await train('--note=--draft')).toMatchObject({ note: '--draft' });
});

test('a configuration file gives what flags do not', async () => {
  const path = join(temporaryFolder(), 'config.json');
  writeFileSync(path, JSON.stringify({ fmapBase: 128, mirror: false, loss: 'wgan-gp', dataset: 'other' }));
  const config = await train('--config', path, '--fmap-base', '256', '--mirror');
  expect(config).toMatchObject({ dataset: 'd', fmapBase: 256, mirror: true, loss: 'wgan-gp' });
  writeFileSync(path, JSON.stringify({ fmapBas: 128 }));
  await expect(train('--config', path)).rejects.toThrow(
    '"fmapBas" is no option of train gan. Did you mean "fmapBase"?',
  );
  writeFileSync(path, '[1]');
  await expect(train('--config', path)).rejects.toThrow(/must hold a JSON object of options/);
});

test.each([
  [['--fmap-bse', '64'], 'unknown option --fmap-bse. Did you mean "--fmap-base"? See face-tuning train gan --help'],
  [['--fmap-base', '8'], '--fmap-base must be at least 16; got 8'],
  [['--fmap-base', '9000'], '--fmap-base must be at most 8192; got 9000'],
  [['--fmap-base', '64.5'], '--fmap-base must be a whole number; got 64.5'],
  [['--fmap-base', 'many'], '--fmap-base must be a number; got "many"'],
  [['--c', '0'], '--c must be more than 0; got 0'],
  [['--rate', 'atuo'], '--rate must be a number or auto; got "atuo"'],
  [['--loss', 'logistic'], '--loss must be one of wgan-gp, logistic-r1; got "logistic"'],
  [['--loss', 'wgan-pg'], '--loss must be one of wgan-gp, logistic-r1; got "wgan-pg". Did you mean "wgan-gp"?'],
  [
    ['--seeds', '1,b'],
    '--seeds must be whole numbers, such as 7 or 0,1,2 or 0-63 from the smaller to the larger; got "b"',
  ],
  [['--seeds', '1,2,3,4'], '--seeds must have at most 3 values; got [1,2,3,4]'],
  [['--note'], '--note needs a value. See face-tuning train gan --help'],
  [['--note', '--resume'], '--note needs a value; got the option --resume in its place'],
  [['--seeds', '--note', 'x'], '--seeds needs a value; got the option --note in its place'],
  [['--note', '--seeds=3'], '--note needs a value; got the option --seeds=3 in its place'],
  [['--note', '--help'], '--note needs a value; got the option --help in its place'],
  [['--config', '--json'], '--config needs a value; got the option --json in its place'],
  [['--config', 'a.json', '--config', 'b.json'], '--config must be given once; got a.json and b.json'],
  [
    ['more'],
    'face-tuning train gan takes options only; got the further word "more". Quote a value with spaces. See face-tuning train gan --help',
  ],
])('%j is refused in one line', async (flags, message) => {
  await expect(train(...flags)).rejects.toThrow(new UserError(message));
});

test('missing options and unknown commands are refused', async () => {
  await expect(parse('train', 'gan')).rejects.toThrow(new UserError('--dataset is required'));
  await expect(parse('train', 'gna')).rejects.toThrow(
    'unknown command "gna". Did you mean "gan"? See face-tuning train --help',
  );
  await expect(parse('train', 'zebra')).rejects.toThrow(/^unknown command "zebra"\. See face-tuning train --help$/);
  await expect(parse('prepar')).rejects.toThrow('unknown command "prepar". Did you mean "prepare"?');
  await expect(parse('prepare', '--celeba', 'a', '--out', 'b', '--resolution', '48')).rejects.toThrow(
    '--resolution must be a power of two from 4 to 1024; got 48',
  );
});

test('every option of every stage has a description', () => {
  const silent = stages.flatMap(stage =>
    optionsOf(stage)
      .filter(({ description }) => !description)
      .map(({ key }) => `${stage.name} ${key}`),
  );
  expect(silent).toEqual([]);
});

test.each(stages.flatMap(({ name, examples }) => examples.map(flags => [name, flags] as const)))(
  'the example `face-tuning %s %s` of the help is understood',
  async (name, flags) => {
    let received: string | undefined;
    const program = programFromStages({ name: 'face-tuning', version: '1.2.3' }, stages, async ({ name }) => {
      received = name;
    });
    const words = [...flags.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    await program.parseAsync([...name.split(' '), ...words], { from: 'user' });
    expect(received).toBe(name);
  },
);

test('every stage has an example', () => {
  expect(stages.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
});

test('the command of a run gives its options back, without those it has by default', async () => {
  const flags = ['--fmap-base', '64', '--no-mirror', '--seeds', '1,2', '--note', "it's"];
  const config = (await train(...flags))!;
  const command = commandOf(stage, config);
  expect(command).toBe(`face-tuning train gan --dataset d --fmap-base 64 --no-mirror --seeds 1,2 --note 'it'\\''s'`);
});

test('a summary without words of its own is printed as a list', () => {
  const text = printValues({ images: 3, skipped: undefined, splits: { train: 2, test: 1 }, seconds: 1.23456789 });
  expect(text).toBe('images   3\nsplits\n  train  2\n  test   1\nseconds  1.23457');
  const seeds = Array.from({ length: 300_000 }, (_, i) => i);
  expect(printValues({ seeds, few: ['a', 'b'] })).toBe('seeds  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … (300000)\nfew    a, b');
});

describe('the help of a stage with seldom turned options', () => {
  const common = ['dataset', 'fmapBase', 'seeds'];
  const helpOf = async (...argv: string[]) => {
    const program = programFromStages(
      { name: 'face-tuning', version: '1.2.3' },
      [{ ...stage, common }],
      async () => {},
    );
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await expect(program.parseAsync(argv, { from: 'user' })).rejects.toThrow('(outputHelp)');
      return write.mock.calls.map(([text]) => text).join('');
    } finally {
      write.mockRestore();
    }
  };

  test('shows the common ones and how to see the others', async () => {
    const help = await helpOf('train', 'gan', '--help');
    for (const flag of ['--dataset', '--fmap-base', '--seeds', '--config', '--json']) expect(help).toContain(flag);
    for (const flag of ['--rate', '--no-mirror', '--loss']) expect(help).not.toContain(flag);
    expect(help).toContain('6 more options: face-tuning train gan --help --all');
  });

  test('is what the command help shows, of groups too; a command that there is not is told', async () => {
    expect(await helpOf('help', 'train', 'gan')).toBe(await helpOf('train', 'gan', '--help'));
    expect(await helpOf('help', 'train')).toBe(await helpOf('train', '--help'));
    await expect(parse('help', 'trian')).rejects.toThrow('unknown command "trian". Did you mean "train"?');
    await expect(parse('help', 'train', 'gna')).rejects.toThrow('unknown command "gna". Did you mean "gan"?');
  });

  test('shows every option with --all, before or after --help', async () => {
    for (const flags of [
      ['--help', '--all'],
      ['--all', '--help'],
    ]) {
      const help = await helpOf('train', 'gan', ...flags);
      for (const flag of ['--dataset', '--rate', '--no-mirror', '--resume', '--loss', '--note'])
        expect(help).toContain(flag);
      expect(help).not.toContain('more options');
    }
  });

  test('changes nothing about which options are understood, and --all is for the help alone', async () => {
    let received: object | undefined;
    const program = programFromStages(
      { name: 'face-tuning', version: '1' },
      [{ ...stage, common }],
      async (_, config) => {
        received = config;
      },
    );
    await program.parseAsync(['train', 'gan', '--dataset', 'd', '--rate', '2'], { from: 'user' });
    expect(received).toMatchObject({ dataset: 'd', rate: 2 });
    await expect(program.parseAsync(['train', 'gan', '--dataset', 'd', '--all'], { from: 'user' })).rejects.toThrow(
      new UserError('--all goes with --help. See face-tuning train gan --help'),
    );
  });

  test('names options that the stage has', () => {
    const unknown = stages.flatMap(({ name, options, common = [] }) =>
      common.filter(key => !(key in options.shape)).map(key => `${name} ${key}`),
    );
    expect(unknown).toEqual([]);
  });
});
