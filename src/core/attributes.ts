// Names of attributes: CelebA's 40, and the rule for lists of one's own that datasets and classifiers carry.
import { z } from 'zod';
import { didYouMean, UserError } from './errors.ts';

/** CelebA's, in the order of its label file (Liu et al. 2015). Files that name no attributes mean these. */
export const attributeNames = [
  '5_o_Clock_Shadow',
  'Arched_Eyebrows',
  'Attractive',
  'Bags_Under_Eyes',
  'Bald',
  'Bangs',
  'Big_Lips',
  'Big_Nose',
  'Black_Hair',
  'Blond_Hair',
  'Blurry',
  'Brown_Hair',
  'Bushy_Eyebrows',
  'Chubby',
  'Double_Chin',
  'Eyeglasses',
  'Goatee',
  'Gray_Hair',
  'Heavy_Makeup',
  'High_Cheekbones',
  'Male',
  'Mouth_Slightly_Open',
  'Mustache',
  'Narrow_Eyes',
  'No_Beard',
  'Oval_Face',
  'Pale_Skin',
  'Pointy_Nose',
  'Receding_Hairline',
  'Rosy_Cheeks',
  'Sideburns',
  'Smiling',
  'Straight_Hair',
  'Wavy_Hair',
  'Wearing_Earrings',
  'Wearing_Hat',
  'Wearing_Lipstick',
  'Wearing_Necklace',
  'Wearing_Necktie',
  'Young',
] as const;

export type AttributeName = (typeof attributeNames)[number];

export function isAttributeName(name: string): name is AttributeName {
  return (attributeNames as readonly string[]).includes(name);
}

/** Names become parts of file names and of moves such as `Young=2`. */
export const attributeNamePattern = /^[A-Za-z0-9][\w-]{0,63}$/;

/** The most attributes that one classifier can learn. */
export const mostAttributes = 1000;

/** A list of attributes as files keep it: in the order of the columns of scores and labels. */
export const attributeListSchema = z
  .array(z.string().regex(attributeNamePattern, 'must be letters, digits, _ and -, at most 64'))
  .max(mostAttributes)
  .refine(names => new Set(names.map(name => name.toLowerCase())).size === names.length, 'must name each once')
  .default([...attributeNames]);

/**
 * @param attributes in the order of the columns of scores and labels.
 * @returns the attribute's column. @throws UserError with a suggestion for an unknown name.
 */
export function attributeIndex(name: string, attributes: readonly string[] = attributeNames): number {
  const index = attributes.indexOf(name);
  if (index < 0) throw new UserError(`unknown attribute "${name}".${didYouMean(name, attributes)}`);
  return index;
}

/** Whether two lists have the same attributes in the same order. */
export function areSameAttributes(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name, a) => name === others[a]);
}
