// Stage `import boundaries`: takes over boundaries that InterFaceGAN or an earlier run found, where there are no faces.
import { z } from 'zod';
import { writeBoundaries } from '../../artefacts/boundaries.ts';
import { namedFiles } from '../../interop/interfacegan.ts';
import { withRun } from '../../runs/run-folder.ts';
import { gatherDirections, readGiven } from '../fit/directions.ts';
import { checkExport, exportTo } from '../fit/export.ts';
import { printFit, writeTable } from '../fit/tables.ts';
import { conditionOption, exportOption, generatorOption, pathOption, runOptions } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';

const { seed: _noRandomChoices, ...folderOptions } = runOptions;

const options = z.strictObject({
  boundaries: z
    .array(pathOption())
    .min(1)
    .describe("boundaries to take over: InterFaceGAN's <attribute>_boundary.npy (1, d), or folders of these"),
  of: generatorOption(),
  condition: conditionOption(),
  export: exportOption(),
  ...folderOptions,
});

export const importBoundaries = defineStage({
  name: 'import boundaries',
  description: "Take over boundaries as they are, under CelebA's names; fit --import measures them on faces instead.",
  examples: [
    '--boundaries interfacegan/boundaries --of pggan_celebahq --out runs/published',
    '--boundaries interfacegan/boundaries --of pggan_celebahq --condition Young:Male --export exported --out runs/published',
  ],
  options,
  async run(config, { log }) {
    const { boundaries, of, condition, out, resume, force } = config;
    const { files, note } = await namedFiles(boundaries, 'boundary', { of });
    if (note !== undefined) log.warn(note);
    const inputs = Object.fromEntries(files.map(({ attribute, path }) => [attribute, path]));
    const wishes = { import: files, condition, labels: [], name: [], seed: 0 };
    const given = await readGiven(wishes, undefined, log);
    if (config.export !== undefined) await checkExport(config.export, out, boundaries, Object.keys(inputs));
    const details = { stage: 'import boundaries', options, config, inputs, resume, force, log };
    const result = await withRun(out, details, async run => {
      const { directions, space } = gatherDirections(given, wishes, undefined, [], log);
      await writeBoundaries(run, directions, space);
      return { out, faces: 0, ...(await writeTable(run, directions)) };
    });
    if (config.export !== undefined) await exportTo(config.export, out);
    return result;
  },
  print: printFit,
});
