// Joins what folders and tables say into one list of pictures, and trusts nothing in them.
import { attributeNames } from '../../../core/attributes.ts';
import { countOf, excerpt, firstFew, UserError } from '../../../core/errors.ts';
import type { CropName } from '../../../core/images/crop.ts';
import { type BadFile, checkFewBad } from './bad-files.ts';
import { type FaceFolder, findFaceFolder, findPictures, pictureFormats } from './face-folder.ts';
import { checkPeopleApart, type LabelTable, type PictureLabels, readLabelTable } from './label-table.ts';
import { readIdentities, readMapping, readPartition, renamed } from './picture-rows.ts';
import { picturesByName } from './pictures-by-name.ts';
import { splitAtRandom } from './split.ts';

/** Most attributes of one's own that are told by name. */
const mostNamed = 20;

export interface Picture {
  /** The name that the dataset keeps: as in the tables, or where there are none, the path within the folder. */
  readonly name: string;
  /** The path within the image folder. */
  readonly file: string;
  /** [attributes] of 0 and 1. */
  readonly labels: Uint8Array;
  /** 0 train, 1 validation, 2 test. */
  readonly split: number;
  /** The person's number, or -1 where nobody knows. */
  readonly identity: number;
}

export interface PictureIndex {
  readonly imageFolder: string;
  /** Attributes that the pictures are labelled with; none where they have no labels. */
  readonly attributes: readonly string[];
  /** The tables that were read, by what they hold. */
  readonly tables: Readonly<Record<string, string>>;
  /** The crop that fits such pictures. */
  readonly crop: CropName;
  /** Those that are in the folder, in the order of the table of labels, or where there is none, of their paths. */
  readonly pictures: readonly Picture[];
  /** Rows that are wrong, which are left out. */
  readonly bad: readonly BadFile[];
  /** Pictures of the tables that are not in the folder. */
  readonly missing: readonly BadFile[];
  /** Lines that people should read. */
  readonly notes: readonly string[];
}

export interface IndexOptions {
  /** A folder of the CelebA family, or of pictures. */
  readonly folder: string;
  /** Whether tables in it count, where it has CelebA's; otherwise it is a folder of pictures. */
  readonly isCeleba: boolean;
  /** A table of labels that counts instead of the folder's. */
  readonly labels?: string | undefined;
  /** Seed of the split, where no table has one. */
  readonly seed: number;
}

/** A picture that tables tell of. */
interface Row extends Omit<Picture, 'file' | 'split'> {
  /** Left undefined where no table says it. */
  readonly split: number | undefined;
}

/** Rows of pictures, and those that are wrong. */
interface Rows extends Pick<PictureIndex, 'attributes' | 'tables' | 'bad'> {
  readonly rows: readonly Row[];
}

/**
 * Reads tables and lists the folder; the pictures themselves are not looked at.
 * @throws UserError when a table or the pictures are missing, a table is wrong as a whole, or more than 1 % of its rows are.
 */
export async function readPictureIndex(options: IndexOptions): Promise<PictureIndex> {
  const { folder, seed } = options;
  const parts = options.isCeleba ? await findFaceFolder(folder) : undefined;
  const imageFolder = parts === undefined ? folder : parts.pictures;
  if (imageFolder === undefined) {
    throw new UserError(`cannot read ${folder}/img_align_celeba: no such folder; put CelebA's pictures there`);
  }
  const { files, runs, others } = await findPictures(imageFolder);
  if (files.length === 0) {
    const found = others.map(({ ending, count }) => `${count} × ${excerpt(ending) || 'no ending'}`);
    throw new UserError(
      `${imageFolder} must hold pictures (${pictureFormats}); it holds ${found.slice(0, 5).join(', ') || 'nothing'}`,
    );
  }
  const notes = others.flatMap(({ ending, count, isPicture }) =>
    isPicture ? [`left out ${count} × ${ending}, which is not read here; convert them to JPEG or PNG`] : [],
  );
  if (runs.length > 0)
    notes.push(`left out what runs of this program wrote: ${runs.map(run => excerpt(run)).join(', ')}`);
  const known = await readRows(options, parts, files);
  const { rows, ...facts } = known;
  const found = picturesByName(files);
  const pictures: (Row & Pick<Picture, 'file'>)[] = [];
  const missing: BadFile[] = [];
  const used = new Set<string>();
  for (const row of rows) {
    const { file, problem } = found(row.name);
    if (file === undefined) missing.push({ file: row.name, reason: problem });
    else if (used.has(file)) missing.push({ file: row.name, reason: 'its picture has a row under another name' });
    else {
      used.add(file);
      pictures.push({ ...row, file });
    }
  }
  const { attributes } = facts;
  if (attributes !== attributeNames && attributes.length > 0) {
    // As edits will call them: a column may have had spaces in its name, or not have been meant.
    notes.push(`attributes of the labels: ${firstFew(attributes, mostNamed)}`);
  }
  if (attributes.length === 0) notes.push(`the pictures of ${folder} have no labels: enough for train gan alone`);
  else if (used.size < files.length) {
    notes.push(
      `${files.length - used.size} of ${countOf(files.length, 'pictures')} have no row of labels and are left out; without labels ` +
        'all can be prepared for train gan',
    );
  }
  return {
    ...facts,
    imageFolder,
    crop: parts?.crop ?? 'square',
    pictures: splitAtRandom(pictures, seed),
    missing,
    notes,
  };
}

async function readRows(
  { folder, labels: given }: IndexOptions,
  parts: FaceFolder | undefined,
  files: readonly string[],
) {
  const labels = await readLabels(given, parts);
  if (parts !== undefined && (labels !== undefined || parts.partition !== undefined)) {
    return celebaRows(folder, parts, labels, given !== undefined);
  }
  return labels === undefined ? unlabelledRows(files) : ownRows(labels);
}

function readLabels(given: string | undefined, parts: FaceFolder | undefined): Promise<LabelTable | undefined> {
  if (given !== undefined) return readLabelTable(given);
  return parts?.labels === undefined ? Promise.resolve(undefined) : readLabelTable(parts.labels, attributeNames);
}

const noLabels = new Uint8Array();
const withoutLabels: PictureLabels = { labels: noLabels };

function unlabelledRows(files: readonly string[]): Rows {
  const rows = files.map(name => ({ name, labels: noLabels, split: undefined, identity: -1 }));
  return { rows, attributes: [], tables: {}, bad: [] };
}

/** @returns what numbers people, who go by any name in a table of one's own; −1 is nobody known. */
function peopleNumbers(): (person: string | undefined) => number {
  const people = new Map<string, number>();
  return person => {
    if (person === undefined || person === '') return -1;
    return people.get(person) ?? people.set(person, people.size).size - 1;
  };
}

function ownRows({ path, attributes, rows, bad }: LabelTable): Rows {
  const numberOf = peopleNumbers();
  return {
    rows: [...rows].map(([name, { labels, split, person }]) => {
      return { name, labels, split, identity: numberOf(person) };
    }),
    attributes,
    tables: { labels: path },
    bad,
  };
}

/** @returns what a table says of a picture, which may be named as loosely as labels of one's own name it. */
function said<Value>(rows: ReadonlyMap<string, Value>): (name: string) => Value | undefined {
  const find = picturesByName([...rows.keys()]);
  return name => {
    const { file } = find(name);
    return file === undefined ? undefined : rows.get(file);
  };
}

/**
 * Joins CelebA's tables (Liu et al. 2015). CelebA-HQ's pictures have other names, by which CelebA's tables are read.
 * @param isOwn whether the labels are one's own, which may be of a part of the pictures.
 */
async function celebaRows(
  folder: string,
  parts: FaceFolder,
  labels: LabelTable | undefined,
  isOwn: boolean,
): Promise<Rows> {
  const isHighQuality = parts.crop !== 'celeba';
  const saysSplits = labels !== undefined && [...labels.rows.values()].some(({ split }) => split !== undefined);
  if (parts.partition === undefined && !isHighQuality && !saysSplits) {
    throw new UserError(
      `cannot read ${folder}/list_eval_partition.txt: no such file; put CelebA's table of partitions beside its labels`,
    );
  }
  const mapping = isHighQuality && parts.mapping !== undefined ? await readMapping(parts.mapping) : undefined;
  const hasOriginals = !isHighQuality || mapping !== undefined;
  const [partition, identity] = hasOriginals ? [parts.partition, parts.identity] : [];
  const splits = partition === undefined ? undefined : renamed(await readPartition(partition), mapping);
  const people = identity === undefined ? undefined : renamed(await readIdentities(identity), mapping);

  const reasons = new Map<string, string>(); // the first thing wrong with each picture
  const blame = (name: string, reason: string) => reasons.has(name) || reasons.set(name, reason);
  for (const { file, reason } of [labels, splits, people].flatMap(table => table?.bad ?? [])) blame(file, reason);
  const names = new Set([...(labels?.rows.keys() ?? []), ...(isOwn ? [] : (splits?.rows.keys() ?? []))]);
  const [splitOf, personOf] = [splits, people].map(table => table && said(table.rows));
  const rows: Row[] = [];
  const numberOf = peopleNumbers();
  for (const name of names) {
    const known = labels === undefined ? withoutLabels : labels.rows.get(name);
    const split = known?.split ?? splitOf?.(name);
    const person = personOf === undefined ? numberOf(known?.person) : personOf(name);
    if (/[\\/]/.test(name)) blame(name, 'its name must not contain a folder');
    else if (known === undefined) blame(name, 'it has no row of labels');
    else if (split === undefined && splits !== undefined) blame(name, 'it is in no partition');
    else if (person === undefined) blame(name, 'it has no identity');
    else if (!reasons.has(name)) rows.push({ name, labels: known.labels, split, identity: person });
  }
  const bad = [...reasons].map(([file, reason]) => ({ file, reason }));
  checkFewBad(bad, rows.length + bad.length, `the tables of ${folder}`);
  if (saysSplits && people !== undefined) {
    // CelebA's own partition keeps people apart; splits of one's own know nothing of its table of people.
    const numbered = rows.map(({ identity, split }) => ({ person: `${identity}`, split }));
    checkPeopleApart(numbered, labels.path, "Leave the column of splits out, and CelebA's are taken");
  }
  const tables = {
    ...(labels && { labels: labels.path }),
    ...(partition && { partition }),
    ...(identity && { identity }),
    ...(mapping && { mapping: parts.mapping! }),
  };
  return { rows, attributes: labels?.attributes ?? [], tables, bad };
}
