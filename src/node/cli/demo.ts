// Command `demo`: shows in seconds what the project does, with the shipped model and without any data.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { scoredBoundaries } from '../../core/calibration/probe.ts';
import { countOf, UserError } from '../../core/errors.ts';
import { openBundle } from '../artefacts/bundle.ts';
import { shippedModel, shippedModelText } from '../artefacts/shipped-model.ts';
import { writeWhole } from '../files/files.ts';
import { checkFolderWritable, exists } from '../files/places.ts';
import { escapeHtml, type Figure, pageHtml } from '../presentation/html.ts';
import { runFiles } from '../runs/manifest.ts';
import { commandOf } from '../stages/framework/command-line.ts';
import { deviceOptions, pathOption, psiOption } from '../stages/framework/options.ts';
import { defineStage } from '../stages/framework/stage.ts';
import { reportFile } from '../stages/pipeline/folders.ts';
import { ageFigure, locksFigure, samplesFigure } from '../stages/report/figures/faces.ts';

const title = 'face-tuning: a demonstration';

const options = z.strictObject({
  bundle: pathOption().optional().describe(`folder of a model bundle; ${shippedModelText}`),
  out: pathOption()
    .default('runs/demo')
    .describe('folder for pictures and page; files of an earlier demo are replaced'),
  psi: psiOption()
    .optional()
    .meta({ defaultInWords: "the bundle's" })
    .describe('truncation of the faces: 1 for all variety, less for nearer the mean'),
  ...deviceOptions,
});

export const demo = defineStage({
  name: 'demo',
  description: 'Show faces and edits of the shipped model: pictures and a page, in seconds, without data.',
  examples: ['', '--bundle models/mine --out runs/mine'],
  options,
  async run(config, { signal }) {
    const { bundle = shippedModel, out, psi, device, threads } = config;
    const page = join(out, reportFile);
    await checkReplaced(out, page);
    const editor = await openBundle(bundle, { device, threads });
    await checkFolderWritable(out);
    const sources = {
      editor,
      psi,
      runs: { generator: { command: commandOf(demo, { bundle: config.bundle, psi }) }, bundle: { folder: bundle } },
    };
    const figures: Figure[] = [];
    const pictures: string[] = [];
    for (const draw of [samplesFigure, ageFigure, locksFigure]) {
      signal.throwIfAborted();
      const { number: _ofTheReport, ...figure } = await draw(sources);
      figures.push(figure);
      for (const [name, png] of Object.entries(figure.pictures ?? {})) {
        const path = join(out, name);
        if (pictures.includes(path)) continue; // of few attributes, two figures show the same edit
        pictures.push(path);
        await writeWhole(path, png);
      }
    }
    await editor.release();
    const { name, resolution } = editor.bundle;
    const lead =
      `Faces that were never photographed, by the model “${name}”: ${resolution}×${resolution} pixels, ` +
      `${scoredBoundaries(editor).length} of ${countOf(editor.attributes.length, 'attributes')} to move and to lock. Its model card says what it was made from and what ` +
      'it is not for.';
    await writeWhole(page, pageHtml(title, `<p>${escapeHtml(lead)}</p>`, figures));
    return { page, pictures };
  },
  print: ({ page, pictures }) => [...pictures, page].join('\n'),
});

/** @throws UserError where the demo's files would come among those of a run, or in place of another page. */
async function checkReplaced(out: string, page: string): Promise<void> {
  const rule = '--out must be a folder of its own or that of an earlier demo';
  if (await exists(join(out, runFiles.manifest))) throw new UserError(`${rule}; ${out} is a run. Give another`);
  if (!(await exists(page)) || (await readFile(page, 'utf8')).includes(`<title>${title}</title>`)) return;
  throw new UserError(`${rule}; ${page} is another page. Give another`);
}
