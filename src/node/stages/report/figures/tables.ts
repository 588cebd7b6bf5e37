// Draws figures 7 and 8: the boundaries and the classifier, attribute by attribute, beside published results.
import { z } from 'zod';
import type { SampleChoice } from '../../../../core/directions/fit/samples.ts';
import { countOf } from '../../../../core/errors.ts';
import { mean } from '../../../../core/math/statistics.ts';
import { attributeMetrics, type MetricKey } from '../../../../core/measures/answers/attribute-metrics.ts';
import type { Dataset } from '../../../artefacts/dataset.ts';
import { readJson } from '../../../files/files.ts';
import { escapeHtml, type Figure } from '../../../presentation/html.ts';
import { published, wholeCeleba } from '../../../presentation/published.ts';
import { type Column, htmlTable } from '../../../presentation/table.ts';
import { toleratedErrors } from '../../train-classifier/results.ts';
import type { Sources } from '../sources.ts';
import { counted, readable } from './words.ts';

type Row = Readonly<Record<string, number | string | null>>;

/** null where it is undefined, as for an attribute that no picture has. */
const measure = z.number().nullable();
const boundariesSchema = z.array(
  z.object({
    attribute: z.string(),
    'data size': measure,
    'training accuracy': measure,
    'test accuracy': measure,
    f1: measure,
    'majority baseline': measure.default(null),
    'accuracy low': measure,
    'accuracy high': measure,
    'held-out auc': measure,
    'shuffled accuracy': measure,
    reason: z.string().nullable(),
  }),
);

export function boundariesFigure({ runs, dataset, synthesis }: Sources): Figure {
  const { config, summary, command } = runs.boundaries;
  const found = boundariesSchema.parse(summary.table);
  const rows = found.map(row => {
    const known = published(row.attribute, dataset)?.boundary;
    const report = known && {
      reportSize: known.dataSize,
      reportTrain: known.trainAccuracy,
      reportTest: known.testAccuracy,
      reportF1: known.f1,
    };
    return { ...row, ...report, attribute: readable(row.attribute) };
  });
  const ours = { group: 'this run' };
  const report = { group: 'report, figure 7' };
  const columns: Column<Row>[] = [
    nameColumn,
    { ...ours, ...plain('data size', 'data size'), decimals: 0 },
    { ...ours, ...share('majority', 'majority baseline') },
    { ...ours, ...share('train', 'training accuracy') },
    { ...ours, ...share('test', 'test accuracy', 'majority baseline') },
    { ...ours, title: 'from … to', value: row => range(row['accuracy low'], row['accuracy high']) },
    { ...ours, ...share('F1', 'f1') },
    { ...ours, ...share('AUC, all faces', 'held-out auc') },
    { ...ours, ...share('shuffled', 'shuffled accuracy') },
    ...(isPublished(found, dataset)
      ? [
          { ...report, ...plain('data size', 'reportSize'), decimals: 0 },
          { ...report, ...share('train', 'reportTrain') },
          { ...report, ...share('test', 'reportTest') },
          { ...report, ...share('F1', 'reportF1') },
        ]
      : []),
  ];
  const missing = found.filter(row => row.reason !== null);
  const reasons = missing.map(row => `${readable(row.attribute)} (${row.reason?.split(';')[0]})`).join(', ');
  const samples = {
    all: 'all faces by threshold, as the report does; from … to: a 95 % bootstrap interval',
    confident: `the faces the classifier is surest about, half with and half without; from … to: over ${config.repeats} splits`,
    matched:
      'pairs that the classifier is sure about, one with and one without, alike in all other attributes; from … to: over ' +
      `${config.repeats} splits`,
  }[(config.samples ?? 'confident') as SampleChoice];
  const matched = (config.matched ?? []) as readonly string[];
  const byPairs =
    matched.length === 0 ? '' : `; ${matched.map(readable).join(', ')} to pairs that are alike in all other attributes`;
  return {
    number: 7,
    title: 'Boundaries: support vector machines in latent space',
    body:
      htmlTable(
        columns,
        rows,
        `${found.length - missing.length} of ${countOf(found.length, 'attributes')} have a boundary, of which the means are. ` +
          baselineMark,
        meansOf(rows.filter(row => row['test accuracy'] !== null)),
      ) + (missing.length > 0 ? `<p class="aside">${escapeHtml(`Without a boundary: ${reasons}.`)}</p>` : ''),
    caption:
      `Fitted to latents of ${counted(synthesis.count)} generated faces, ${samples}${byPairs}. AUC, all faces: on every face ` +
      'that was not trained on. Shuffled: test accuracy after training on shuffled labels, chance if nothing leaks. ' +
      'Where the samples are chosen in another way than in the report, test accuracies of the two sides do not ' +
      'compare: its classes are unequal, so its F1 says more than its accuracy.',
    command,
  };
}

const baselineMark = '† below the majority baseline: always giving the commoner answer is right more often';

/** Runs made before a metric existed lack it; it reads as null. */
const metricFields = Object.fromEntries(attributeMetrics.map(({ key }) => [key, measure.default(null)]));
const resultsSchema = z.array(
  z.object({ attribute: z.string(), ...(metricFields as Record<MetricKey, z.ZodDefault<typeof measure>>) }),
);
const reported = attributeMetrics.filter(metric => 'report' in metric);

export async function classifierFigure({ runs, dataset }: Sources): Promise<Figure> {
  const results = resultsSchema.parse(await readJson(runs.classifier.file('attributes.json')));
  const judged = runs.judge && resultsSchema.parse(await readJson(runs.judge.file('attributes.json')));
  const rows = results.map(({ attribute, ...result }, i) => {
    const known = published(attribute, dataset);
    const share = known && known.wholeCount / wholeCeleba;
    const wholeBaseline = share === undefined ? null : Math.max(share, 1 - share);
    const judge = judged?.[i]?.testAccuracy ?? null;
    return { ...result, ...known?.classifier, judge, attribute: readable(attribute), wholeBaseline };
  });
  const below = rows.filter(row => isBelow(row, 'testAccuracy', 'majorityBaseline')).length;
  const worse = results.filter(row => (row.gain ?? 0) < -toleratedErrors * (row.gainError ?? 0)).length;
  const reportBelow = rows.filter(row => isBelow(row, 'report', 'wholeBaseline')).length;
  const ours = { group: 'this run' };
  const report = { group: 'report, figure 8' };
  const columns: Column<Row>[] = [
    nameColumn,
    { ...ours, ...share('majority', 'majorityBaseline') },
    { ...ours, ...share('train', 'trainAccuracy') },
    { ...ours, ...share('test', 'testAccuracy', 'majorityBaseline') },
    { ...ours, title: 'gain ± error', value: row => plusMinus(row.gain, row.gainError) },
    ...reported.map(metric => ({ ...ours, ...share(metric.report, metric.key) })),
    ...(judged === undefined ? [] : [{ group: 'judge', ...share('test', 'judge', 'majorityBaseline') }]),
    ...(isPublished(results, dataset)
      ? [
          { group: 'whole CelebA', ...share('majority', 'wholeBaseline') },
          { ...report, ...share('train', 'reportTrain') },
          { ...report, ...share('test', 'report', 'wholeBaseline') },
          { group: 'others', ...share('LNets+ANet', 'lnets', 'wholeBaseline') },
          { group: 'others', ...share('MCNN-AUX', 'mcnn', 'wholeBaseline') },
        ]
      : []),
  ];
  const tested = counted(dataset.indicesOf('test').length);
  return {
    number: 8,
    title: `The classifier of the ${countOf(results.length, 'attributes')}`,
    body: htmlTable(columns, rows, baselineMark, meansOf(rows)),
    caption:
      `Test figures are of the ${tested} test pictures of this dataset, train figures of at most as many of those that ` +
      `were trained on; thresholds and calibration were chosen on others. ${below} of ${results.length} accuracies lie ` +
      `below the majority baseline here, ${worse} of them by more than ${toleratedErrors} standard errors of the difference${isPublished(results, dataset) ? `; ${reportBelow} in the report` : ''}. ` +
      (judged === undefined ? '' : 'The judge labels nothing; it says what edits did. ') +
      (isPublished(results, dataset)
        ? 'Published accuracies are of the official test split and larger pictures: Face Tuning 2023; LNets+ANet: ' +
          'Liu et al. 2015; MCNN-AUX: Hand and Chellappa 2017.'
        : ''),
    command: runs.classifier.command,
  };
}

/** Whether any of these attributes has published results. */
function isPublished(rows: readonly { readonly attribute: string }[], dataset: Dataset): boolean {
  return rows.some(({ attribute }) => published(attribute, dataset) !== undefined);
}

const nameColumn: Column<Row> = { title: 'attribute', value: row => row.attribute };

function plain(title: string, key: string): Column<Row> {
  return { title, value: row => row[key] };
}

/** A column of shares in [0, 1]. @param baseline key of the value below which a share is marked. */
function share(title: string, key: string, baseline?: string): Column<Row> {
  const mark = (row: Row) => (baseline !== undefined && isBelow(row, key, baseline) ? '† ' : '');
  return { title, value: row => row[key], decimals: 3, mark };
}

function isBelow(row: Row, key: string, baseline: string): boolean {
  const [value, least] = [row[key], row[baseline]];
  return typeof value === 'number' && typeof least === 'number' && value < least;
}

/** `+0.012 ± 0.003`, without an error where none is known; nothing where there is no value. */
function plusMinus(value: Row[string] | undefined, error: Row[string] | undefined): string | null {
  if (typeof value !== 'number') return null;
  const known = typeof error === 'number' ? ` ± ${error.toFixed(3)}` : '';
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}${known}`;
}

/** `0.883 … 0.950`, or nothing where either is missing. */
function range(low: Row[string] | undefined, high: Row[string] | undefined): string | null {
  return typeof low === 'number' && typeof high === 'number' ? `${low.toFixed(3)} … ${high.toFixed(3)}` : null;
}

/** @returns the mean of each column over the rows that have a number there; the error of a row’s gain is none of their mean’s. */
function meansOf(rows: readonly Row[]): Row {
  const means: Record<string, number | string | null> = { attribute: 'mean' };
  for (const key of Object.keys(rows[0] ?? {})) {
    if (key === 'gainError') continue;
    const values = rows.flatMap(row => (typeof row[key] === 'number' ? [row[key]] : []));
    if (values.length > 0) means[key] = mean(values);
  }
  return means;
}
