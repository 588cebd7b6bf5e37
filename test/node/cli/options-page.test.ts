// The options' documentation is what the tables give, on any machine.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';

vi.mock('node:os', async original => ({ ...(await original<object>()), availableParallelism: () => 97 }));
const { optionsPage } = await import('../../../src/node/cli/options-page.ts');
const { stages } = await import('../../../src/node/cli/stages.ts');

test('docs/options.md is up to date: `npm run docs` writes it', () => {
  expect(readFileSync(resolve(import.meta.dirname, '../../../docs/options.md'), 'utf8')).toBe(optionsPage(stages));
});

test('no default depends on the machine that wrote it', () => {
  expect(availableParallelism()).toBe(97);
  expect(optionsPage(stages)).not.toMatch(/\b97\b/);
});

test('every kind of option is told: what it takes, its default, whether it must be given', () => {
  const page = optionsPage([
    {
      name: 'train gan',
      description: 'An example.',
      examples: ['', '--dataset d'],
      options: z.strictObject({
        dataset: z.string().describe('where it reads'),
        fmapBase: z.int().min(16).max(8192).default(512).describe('channels'),
        rate: z
          .union([z.number().positive(), z.literal('auto')])
          .default('auto')
          .describe('a|b'),
        share: z.number().gt(0).max(0.5).optional().describe('may be left out'),
        mirror: z.boolean().default(true).describe('on unless switched off'),
        force: z.boolean().default(false).describe('off unless switched on'),
        loss: z.enum(['wgan-gp', 'logistic-r1']).default('wgan-gp').describe('one of two'),
        seeds: z.array(z.int()).default([1, 2]).describe('several'),
        steps: z.array(z.int()).default([]).describe('none'),
        threads: z.int().default(97).meta({ defaultInWords: 'all' }).describe('in words'),
      }),
      run: async () => ({}),
    },
  ]);
  expect(page).toContain('[every command](#every-command) · [train gan](#train-gan)');
  expect(page.slice(page.indexOf('## train gan'))).toBe(`## train gan

An example.

\`\`\`sh
npx face-tuning train gan
npx face-tuning train gan --dataset d
\`\`\`

| flag | values | default | what it does |
| --- | --- | --- | --- |
| \`--dataset\` | text | **required** | where it reads |
| \`--fmap-base\` | a whole number from 16 to 8192 | \`512\` | channels |
| \`--rate\` | a number above 0 or \`auto\` | \`auto\` | a\\|b |
| \`--share\` | a number above 0 up to 0.5 | – | may be left out |
| \`--mirror\`, \`--no-mirror\` | a switch | on | on unless switched off |
| \`--force\` | a switch | off | off unless switched on |
| \`--loss\` | \`wgan-gp\`, \`logistic-r1\` | \`wgan-gp\` | one of two |
| \`--seeds\` | a whole number; repeatable | \`1,2\` | several |
| \`--steps\` | a whole number; repeatable | – | none |
| \`--threads\` | a whole number | all | in words |
`);
});
