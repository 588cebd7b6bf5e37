// Counts how often a classifier sees each attribute in generated and in real faces, by gender and age.
import { type AttributeName, attributeIndex, attributeNames } from '../../../core/attributes.ts';
import type { ImageSet } from '../../../core/images/image-set.ts';
import { classify, evaluationBatch } from '../../../core/measures/answers/classify.ts';
import { classifierRunner } from '../../../core/models/inference.ts';
import type { Device } from '../../../core/runtime/device.ts';
import {
  checkClassifierFits,
  classifierDetailsSchema,
  type GanDetails,
  readTensors,
} from '../../artefacts/networks.ts';
import type { Column } from '../../presentation/table.ts';
import { openRun } from '../../runs/run-folder.ts';

const groups = ['all', 'women', 'men', 'young', 'older'] as const;
type Group = (typeof groups)[number];

/** The shares in one set of faces. */
export interface AttributeShares {
  readonly of: string;
  /** By group: its number of faces, and the share of them with each attribute, [40]; null where there are no faces. */
  readonly groups: Readonly<Record<Group, { readonly count: number; readonly shares: readonly (number | null)[] }>>;
}

/** The classifier, ready to run. */
export interface Labeller {
  sharesOf(of: string, images: ImageSet): Promise<AttributeShares>;
  release(): Promise<void>;
}

/** @param folder run folder of `train classifier`. @throws UserError where it does not take the generator's images. */
export async function openLabeller(folder: string, generator: GanDetails, device: Device): Promise<Labeller> {
  const run = await openRun(folder, 'train classifier');
  const { details, tensors } = await readTensors(run.file('classifier.safetensors'), classifierDetailsSchema);
  const { architecture, thresholds } = details;
  checkClassifierFits(architecture, generator);
  const runner = await classifierRunner(device, architecture, tensors, evaluationBatch);
  return {
    sharesOf: async (of, images) => sharesByGroup(of, await classify(images, runner), thresholds),
    release: () => runner.release(),
  };
}

/** @param logits [n, 40]. */
export function sharesByGroup(of: string, logits: Float32Array, thresholds: readonly number[]): AttributeShares {
  const width = attributeNames.length;
  const rows = Array.from({ length: logits.length / width }, (_, n) =>
    thresholds.map((threshold, a) => logits[n * width + a]! > threshold),
  );
  const [male, young] = [attributeIndex('Male'), attributeIndex('Young')];
  const group = (faces: readonly boolean[][]) => ({
    count: faces.length,
    shares: attributeNames.map((_, a) =>
      faces.length === 0 ? null : faces.filter(row => row[a]).length / faces.length,
    ),
  });
  return {
    of,
    groups: {
      all: group(rows),
      women: group(rows.filter(row => !row[male])),
      men: group(rows.filter(row => row[male])),
      young: group(rows.filter(row => row[young])),
      older: group(rows.filter(row => !row[young])),
    },
  };
}

/** Columns of per cent: for each group one column a set. Rows are attributes. */
export function shareColumns(sets: readonly AttributeShares[]): readonly Column<AttributeName>[] {
  const percent = (set: AttributeShares, group: Group) => (attribute: AttributeName) => {
    const share = set.groups[group].shares[attributeIndex(attribute)];
    return share == null ? null : 100 * share;
  };
  return [
    { title: 'attribute', value: attribute => attribute },
    ...groups.flatMap(group =>
      sets.map(set => ({ title: `${group}: ${set.of}`, value: percent(set, group), decimals: 1 })),
    ),
  ];
}

/** @returns a sentence with the number of faces in each group. */
export function shareCounts(sets: readonly AttributeShares[]): string {
  const told = (set: AttributeShares) =>
    `${set.of}: ${groups.map(group => `${group} ${set.groups[group].count}`).join(', ')}`;
  return `Faces of each kind, ${sets.map(told).join('; ')}.`;
}
