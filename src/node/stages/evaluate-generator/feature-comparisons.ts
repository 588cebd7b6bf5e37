// Compares sets of images in a classifier's features: precision and recall, and Fréchet distance.
import type { ImageSet } from '../../../core/images/image-set.ts';
import {
  FeatureMoments,
  type FeatureStatistics,
  frechetDistance,
  leastFeatureRows,
} from '../../../core/measures/images/frechet.ts';
import { rowTable } from '../../../core/measures/images/pairwise.ts';
import { pooledFeatures } from '../../../core/measures/images/pooled-features.ts';
import { ballsOf, leastRows, precisionRecall } from '../../../core/measures/images/precision-recall.ts';
import type { Tick } from '../../../core/measures/tick.ts';
import type { Device } from '../../../core/runtime/device.ts';
import { type FeatureNetwork, type Features, partOfFeatures } from '../../artefacts/classifier-features.ts';
import type { StageContext } from '../framework/stage.ts';
import { ticking } from '../framework/ticking.ts';
import { type ComparedSets, comparisonsOf, type FrechetOf, type PrecisionRecallOf } from './comparisons.ts';

/** Rows of features between two checks for Ctrl-C. */
const statisticsBlock = 512;

/** Runs the network once over each set. */
export async function featuresOfSets(
  network: FeatureNetwork,
  { generated, train, test }: ComparedSets<ImageSet>,
  context: StageContext,
): Promise<ComparedSets<Features>> {
  const total = [...generated.map(({ set }) => set), train, test].reduce((sum, { count }) => sum + count, 0);
  const progress = context.log.progress('features', total, 'images');
  let before = 0;
  const featuresOf = async (of: string, images: ImageSet) => {
    const tick = ticking(context, done => progress.update(before + done, of));
    const features = await network.featuresOf(images, tick);
    before += images.count;
    return features;
  };
  const made: { of: string; set: Features }[] = [];
  for (const { of, set } of generated) made.push({ of, set: await featuresOf(of, set) });
  const features = {
    generated: made,
    train: await featuresOf('training', train),
    test: await featuresOf('test', test),
  };
  progress.finish();
  return features;
}

/**
 * Compares each generated set, and as many real images, with training images.
 * @returns undefined where there are too few images.
 */
export async function precisionRecallsOf(
  device: Device,
  { generated, train }: ComparedSets<Features>,
  context: StageContext,
): Promise<PrecisionRecallOf[] | undefined> {
  const count = Math.min(generated[0]!.set.count, Math.floor(train.count / 2));
  if (count < leastRows) return undefined;
  const compared = [
    ...generated.map(({ of, set }) => ({ of: `${of}, training`, set: partOfFeatures(set, 0, count) })),
    { of: 'training, other training', set: partOfFeatures(train, count, count) },
  ];
  const progress = context.log.progress('precision and recall', (1 + 2 * compared.length) * count, 'images');
  let passes = 0;
  const pass = async <Result>(of: string, work: (tick: Tick) => Promise<Result>): Promise<Result> => {
    const result = await work(
      ticking(context, (done, total) => progress.update(Math.round(count * (passes + done / total)), of)),
    );
    passes++;
    return result;
  };
  const balls = (of: string, { size, values }: Features) =>
    pass(of, tick => ballsOf(device, rowTable(values, size), tick));
  const real = await balls('training', partOfFeatures(train, 0, count));
  const rows: PrecisionRecallOf[] = [];
  for (const { of, set } of compared) {
    const own = await balls(of, set);
    rows.push({ of, images: count, ...(await pass(of, tick => precisionRecall(device, own, real, tick))) });
  }
  progress.finish();
  return rows;
}

/** Measures in pooled features, at every count at which sets can be compared. */
export async function frechetOf(sets: ComparedSets<Features>, context: StageContext): Promise<FrechetOf[]> {
  const comparisons = comparisonsOf(sets, partOfFeatures).filter(({ a }) => a.count >= leastFeatureRows);
  const progress = context.log.progress('Fréchet distance', comparisons.length, 'comparisons');
  const known = new Map<Features, FeatureStatistics>();
  const statisticsOf = async (features: Features) => {
    const statistics = known.get(features) ?? (await statisticsOfPooled(features, context));
    known.set(features, statistics);
    return statistics;
  };
  const rows: FrechetOf[] = [];
  for (const { of, a, b } of comparisons) {
    const distance = frechetDistance(await statisticsOf(a), await statisticsOf(b));
    rows.push({ of, images: a.count, distance });
    progress.update(rows.length, of);
  }
  progress.finish();
  return rows;
}

async function statisticsOfPooled(
  { count, size, values }: Features,
  context: StageContext,
): Promise<FeatureStatistics> {
  const tick = ticking(context, () => {});
  const block = statisticsBlock * size;
  const moments = new FeatureMoments(pooledFeatures(values.subarray(0, size)).length);
  for (let start = 0; start < values.length; start += block) {
    moments.add(pooledFeatures(values.subarray(start, start + block)));
    await tick(Math.min(count, (start + block) / size), count);
  }
  return moments.statistics();
}
