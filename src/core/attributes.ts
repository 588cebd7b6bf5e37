// Names of attributes: CelebA's 40, and the rule for names of one's own.
import { didYouMean, firstFew, UserError } from './errors.ts';

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

/** @returns what a record says of an attribute, which may have a name that every object knows, such as constructor. */
export function saidOf<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  attribute: string,
): Value | undefined {
  return record !== undefined && Object.hasOwn(record, attribute) ? record[attribute] : undefined;
}

/** Stands in a list of locks for those that the bundle suggests. */
export const suggestedWord = 'suggested';

/** The most attributes that one classifier can learn. */
export const mostAttributes = 1000;

/**
 * @param attributes in the order of the columns of scores and labels. @param option that the name was given by, for errors.
 * @returns the attribute's column. @throws UserError with a suggestion for an unknown name.
 */
export function attributeIndex(name: string, attributes: readonly string[] = attributeNames, option = ''): number {
  const index = attributes.indexOf(name);
  if (index >= 0) return index;
  throw new UserError(`${option && `${option}: `}unknown attribute "${name}".${didYouMeanAttribute(name, attributes)}`);
}

/** Other words for CelebA's attributes, those of InterFaceGAN among them; −: the word means less of the attribute. */
const otherWords: Readonly<Record<string, string>> = {
  age: '-Young',
  old: '-Young',
  older: '-Young',
  gender: 'Male',
  sex: 'Male',
  man: 'Male',
  female: '-Male',
  woman: '-Male',
  smile: 'Smiling',
  happy: 'Smiling',
  glasses: 'Eyeglasses',
  beard: '-No_Beard',
  moustache: 'Mustache',
  grey_hair: 'Gray_Hair',
  grey: 'Gray_Hair',
  gray: 'Gray_Hair',
  blond: 'Blond_Hair',
  blonde: 'Blond_Hair',
  brunette: 'Brown_Hair',
  fringe: 'Bangs',
  hat: 'Wearing_Hat',
  lipstick: 'Wearing_Lipstick',
  makeup: 'Heavy_Makeup',
  earrings: 'Wearing_Earrings',
  necklace: 'Wearing_Necklace',
  tie: 'Wearing_Necktie',
  necktie: 'Wearing_Necktie',
  open_mouth: 'Mouth_Slightly_Open',
  mouth_open: 'Mouth_Slightly_Open',
  fat: 'Chubby',
  bald_head: 'Bald',
};

/** Names that an error line shows where none is near. */
const namesShown = 10;

/** `didYouMean` for a name of an attribute, which also knows other words for CelebA's; where none is near, what there is. */
export function didYouMeanAttribute(word: string, names: readonly string[]): string {
  const [, reversed, meant = ''] =
    /^(-?)(.+)$/.exec(otherWords[word.toLowerCase().replaceAll(/[\s-]/g, '_')] ?? '') ?? [];
  if (!names.includes(meant)) {
    return didYouMean(word, names) || (names.length > 0 ? ` There are ${firstFew(names, namesShown)}` : '');
  }
  return reversed === ''
    ? ` Did you mean "${meant}"?`
    : ` Did you mean "${meant}", turned round: ${word}=2 is ${meant}=-2?`;
}

/** Whether two lists have the same attributes in the same order. */
export function areSameAttributes(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name, a) => name === others[a]);
}
