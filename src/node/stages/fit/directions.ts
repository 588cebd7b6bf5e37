// Gathers the directions of a `fit` run: fitted, imported, labelled by hand, and derived from these.
import { attributeNames, didYouMeanAttribute } from '../../../core/attributes.ts';
import { type Direction, directionNamePattern } from '../../../core/directions/direction.ts';
import { type GivenOptions, measureBoundary } from '../../../core/directions/fit/boundary.ts';
import { fitHandLabelled, type HandLabelledMetrics } from '../../../core/directions/fit/hand-labelled.ts';
import { conditionNormal } from '../../../core/editing/conditioning.ts';
import { UserError } from '../../../core/errors.ts';
import type { Geometry } from '../../../core/models/latents.ts';
import {
  attributeOf,
  knownBeside,
  type LatentSpace,
  type StoredBoundary,
  type StoredFit,
} from '../../artefacts/boundaries.ts';
import { attributeCalled, type NamedFile, readBoundaryFiles } from '../../interop/interfacegan.ts';
import type { Log } from '../../log/log.ts';
import { type Faces, scoresOf } from './faces.ts';
import { type HandLabels, readHandLabels } from './hand-labels.ts';

interface Wishes extends Omit<GivenOptions, 'threshold' | 'others'> {
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

/** The directions that need no fit to the faces' scores, read and checked before that work begins. */
export interface Given {
  readonly imported: readonly Direction[];
  readonly labelled: readonly OriginatedBoundary[];
  readonly conditions: readonly Condition[];
  /** The attributes that the scores or CelebA name. */
  readonly attributes: readonly string[];
  readonly size: number;
  readonly geometry: Geometry;
}

/** A boundary to derive: the primal's direction without what the locks share of it. */
interface Condition {
  readonly text: string;
  readonly name: string;
  readonly primal: string;
  readonly locks: readonly string[];
}

/**
 * Reads what people give beside the faces, and checks every name. @throws UserError for boundaries of another latent
 * size than the faces', names that are no names or stand twice, conditions of unknown attributes, and what
 * `readHandLabels` and `fitHandLabelled` refuse.
 */
export async function readGiven(wishes: Wishes, faces: Faces | undefined, log: Log): Promise<Given> {
  const { imported, geometry } = await readImported(wishes.import, faces?.geometry);
  const size = faces?.size ?? imported[0]!.normal.length;
  const other = imported.find(({ normal }) => normal.length !== size);
  if (other !== undefined) {
    throw new UserError(
      `boundaries must be of the faces' latent size ${size}; got ${other.normal.length} with that of ` +
        `${other.attribute}. Import boundaries of this generator`,
    );
  }
  const attributes = faces?.attributes ?? attributeNames;
  const scored = (faces?.rows ?? []).map(({ attribute }) => attribute);
  const known = [...new Set([...scored, ...imported.map(({ attribute }) => attribute), ...wishes.name])];
  const conditions = wishes.condition.map(text => {
    const condition = parseCondition(text, known);
    known.push(condition.name);
    return condition;
  });
  const further = [...imported.map(({ attribute }) => attribute), ...scored].filter(name => !attributes.includes(name));
  checkNames([...new Set(further), ...wishes.name, ...conditions.map(({ name }) => name)], attributes);
  for (const name of wishes.name) {
    const called = attributeCalled(name);
    if (called === undefined) continue;
    throw new UserError(`--name ${name} is what files of boundaries call ${called}; choose another`);
  }

  const read: HandLabels[] = [];
  for (const path of wishes.labels) read.push(await readHandLabels(path, faces!, wishes.psi));
  if (wishes.psi !== undefined && read.every(({ by }) => by === 'index')) {
    throw new UserError(
      `--psi is of faces that --labels name by seed; got ${wishes.psi} for labels by index. Leave it out`,
    );
  }
  const labelled: OriginatedBoundary[] = [];
  for (const [i, { latents, labels }] of read.entries()) {
    const fitted = fitHandLabelled(wishes.name[i]!, latents, size, labels, wishes.seed);
    log.info(trustOf(fitted.attribute, fitted.metrics));
    labelled.push({ ...fitted, origin: 'labelled by hand' });
  }
  return { imported, labelled, conditions, attributes, size, geometry };
}

/**
 * Reads boundaries with what is known of them where they are of a run; those from elsewhere are InterFaceGAN's, which go
 * through 0 and are of latents on the sphere. @throws UserError for those of latents of another geometry than the faces'.
 */
async function readImported(files: readonly NamedFile[], ofFaces: Geometry | undefined) {
  const read = files.length > 0 ? await readBoundaryFiles(files) : [];
  const imported: Direction[] = [];
  let geometry = ofFaces;
  for (const [i, { path, sign }] of files.entries()) {
    const known = await knownBeside(path);
    imported.push({ ...read[i]!, intercept: sign * (known?.intercept ?? 0) });
    const own = known?.geometry ?? ofFaces ?? 'sphere';
    geometry ??= own;
    if (own === geometry) continue;
    throw new UserError(
      `boundaries must be in latents of one geometry; ${path} is in ${own} ones, ${ofFaces ? 'the faces' : 'those before it'} ` +
        `in ${geometry} ones. Import boundaries of this generator`,
    );
  }
  return { imported, geometry: geometry ?? 'sphere' };
}

/**
 * @param fitted to the faces, each under its attribute's name. A condition of an attribute that has got no boundary is
 * left out with a warning, so that the fits are not lost. @throws UserError for such a one where nothing was fitted.
 */
export function gatherDirections(
  { imported, labelled, conditions, attributes, size, geometry }: Given,
  wishes: Wishes,
  faces: Faces | undefined,
  fitted: readonly StoredFit[],
  log: Log,
): Gathered {
  const found = new Map(fitted.map(fit => [attributeOf(fit), fit]));
  for (const boundary of imported) {
    const { attribute } = boundary;
    const metrics = measured(boundary, faces, wishes);
    if (metrics === null || !('reason' in metrics)) {
      found.set(attribute, { controllable: true, boundary: { ...boundary, metrics } });
    } else if (attributes.includes(attribute)) {
      const reason = `the imported boundary cannot be measured: ${metrics.reason}`;
      log.warn(`no boundary of ${attribute}: ${reason}`);
      found.set(attribute, { controllable: false, attribute, reason });
    } else {
      found.set(attribute, { controllable: true, boundary: { ...boundary, metrics: null } });
    }
  }
  const reason = faces === undefined ? 'it is not among the imported boundaries' : 'the faces have no scores of it';
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
  others.push(...labelled);
  // A condition asks for no measurement: an imported boundary does for it as it is.
  const unmeasured = imported.filter(({ attribute }) => found.get(attribute)?.controllable === false);
  const all = () => [...fits.flatMap(fit => (fit.controllable ? [fit.boundary] : [])), ...others, ...unmeasured];
  for (const condition of conditions) {
    try {
      others.push(conditioned(condition, all()));
    } catch (error) {
      if (faces === undefined || !(error instanceof UserError)) throw error;
      log.warn(`--condition ${condition.text} is left out: ${error.message}`);
    }
  }
  const directions = [...fits, ...others.map(boundary => ({ controllable: true, boundary }) as const)];
  return { directions, space: { size, geometry } };
}

/**
 * @returns metrics of an imported boundary on the faces, or the reason why these show too little of it; null where they
 *   are not labelled with its attribute.
 */
function measured(boundary: Direction, faces: Faces | undefined, options: Wishes) {
  const row = faces?.rows.findIndex(({ attribute }) => attribute === boundary.attribute) ?? -1;
  if (faces === undefined || row < 0) return null;
  const { latents, logits, count, rows } = faces;
  const { threshold } = rows[row]!;
  const { own, others } = scoresOf(logits, count, row);
  return measureBoundary(boundary, latents, own, { ...options, threshold, others });
}

/** @param text `primal:lock+lock`. @param known names that have a boundary or will be fitted. */
function parseCondition(text: string, known: readonly string[]): Condition {
  const [primal = '', list = '', ...more] = text.split(':').map(part => part.trim());
  const locks = list.split('+').map(name => name.trim());
  if (more.length > 0 || primal === '' || locks.includes('')) {
    throw new UserError(`a condition must be primal:lock+lock, like Young:Male+Eyeglasses; got "${text}"`);
  }
  const again = [primal, ...locks].find((name, at, all) => all.indexOf(name) < at);
  if (again !== undefined)
    throw new UserError(`a condition must name each attribute once; got ${again} twice in "${text}"`);
  for (const name of [primal, ...locks]) {
    if (known.includes(name)) continue;
    throw new UserError(`no boundary of "${name}" for --condition ${text}.${didYouMeanAttribute(name, known)}`);
  }
  return { text, name: `${primal}_c_${locks.join('_')}`, primal, locks };
}

/** @throws UserError where one of the boundaries is missing, or the locks leave nothing of the direction. */
function conditioned({ name, primal, locks }: Condition, boundaries: readonly Direction[]): OriginatedBoundary {
  const find = (wanted: string) => {
    const boundary = boundaries.find(({ attribute }) => attribute === wanted);
    if (boundary === undefined) throw new UserError(`${wanted} has got no boundary`);
    return boundary;
  };
  const { conditionedNormal: normal, residual } = conditionNormal(find(primal), locks.map(find));
  const origin = `${primal} without ${locks.join(', ')}: ${(100 * residual).toFixed(1)} % of its direction`;
  return { attribute: name, normal, intercept: 0, origin, metrics: null };
}

function checkNames(names: readonly string[], attributes: readonly string[]): void {
  for (const [i, name] of names.entries()) {
    if (!directionNamePattern.test(name)) {
      throw new UserError(`a name must be letters without accents, digits, _ and -, at most 64; got "${name}"`);
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
