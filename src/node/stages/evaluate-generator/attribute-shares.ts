// Counts how often a classifier sees each attribute in generated and in real faces, by gender and age.
import { attributeNames } from '../../../core/attributes.ts';
import type { ImageSet } from '../../../core/images/image-set.ts';
import { classify, evaluationBatch } from '../../../core/measures/answers/classify.ts';
import type { Tick } from '../../../core/measures/tick.ts';
import { classifierRunner } from '../../../core/models/inference.ts';
import type { Device } from '../../../core/runtime/device.ts';
import { readFittingClassifier } from '../../artefacts/classifier-features.ts';
import type { GanDetails } from '../../artefacts/networks.ts';
import type { Column } from '../../presentation/table.ts';
import type { FinishedRun } from '../../runs/run-folder.ts';

const groups = ['all', 'women', 'men', 'young', 'older'] as const;
type Group = (typeof groups)[number];

/** The attribute that a group of faces is told by. */
const askedBy = { women: 'Male', men: 'Male', young: 'Young', older: 'Young' } as const;

/** The shares in one set of faces. */
export interface AttributeShares {
  readonly of: string;
  /** The attributes that shares are given of, in their order; left out by earlier versions: CelebA's. */
  readonly attributes?: readonly string[];
  /**
   * By group: its number of faces, and the share of them with each attribute; null where there are no faces. Women, men,
   * young and older are empty where the classifier does not ask for them.
   */
  readonly groups: Readonly<Record<Group, { readonly count: number; readonly shares: readonly (number | null)[] }>>;
}

/** The classifier, ready to run. */
export interface Labeller {
  /** The run that it was trained in. */
  readonly run: FinishedRun;
  /** @param tick told after each block of images. */
  sharesOf(of: string, images: ImageSet, tick?: Tick): Promise<AttributeShares>;
  release(): Promise<void>;
}

/** @param folder run folder of `train classifier`. @throws UserError where it does not take the generator's images. */
export async function openLabeller(folder: string, generator: GanDetails, device: Device): Promise<Labeller> {
  const { run, details, tensors } = await readFittingClassifier(folder, 'classifier', generator);
  const { architecture, thresholds } = details;
  const { attributes } = architecture;
  const runner = await classifierRunner(device, architecture, tensors, evaluationBatch);
  return {
    run,
    sharesOf: async (of, images, tick) =>
      sharesByGroup(of, await classify(images, runner, tick), { attributes, thresholds }),
    release: () => runner.release(),
  };
}

/** @param logits [n, attributes]. */
export function sharesByGroup(
  of: string,
  logits: Float32Array,
  { attributes, thresholds }: { readonly attributes: readonly string[]; readonly thresholds: readonly number[] },
): AttributeShares {
  const width = attributes.length;
  const rows = Array.from({ length: logits.length / width }, (_, n) =>
    thresholds.map((threshold, a) => logits[n * width + a]! > threshold),
  );
  const known = (name: string, has: boolean) => {
    const column = attributes.indexOf(name);
    return column < 0 ? [] : rows.filter(row => row[column] === has);
  };
  const group = (faces: readonly boolean[][]) => ({
    count: faces.length,
    shares: attributes.map((_, a) => (faces.length === 0 ? null : faces.filter(row => row[a]).length / faces.length)),
  });
  return {
    of,
    attributes,
    groups: {
      all: group(rows),
      women: group(known('Male', false)),
      men: group(known('Male', true)),
      young: group(known('Young', true)),
      older: group(known('Young', false)),
    },
  };
}

/** The rows of a table of shares. */
export function sharedAttributes([first]: readonly AttributeShares[]): readonly string[] {
  return first?.attributes ?? attributeNames;
}

/** Columns of per cent: for each group that has faces one column a set. Rows are attributes. */
export function shareColumns(sets: readonly AttributeShares[]): readonly Column<string>[] {
  const attributes = sharedAttributes(sets);
  const shown = groups.filter(group => sets.some(set => set.groups[group].count > 0));
  const percent = (set: AttributeShares, group: Group) => (attribute: string) => {
    const share = set.groups[group].shares[attributes.indexOf(attribute)];
    return share == null ? null : 100 * share;
  };
  return [
    { title: 'attribute', value: attribute => attribute },
    ...shown.flatMap(group =>
      sets.map(set => ({ title: `${group}: ${set.of}`, value: percent(set, group), decimals: 1 })),
    ),
  ];
}

/** @returns a sentence with the number of faces in each group that the classifier asks for. */
export function shareCounts(sets: readonly AttributeShares[]): string {
  const attributes = sharedAttributes(sets);
  const asked = groups.filter(group => group === 'all' || attributes.includes(askedBy[group]));
  const told = (set: AttributeShares) =>
    `${set.of}: ${asked.map(group => `${group} ${set.groups[group].count}`).join(', ')}`;
  return `Faces of each kind, ${sets.map(told).join('; ')}.`;
}
