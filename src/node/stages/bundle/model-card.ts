// Writes a bundle's model card: what the model is, what it was made from, how good it is and what it is not for.
import { basename } from 'node:path';
import { areSameAttributes, attributeNames } from '../../../core/attributes.ts';
import type { DirectionFacts } from '../../../core/directions/direction.ts';
import type { SampleChoice } from '../../../core/directions/fit/samples.ts';
import { isScored } from '../../../core/directions/scored.ts';
import { bundleFiles } from '../../../core/editor/bundle.ts';
import { countOf } from '../../../core/errors.ts';
import type { GanArchitecture, ganKinds } from '../../../core/models/gan-architecture.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import type { JsonObject } from '../../files/json-lines.ts';
import { type Column, markdownTable } from '../../presentation/table.ts';
import type { FinishedRun } from '../../runs/run-folder.ts';
import { shareColumns, shareCounts, sharedAttributes } from '../evaluate-generator/attribute-shares.ts';
import {
  comparabilityNote,
  distanceColumns,
  frechetColumns,
  frechetNote,
  nearnessColumns,
  otherPicturesNote,
  precisionRecallColumns,
  precisionRecallNote,
  type Quality,
  qualityOf,
  similarityColumns,
} from '../evaluate-generator/comparisons.ts';
import { fit } from '../fit/stage.ts';
import { commandOf } from '../framework/command-line.ts';
import type { Stage } from '../framework/stage.ts';
import { importBoundaries } from '../import-boundaries/stage.ts';
import { trainClassifier } from '../train-classifier/stage.ts';
import { trainEncoder } from '../train-encoder/stage.ts';
import type { Best } from '../train-gan/best-average.ts';
import { trainGan } from '../train-gan/stage.ts';
import type { StoredNetwork } from './stored-networks.ts';

export interface ModelCardFacts {
  readonly name: string;
  /** Free text of whoever made it. */
  readonly description: string;
  readonly architecture: GanArchitecture;
  readonly generator: FinishedRun;
  readonly classifier: FinishedRun;
  readonly boundaries: FinishedRun;
  readonly directions: readonly DirectionFacts[];
  /** A run of `train encoder`, where the bundle can open photos. */
  readonly encoder?: FinishedRun;
  /** A run of `evaluate generator`. */
  readonly quality?: FinishedRun;
  /** The lines of the generator's metrics. */
  readonly curve: readonly JsonObject[];
  readonly networks: Readonly<Record<'generator' | 'classifier', Pick<StoredNetwork, 'weights' | 'difference'>>>;
  /** How many faces `samples.webp` shows, from seed 0 on. */
  readonly shownFaces: number;
  /** Where generator and classifier have their pictures from; unknown where their datasets are gone. */
  readonly pictures: PictureSource;
}

export type PictureSource = 'celeba' | 'own' | 'unknown';

/** Kinds of generators with their source. */
const kindNames = {
  pggan: 'PGGAN, Karras et al. 2018',
  style: 'a style generator, after Karras et al. 2020',
} as const satisfies Record<(typeof ganKinds)[number], string>;

const columns: readonly Column<DirectionFacts>[] = [
  { title: 'attribute', value: ({ attribute }) => attribute },
  { title: 'faces, fitted to and tested on', value: ({ boundary }) => boundary?.metrics?.dataSize },
  { title: 'training accuracy', value: ({ boundary }) => boundary?.metrics?.trainingAccuracy, decimals: 3 },
  { title: 'test accuracy', value: ({ boundary }) => boundary?.metrics?.testAccuracy, decimals: 3 },
  { title: 'F1', value: ({ boundary }) => boundary?.metrics?.f1, decimals: 3 },
  { title: 'AUC', value: ({ boundary }) => boundary?.metrics?.auc, decimals: 3 },
  { title: 'AUC, all held-out faces', value: ({ boundary }) => boundary?.metrics?.heldOutAuc, decimals: 3 },
  // Reasons that `calibrate` finds stand among what edits do.
  { title: 'not controllable, because', value: ({ boundary, reason }) => (boundary === null ? reason : null) },
];

/** @returns Markdown. */
export function modelCard(facts: ModelCardFacts): string {
  const {
    name,
    description,
    architecture,
    generator,
    classifier,
    boundaries,
    directions,
    encoder,
    quality,
    curve,
    networks,
    shownFaces,
    pictures,
  } = facts;
  const { resolution, latentSize } = architecture;
  const { testAccuracy, majorityBaseline, testImages } = classifier.summary;
  const attributes = directions.filter(isScored);
  const controllable = attributes.filter(attribute => attribute.controllable).length;
  const names = attributes.map(({ attribute }) => attribute);
  const areCelebas = areSameAttributes(names, attributeNames);
  // Terms that may bind are told rather than left out.
  const isCeleba = pictures === 'celeba' || (pictures === 'unknown' && areCelebas);
  const boundariesStage = boundaries.manifest.stage === importBoundaries.name ? importBoundaries : fit;
  const accuracy =
    testAccuracy === null
      ? 'How often it is right is unknown: its dataset had no test images.'
      : `Mean accuracy over the ${countOf(attributes.length, 'attributes')} on ${String(testImages)} test images` +
        `${isCeleba ? ' of people' : ''} it has not seen: **${percent(testAccuracy)}**; always giving the more common ` +
        `answer reaches ${percent(majorityBaseline)}.`;
  return `# Model card: ${name}

${description}${description === '' ? '' : '\n\n'}A generator of ${resolution}×${resolution} faces from latents of ${latentSize} numbers (${kindNames[architecture.kind ?? 'pggan']}), a classifier of ${areCelebas ? `CelebA's 40 attributes` : countOf(attributes.length, 'attributes')}, and a linear boundary in latent space for each attribute that its faces show (InterFaceGAN, Shen et al. 2020): ${controllable} of ${attributes.length} can be moved and locked. Made with face-tuning ${generator.manifest.packageVersion}.

## Use

Meant for research and teaching: how a generative model holds attributes, how directions in it are entangled, and what locking one does to another. Not meant to identify, judge or classify real people, to decide anything about them, or to pass off generated pictures as photographs.

## Data

${isCeleba ? celebaSection(areCelebas ? undefined : names) : ownSection(names, pictures === 'own')}

## Training

${averageSentence(generator)} \`train gan\`:

${options(trainGan, generator)}
${curveSection(curve)}
\`train classifier\`:

${options(trainClassifier, classifier)}

\`${boundariesStage.name}\`:

${options(boundariesStage, boundaries)}

${encoder === undefined ? '' : encoderSection(encoder)}${storageSentence(networks)}

## Uncurated samples

Seeds 0 to ${shownFaces - 1}${ganModel(architecture).geometry === 'linear' ? ' at ψ 1, in all their variety' : ''}, eight in a row, none left out:

![seeds 0 to ${shownFaces - 1}](${bundleFiles.samples})

${quality === undefined ? '' : qualitySections(quality)}## Classifier

${accuracy} It labels the generated faces, so its errors are in the boundaries too.

${boundarySection({ ...sampleChoiceOf(boundaries), directions })}
## Limits

Faces of ${resolution}×${resolution} pixels, uncurated, some of them broken. Attributes are entangled: what is not locked may change along, and a lock that takes most of a direction leaves an edit little to work with (the residual says how much). ${lockSentence} Numbers are signed distances in latent space, not probabilities.
`;
}

/** Both ways, as `calibrate` may choose the curve later. */
const lockSentence =
  'In a straight line a locked attribute keeps its distance from a linear boundary exactly; along a curve (`field`) it ' +
  'keeps what the field predicts of it, and holds back what nobody locked as the bundle’s steadiness says. To the eye it may ' +
  'still change.';

/** @param own attributes that the maker labelled in place of CelebA's. */
function celebaSection(own: readonly string[] | undefined): string {
  const labels =
    own === undefined
      ? 'Their 40 labels are judgements of annotators, some as vague as *Attractive*, and often wrong.'
      : `Labelled by the maker were: ${own.join(', ')}.`;
  return (
    '[CelebA](https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html) (Liu et al. 2015): photographs of celebrities, **for ' +
    'non-commercial research only**; this model is bound by the same terms. The pictures are not part of it. ' +
    `${labels} Celebrities are younger, paler and more made up than people are; the generator and every direction in it ` +
    'follow that.'
  );
}

/**
 * Nobody but the maker knows where pictures of one's own come from.
 * @param isKnown whether they are the maker's own: the dataset may be gone that would tell.
 */
function ownSection(attributes: readonly string[], isKnown: boolean): string {
  const pictures = isKnown
    ? "Pictures and labels of the maker's own, which are not part of the model."
    : 'The datasets were gone or changed when this card was written, or the training went on from a checkpoint of others, so it does not know whose pictures they hold.';
  return (
    `${pictures} Labelled were: ${attributes.join(', ')}. ` +
    'Whoever passes this model on should say here where the pictures come from, whether the people in them agreed, and ' +
    'on what terms they may be used; a model is bound by the terms of its pictures. Generator and directions follow ' +
    'whatever these pictures show more often than the world does.'
  );
}

const curveColumns: readonly Column<JsonObject>[] = [
  { title: 'thousand images', value: row => Math.round(Number(row.imagesShown) / 1000) },
  { title: 'SWD×10³', value: row => Number(row.swdAverage), decimals: 2 },
  { title: 'MS-SSIM', value: row => Number(row.msSsim), decimals: 3 },
];

/** Figures that were measured during training, where there are any. */
function curveSection(lines: readonly JsonObject[]): string {
  const measured = lines.filter(line => 'swdAverage' in line);
  if (measured.length === 0) return '';
  const { images } = measured[0]!.sample as { images: number };
  return `\nOn the way, SWD and MS-SSIM of ${images} images, comparable with one another only:\n\n${markdownTable(curveColumns, measured)}\n`;
}

/** @returns how the encoder was trained, and how well it finds photos by itself. */
function encoderSection(encoder: FinishedRun): string {
  const { psnr } = encoder.summary;
  const alike = typeof psnr === 'number' ? ` On validation photos it alone reaches ${psnr.toFixed(1)} dB.` : '';
  return `The bundle opens photos by an encoder.${alike} \`train encoder\`:

${options(trainEncoder, encoder)}

`;
}

function storageSentence({ generator, classifier }: ModelCardFacts['networks']): string {
  const generatorDifference = `${generator.difference.toFixed(1)} of 255`;
  const classifierDifference = classifier.difference.toFixed(4);
  return (
    `Weights are stored as ${generator.weights} (generator) and ${classifier.weights} (classifier), and compiled where ` +
    'the bundle is opened. Against float32, half precision changes pixels of the faces below by ' +
    `${generatorDifference} at most, and their probabilities by ${classifierDifference}.`
  );
}

function qualitySections({ summary }: FinishedRun): string {
  const quality = qualityOf(summary);
  const { swd, msSsim, nearest, features, precisionRecall, frechet, attributes, otherPictures } = quality;
  const sections = [
    '## Quality of the images',
    comparabilityNote,
    ...(otherPictures ? [otherPicturesNote] : []),
    markdownTable(distanceColumns(swd), swd),
    markdownTable(similarityColumns, msSsim),
    `Distance to the nearest of ${nearest[0]?.among ?? 0} training images, mirrored or not, in steps of 8-bit pixels at 32×32 or less.${otherPictures ? '' : ' What was learnt by heart would lie nearer than test images do.'}`,
    markdownTable(nearnessColumns, nearest),
    ...(precisionRecall === undefined
      ? []
      : [precisionRecallNote(features), markdownTable(precisionRecallColumns, precisionRecall)]),
    ...(frechet === undefined ? [] : [frechetNote(features), markdownTable(frechetColumns, frechet)]),
    ...(attributes === undefined
      ? []
      : [
          '## Whom it makes',
          'Per cent of faces in which the classifier sees each attribute, in generated faces and in ' +
            `photographs${unseenBy(quality)}. ${shareCounts(attributes)}`,
          markdownTable(shareColumns(attributes), sharedAttributes(attributes)),
        ]),
  ];
  return sections.map(section => `${section}\n\n`).join('');
}

/** @returns which of the two networks the test pictures are new to. */
function unseenBy({ otherPictures, otherLabelled }: Quality): string {
  if (otherPictures && otherLabelled) return '';
  if (!otherPictures && !otherLabelled) return ' that neither network was trained on';
  return ` that the ${otherPictures ? 'classifier' : 'generator'} was not trained on`;
}

const boundaryHeading = '## Boundaries';

export interface BoundaryFacts {
  /** How their samples were chosen; left out of runs that measure none: as usual. */
  readonly samples?: SampleChoice | undefined;
  /** Attributes whose samples were matched all the same. */
  readonly matched?: readonly string[] | undefined;
  readonly directions: readonly DirectionFacts[];
  /** A sentence on how they were fitted, where there is one. */
  readonly note?: string;
}

/** The faces that a boundary's figures are of, and their level of chance. */
const testFaces = {
  all:
    'test faces of every kind, by the classifier’s threshold (always giving the more common answer has an accuracy of ' +
    'its share)',
  confident: 'test faces that the classifier is surest about (half have the attribute, so chance is 0.5)',
  matched:
    'test faces of pairs that the classifier is sure about and that it finds alike in all other attributes (half have ' +
    'the attribute, so chance is 0.5)',
} as const satisfies Record<SampleChoice, string>;

function boundarySection({ samples = 'confident', matched = [], directions, note }: BoundaryFacts): string {
  const others = matched.length === 0 ? '' : `, for ${matched.join(', ')} on ${testFaces.matched}`;
  return `${boundaryHeading}

${note === undefined ? '' : `${note} `}Accuracy, F1 and AUC on ${testFaces[samples]}${others}, and the AUC on all faces that were not trained on.

${markdownTable(columns, directions.filter(isScored))}
${unscoredSection(directions)}`;
}

function sampleChoiceOf({ config }: FinishedRun): Pick<BoundaryFacts, 'samples' | 'matched'> {
  return { samples: config.samples as SampleChoice | undefined, matched: config.matched as string[] | undefined };
}

/** @returns the card with what is known of boundaries that were fitted anew, in place of what was known before. */
export function withBoundarySection(card: string, facts: BoundaryFacts): string {
  return withSection(card, boundaryHeading, boundarySection(facts));
}

/** @returns the card with a section in place of the one of that heading, or before its limits where it has none. */
export function withSection(card: string, heading: string, section: string): string {
  const sections = card.split(/^(?=## )/m);
  const old = sections.findIndex(part => part.startsWith(heading));
  const limits = sections.findIndex(part => part.startsWith('## Limits'));
  const place = [old, limits, sections.length].find(at => at >= 0)!;
  sections.splice(place, old < 0 ? 0 : 1, `${section}\n`);
  return sections.join('');
}

/** Directions that the classifier knows nothing of, where there are any. */
function unscoredSection(directions: readonly DirectionFacts[]): string {
  const others = directions.filter(each => !isScored(each));
  if (others.length === 0) return '';
  const rows = others.map(({ attribute, origin }) => `- \`${attribute}\`: ${origin}\n`).join('');
  return `\nBeyond these, in directions that the classifier knows nothing of:\n\n${rows}`;
}

/** @returns which moving average was kept: the last one, or with a judge the best of the whole training. */
function averageSentence({ summary }: FinishedRun): string {
  const kimg = (images: unknown) => String(Math.round(Number(images) / 1000));
  const best = summary.best as Best | undefined;
  const shown = kimg(summary.imagesShown);
  if (best === undefined) return `The generator is the moving average after ${shown} thousand images shown.`;
  return (
    `The generator is the moving average (half-life ${best.halfLifeKimg} thousand images) after ` +
    `${kimg(best.imagesShown)} of the ${shown} thousand images shown, the nearest to the training images of all that ` +
    'were compared on the way.'
  );
}

function percent(share: unknown): string {
  return `${(100 * Number(share)).toFixed(2)} %`;
}

function lastName(value: unknown): unknown {
  return typeof value === 'string' ? basename(value) : value;
}

/** The command that repeats a run, and all its options: those that it leaves out may have other defaults one day. */
function options(stage: Stage, { config, folder }: FinishedRun): string {
  const { threads: _cost, device: _place, ...choices } = config;
  // Whoever reads the card has other folders; their names say enough.
  const portable = Object.fromEntries(
    Object.entries(choices).map(([key, value]) => [key, Array.isArray(value) ? value.map(lastName) : lastName(value)]),
  );
  const command = commandOf(stage, { ...portable, out: basename(folder) });
  return `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`json\n${JSON.stringify(portable, null, 2)}\n\`\`\``;
}
