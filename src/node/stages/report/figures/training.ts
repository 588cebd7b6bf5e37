// Draws the course of the trainings, the time and memory of every stage, and its options.
import { type JsonObject, readJsonLines } from '../../../files/json-lines.ts';
import { type Curve, lineChart } from '../../../presentation/charts.ts';
import { escapeHtml, type Figure } from '../../../presentation/html.ts';
import { type Column, htmlTable } from '../../../presentation/table.ts';
import { runFiles } from '../../../runs/manifest.ts';
import { quoted } from '../../framework/command-line.ts';
import type { Source, Sources } from '../sources.ts';
import { counted } from './words.ts';

export async function curvesFigure({ runs }: Sources): Promise<Figure> {
  const [gan, classifier] = [runs.generator, runs.classifier];
  const lines = await readJsonLines(gan.file(runFiles.metrics));
  const shown = (line: JsonObject) => Number(line.imagesShown) / 1000;
  const ofGan = (name: string, key: string) => curve(name, lines, shown, key);
  const x = 'thousand real images shown';
  const ofClassifier = await readJsonLines(classifier.file(runFiles.metrics));
  const minibatch = Number(classifier.config.minibatch);
  const seen = (line: JsonObject) => (Number(line.step) * minibatch) / 1000;
  const charts = [
    lineChart(
      { x, y: 'loss' },
      [ofGan('discriminator', 'discriminatorLoss'), ofGan('generator', 'generatorLoss')],
      'Losses of discriminator and generator',
    ),
    lineChart(
      { x, y: 'score' },
      [ofGan('real faces', 'realScore'), ofGan('generated faces', 'fakeScore')],
      'Scores that the discriminator gives to real and to generated faces',
    ),
    lineChart({ x, y: 'side of the images (pixels)' }, [ofGan('resolution', 'resolution')], 'Growth of the networks'),
    lineChart(
      { x: 'thousand training images seen', y: 'loss' },
      [
        curve('training images, augmented', ofClassifier, seen, 'loss'),
        curve('validation images', ofClassifier, seen, 'validationLoss'),
      ],
      'Loss of the classifier on training and on validation images',
    ),
  ];
  const titles = ['GAN: losses', 'GAN: mean scores', 'GAN: resolution', 'Classifier: loss'];
  const distance = ofGan('SWD, mean of the levels', 'swdAverage');
  if (distance.points.length > 1) {
    const { images } = lines.find(line => 'sample' in line)!.sample as { images: number };
    charts.push(lineChart({ x, y: 'SWD ×10³' }, [distance], 'Distance of generated from real images'));
    titles.push(`GAN: SWD, ${counted(images)} against ${counted(images)} images`);
  }
  const body = charts.map((chart, i) => `<div><h3>${titles[i]}</h3>${chart}</div>`);
  return {
    title: 'Learning curves',
    body: `<div class="charts">${body.join('\n')}</div>`,
    caption:
      `Moving averages over the training, ${counted(lines.filter(line => 'discriminatorLoss' in line).length)} points of the GAN and ${counted(ofClassifier.length)} ` +
      'of the classifier. A GAN’s losses say whether the two networks keep each other in balance, not how good the faces are.',
    command: `${gan.command}\n${classifier.command}`,
  };
}

function curve(name: string, lines: readonly JsonObject[], x: (line: JsonObject) => number, key: string): Curve {
  const points = lines.map(line => ({ x: x(line), y: Number(line[key]) }));
  return { name, points: points.filter(({ y }) => Number.isFinite(y)) };
}

export function timingsFigure(folder: string, { runs }: Sources): Figure {
  const columns: Column<Source>[] = [
    { title: 'stage', value: run => run.stage },
    { title: 'minutes', value: run => run.manifest.seconds / 60, decimals: 1 },
    { title: 'peak memory (MB)', value: run => run.manifest.peakMemoryMB, decimals: 0 },
    { title: 'threads', value: run => (typeof run.config.threads === 'number' ? run.config.threads : null) },
    { title: 'finished', value: run => run.manifest.finished?.slice(0, 16).replace('T', ' ') },
  ];
  const stages = Object.values(runs);
  const minutes = stages.reduce((sum, run) => sum + run.manifest.seconds, 0) / 60;
  return {
    title: 'Time and memory',
    body: htmlTable(columns, stages, `${minutes.toFixed(1)} minutes in all`),
    caption:
      'Working time of each stage, over all sittings where it was interrupted, and the peak memory of its process. ' +
      'Times are UTC.',
    command: `face-tuning report --runs ${quoted(folder)} --out report.html`,
  };
}

export function configurationFigure({ runs, editor }: Sources): Figure {
  const details = Object.values(runs).map(({ stage, config, manifest, command }) => {
    const { packageVersion, seed, inputs } = manifest;
    const made = JSON.stringify({ options: config, packageVersion, seed, inputs }, null, 2);
    return `<details><summary>${escapeHtml(stage)}</summary><pre>${escapeHtml(`$ ${command}\n${made}`)}</pre></details>`;
  });
  const { name, sha256 } = editor.bundle;
  return {
    title: 'Configuration',
    body: details.join('\n'),
    caption: `All options of every stage, its version, seed and inputs. The model is ${name}, SHA-256 ${sha256}.`,
    command: Object.values(runs)
      .map(({ command }) => command)
      .join('\n'),
  };
}
