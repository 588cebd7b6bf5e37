// CelebA's 40 attributes, in the order of its label file (Liu et al. 2015).
import { didYouMean, UserError } from './errors.ts';

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

/** @returns the attribute's column in scores and labels. @throws UserError with a suggestion for an unknown name. */
export function attributeIndex(name: string): number {
  const index = attributeNames.indexOf(name as AttributeName);
  if (index < 0) throw new UserError(`unknown attribute "${name}".${didYouMean(name, attributeNames)}`);
  return index;
}
