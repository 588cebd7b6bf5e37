// Stage `report`: tells what a pipeline made as one HTML page that carries every figure in itself.
import { z } from 'zod';
import { scoredBoundaries } from '../../../core/calibration/probe.ts';
import { countOf } from '../../../core/errors.ts';
import { openDevice } from '../../devices/device.ts';
import { writeWhole } from '../../files/files.ts';
import { escapeHtml, type Figure, pageHtml } from '../../presentation/html.ts';
import { beginWork } from '../../runs/run-folder.ts';
import { deviceOptions, pathOption, psiOption } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';
import { counted } from './figures/words.ts';
import { areOfOneDataset, openSources, type Sources } from './sources.ts';

const options = z.strictObject({
  runs: pathOption().describe('folder of a finished pipeline'),
  out: pathOption().meta({ destination: 'file' }).describe('HTML file to write'),
  force: z.boolean().default(false).describe('replace an existing file at --out'),
  psi: psiOption()
    .optional()
    .meta({ defaultInWords: "the bundle's" })
    .describe('truncation of the faces that are shown: 1 for all variety, less for nearer the mean'),
  ...deviceOptions,
});

export const report = defineStage({
  name: 'report',
  description: 'Tell what a pipeline made in one HTML page: faces, edits, boundaries, classifier, trainings.',
  examples: ['--runs runs/quick --out report.html'],
  options,
  async run(config, { log, signal }) {
    await openDevice(config); // a missing device is reported before anything is read
    const sources = { ...(await openSources(config.runs, config)), psi: config.psi };
    beginWork();
    const figures: Figure[] = [];
    // Charts need a large library, which no other command should have to load.
    const { drawingsOf } = await import('./figures/all.ts');
    const drawings = drawingsOf(config.runs, sources);
    const progress = log.progress('report', drawings.length, 'figures');
    for (const draw of drawings) {
      signal.throwIfAborted();
      const figure = await draw();
      figures.push(figure);
      progress.update(figures.length, figure.title);
    }
    progress.finish();
    await sources.editor.release();
    const page = pageHtml(`Face tuning: ${sources.editor.bundle.name}`, leadHtml(sources), figures);
    await writeWhole(config.out, page);
    return { out: config.out, figures: figures.length, megabytes: Buffer.byteLength(page) / 1e6 };
  },
});

function leadHtml({ runs, dataset, editor, synthesis }: Sources): string {
  const { resolution } = editor.bundle;
  const images = Number(runs.generator.summary.imagesShown);
  const { testAccuracy } = runs.classifier.summary; // null where the dataset has no test pictures
  const right =
    testAccuracy === null ? '' : `, right on ${(100 * Number(testAccuracy)).toFixed(1)} % of the test labels`;
  const trainedOn = areOfOneDataset(runs)
    ? `${counted(dataset.indicesOf('train').length)} pictures`
    : 'pictures of another dataset';
  const minutes = Object.values(runs).reduce((sum, { manifest }) => sum + manifest.seconds, 0) / 60;
  const text =
    `A generator of ${resolution}×${resolution} faces, trained on ${trainedOn} (${counted(images)} shown); a classifier ` +
    `of ${countOf(dataset.attributes.length, 'attributes')}${right}; ` +
    `${countOf(scoredBoundaries(editor).length, 'attributes')} that can be moved or locked, found in ` +
    `${counted(synthesis.count)} generated faces. ${countOf(minutes.toFixed(0), 'minutes')} of work in all. Every face shown is ` +
    'generated; no picture of the dataset is in this page.';
  return `<p>${escapeHtml(text)}</p>`;
}
