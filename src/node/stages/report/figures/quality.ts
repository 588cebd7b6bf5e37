// Draws how near the generator's images come to real ones.
import type { Figure } from '../../../presentation/html.ts';
import { htmlTable } from '../../../presentation/table.ts';
import {
  type AttributeShares,
  shareColumns,
  shareCounts,
  sharedAttributes,
} from '../../evaluate-generator/attribute-shares.ts';
import { otherPicturesNote, qualityHtml, qualityOf } from '../../evaluate-generator/comparisons.ts';
import type { Source } from '../sources.ts';

export function qualityFigure({ summary, command }: Source): Figure {
  const quality = qualityOf(summary);
  const { attributes } = quality;
  return {
    title: 'Quality of the generated images',
    body: [...qualityHtml(quality), ...(attributes === undefined ? [] : [sharesTable(attributes)])].join('\n'),
    caption:
      'Only numbers of equally many images compare. The distance of real images among themselves is the floor. ' +
      (quality.otherPictures
        ? otherPicturesNote
        : 'A generator that had memorised its training images would be nearer to them than test images are.'),
    command,
  };
}

function sharesTable(sets: readonly AttributeShares[]): string {
  const caption = `Per cent of faces in which the classifier sees each attribute. ${shareCounts(sets)}`;
  return htmlTable(shareColumns(sets), sharedAttributes(sets), caption);
}
