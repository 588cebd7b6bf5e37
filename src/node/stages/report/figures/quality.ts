// Draws how near the generator's images come to real ones.
import { attributeNames } from '../../../../core/attributes.ts';
import type { Figure } from '../../../presentation/html.ts';
import { htmlTable } from '../../../presentation/table.ts';
import { type AttributeShares, shareColumns, shareCounts } from '../../evaluate-generator/attribute-shares.ts';
import {
  distanceColumns,
  frechetColumns,
  frechetNote,
  nearnessColumns,
  precisionRecallColumns,
  precisionRecallNote,
  qualityOf,
  similarityColumns,
} from '../../evaluate-generator/comparisons.ts';
import type { Source } from '../sources.ts';

export function qualityFigure({ summary, command }: Source): Figure {
  const { swd, msSsim, nearest, features, precisionRecall, frechet, attributes } = qualityOf(summary);
  return {
    title: 'Quality of the generated images',
    body: [
      htmlTable(distanceColumns(swd), swd, 'Sliced Wasserstein distance ×10³ by side of the level: lower is nearer'),
      htmlTable(similarityColumns, msSsim, 'MS-SSIM: higher than among real images means less variety'),
      htmlTable(
        nearnessColumns,
        nearest,
        `Distance to the nearest of ${nearest[0]?.among ?? 0} training images, mirrored or not, in steps of 8-bit pixels at 32×32 or less`,
      ),
      ...(precisionRecall === undefined
        ? []
        : [htmlTable(precisionRecallColumns, precisionRecall, precisionRecallNote(features))]),
      ...(frechet === undefined ? [] : [htmlTable(frechetColumns, frechet, frechetNote(features))]),
      ...(attributes === undefined ? [] : [sharesTable(attributes)]),
    ].join('\n'),
    caption:
      'Only numbers of equally many images compare. The distance of real images among themselves is the floor. A ' +
      'generator that had memorised its training images would be nearer to them than test images are.',
    command,
  };
}

function sharesTable(sets: readonly AttributeShares[]): string {
  const caption = `Per cent of faces in which the classifier sees each attribute. ${shareCounts(sets)}`;
  return htmlTable(shareColumns(sets), attributeNames, caption);
}
