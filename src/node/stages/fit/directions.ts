// Gathers the directions of a `fit` run: fitted, imported, labelled by hand, and derived from these.
import { attributeNames, didYouMeanAttribute } from '../../../core/attributes.ts';
import type { Direction } from '../../../core/directions/direction.ts';
import { type BoundaryOptions, measureBoundary } from '../../../core/directions/fit/boundary.ts';
import { fitHandLabelled, type HandLabelledMetrics } from '../../../core/directions/fit/hand-labelled.ts';
import { conditionNormal } from '../../../core/editing/conditioning.ts';
import { UserError } from '../../../core/errors.ts';
import { attributeOf, type LatentSpace, type StoredBoundary, type StoredFit } from '../../artefacts/boundaries.ts';
import { type NamedFile, readBoundaryFiles } from '../../interop/interfacegan.ts';
import type { Log } from '../../log/log.ts';
import type { Faces } from './faces.ts';
import { readHandLabels } from './hand-labels.ts';

interface Wishes extends Partial<Omit<BoundaryOptions, 'threshold'>> {
  readonly import: readonly NamedFile[];
  readonly labels: readonly string[];
  readonly name: readonly string[];
  readonly condition: readonly string[];
  readonly seed: number;
  /** See `readHandLabels`. */
  readonly psi?: number | undefined;
}

/** The boundary of a direction beyond the attributes. */
type OriginatedBoundary = StoredBoundary & { readonly origin: string };

interface Gathered {
  /** One for each attribute of the faces, or without faces of CelebA's 40, in their order; then any others. */
  readonly directions: readonly StoredFit[];
  readonly space: LatentSpace;
}

/**
 * @param fitted to the faces, each under its attribute's name. @throws UserError for boundaries of another latent size
 * than the faces', two of one name, and what `fitHandLabelled` and `conditionNormal` refuse.
 */
export async function gatherDirections(
  wishes: Wishes,
  faces: Faces | undefined,
  fitted: readonly StoredFit[],
  log: Log,
): Promise<Gathered> {
  const imported = wishes.import.length > 0 ? await readBoundaryFiles(wishes.import) : [];
  const size = faces?.size ?? imported[0]!.normal.length;
  if (imported.some(({ normal }) => normal.length !== size)) {
    throw new UserError(`boundaries must be of the faces' latent size ${size}; got ${imported[0]!.normal.length}`);
  }
  const found = new Map(fitted.map(fit => [attributeOf(fit), fit]));
  for (const boundary of imported) {
    found.set(boundary.attribute, {
      controllable: true,
      boundary: { ...boundary, metrics: measured(boundary, faces, wishes) },
    });
  }
  const reason = faces === undefined ? 'it is not among the imported boundaries' : 'the faces have no scores of it';
  const attributes = faces?.attributes ?? attributeNames;
  const fits = attributes.map(
    (attribute): StoredFit => found.get(attribute) ?? { controllable: false, attribute, reason },
  );
  const others = [...found.values()].flatMap((fit): OriginatedBoundary[] => {
    if (!fit.controllable || attributes.includes(fit.boundary.attribute)) return [];
    const { attribute } = fit.boundary;
    const scored = faces?.rows.find(row => row.attribute === attribute);
    const isImported = imported.some(each => each.attribute === attribute);
    return [{ ...fit.boundary, origin: isImported ? 'imported' : scored!.origin }];
  });
  for (const [i, path] of wishes.labels.entries()) {
    const { latents, labels } = await readHandLabels(path, faces!, wishes.psi);
    const labelled = fitHandLabelled(wishes.name[i]!, latents, size, labels, wishes.seed);
    log.info(trustOf(labelled.attribute, labelled.metrics));
    others.push({ ...labelled, origin: 'labelled by hand' });
  }
  const all = () => [...fits.flatMap(fit => (fit.controllable ? [fit.boundary] : [])), ...others];
  for (const wish of wishes.condition) others.push(conditioned(wish, all()));
  checkNames(others, attributes);
  const directions = [...fits, ...others.map(boundary => ({ controllable: true, boundary }) as const)];
  // Directions from elsewhere are InterFaceGAN's, of latents on the sphere.
  return { directions, space: { size, geometry: faces?.geometry ?? 'sphere' } };
}

/** @returns metrics of an imported boundary on the faces, where they are labelled with its attribute. */
function measured(boundary: Direction, faces: Faces | undefined, options: Wishes) {
  const row = faces?.rows.findIndex(({ attribute }) => attribute === boundary.attribute) ?? -1;
  if (faces === undefined || row < 0) return null;
  const { latents, logits, count, rows } = faces;
  const { threshold } = rows[row]!;
  const { samples = 'confident', ratio = 0.02, seed } = options;
  const own = logits.subarray(row * count, (row + 1) * count);
  return measureBoundary(boundary, latents, own, { samples, ratio, seed, threshold }) ?? null;
}

/** @param wish `primal:lock+lock`. */
function conditioned(wish: string, boundaries: readonly Direction[]): OriginatedBoundary {
  const [primal = '', list = '', ...more] = wish.split(':');
  const locks = list.split('+').map(name => name.trim());
  if (more.length > 0 || primal === '' || locks.includes('')) {
    throw new UserError(`a condition must be primal:lock+lock, like Young:Male+Eyeglasses; got "${wish}"`);
  }
  const find = (name: string) => {
    const boundary = boundaries.find(({ attribute }) => attribute === name);
    if (boundary !== undefined) return boundary;
    const names = boundaries.map(({ attribute }) => attribute);
    throw new UserError(`no boundary of "${name}" for --condition ${wish}.${didYouMeanAttribute(name, names)}`);
  };
  const { conditionedNormal: normal, residual } = conditionNormal(find(primal), locks.map(find));
  const attribute = `${primal}_c_${locks.join('_')}`;
  const origin = `${primal} without ${locks.join(', ')}: ${(100 * residual).toFixed(1)} % of its direction`;
  return { attribute, normal, intercept: 0, origin, metrics: null };
}

/** Names become parts of file names, and of moves such as `dimples=2`. */
function checkNames(others: readonly Direction[], attributes: readonly string[]): void {
  const names = others.map(({ attribute }) => attribute);
  for (const [i, name] of names.entries()) {
    if (!/^\w[\w-]{0,63}$/.test(name)) {
      throw new UserError(`a name must be letters, digits, _ and -, at most 64; got "${name}"`);
    }
    if (attributes.includes(name) || names.indexOf(name) < i)
      throw new UserError(`${name} is the name of another boundary; choose another`);
  }
}

/** @returns a sentence on how good a hand-labelled direction is, and on what would make it better. */
function trustOf(name: string, metrics: HandLabelledMetrics): string {
  const { labels, positives, accuracy, interval, majorityBaseline, expectedCosine, labelsWanted } = metrics;
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const met =
    `cross-validation meets ${percent(accuracy)} of them (${percent(interval.low)} to ${percent(interval.high)}; ` +
    `always giving the larger class meets ${percent(majorityBaseline)})`;
  const direction = `the expected cosine with the true direction is ${expectedCosine.toFixed(2)}`;
  const verdict =
    labelsWanted === null
      ? 'halves of the labels have nothing in common: do not trust it'
      : expectedCosine >= 0.7
        ? direction
        : `${direction}, which is rough; about ${labelsWanted} labels would bring it to 0.7`;
  return `${name}: ${labels} labels, ${positives} of which are 1; ${met}; ${verdict}`;
}
