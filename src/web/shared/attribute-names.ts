// Names and groups of attributes for people: CelebA's in groups of their own, all others as they are called.
import { type AttributeName, isAttributeName } from '../../core/attributes.ts';

export const groups = [
  'Age and gender',
  'Expression',
  'Hair',
  'Facial hair',
  'Eyes and brows',
  'Face',
  'Skin and make-up',
  'Accessories and picture',
] as const;

/** The group of attributes that are not CelebA's. */
export const ownGroup = 'Attributes';

/** The group of a bundle's directions that its classifier knows nothing of. */
export const furtherGroup = 'Further directions';

export type Group = (typeof groups)[number];

const table: Readonly<Record<AttributeName, readonly [Group, string]>> = {
  Young: ['Age and gender', 'Young'],
  Male: ['Age and gender', 'Male'],
  Smiling: ['Expression', 'Smiling'],
  Mouth_Slightly_Open: ['Expression', 'Mouth slightly open'],
  Bald: ['Hair', 'Bald'],
  Bangs: ['Hair', 'Bangs'],
  Black_Hair: ['Hair', 'Black hair'],
  Blond_Hair: ['Hair', 'Blond hair'],
  Brown_Hair: ['Hair', 'Brown hair'],
  Gray_Hair: ['Hair', 'Grey hair'],
  Receding_Hairline: ['Hair', 'Receding hairline'],
  Straight_Hair: ['Hair', 'Straight hair'],
  Wavy_Hair: ['Hair', 'Wavy hair'],
  '5_o_Clock_Shadow': ['Facial hair', '5 o’clock shadow'],
  Goatee: ['Facial hair', 'Goatee'],
  Mustache: ['Facial hair', 'Moustache'],
  No_Beard: ['Facial hair', 'No beard'],
  Sideburns: ['Facial hair', 'Sideburns'],
  Arched_Eyebrows: ['Eyes and brows', 'Arched eyebrows'],
  Bags_Under_Eyes: ['Eyes and brows', 'Bags under eyes'],
  Bushy_Eyebrows: ['Eyes and brows', 'Bushy eyebrows'],
  Narrow_Eyes: ['Eyes and brows', 'Narrow eyes'],
  Attractive: ['Face', 'Attractive'],
  Big_Lips: ['Face', 'Big lips'],
  Big_Nose: ['Face', 'Big nose'],
  Chubby: ['Face', 'Chubby'],
  Double_Chin: ['Face', 'Double chin'],
  High_Cheekbones: ['Face', 'High cheekbones'],
  Oval_Face: ['Face', 'Oval face'],
  Pointy_Nose: ['Face', 'Pointy nose'],
  Heavy_Makeup: ['Skin and make-up', 'Heavy make-up'],
  Pale_Skin: ['Skin and make-up', 'Pale skin'],
  Rosy_Cheeks: ['Skin and make-up', 'Rosy cheeks'],
  Wearing_Lipstick: ['Skin and make-up', 'Lipstick'],
  Eyeglasses: ['Accessories and picture', 'Glasses'],
  Wearing_Earrings: ['Accessories and picture', 'Earrings'],
  Wearing_Hat: ['Accessories and picture', 'Hat'],
  Wearing_Necklace: ['Accessories and picture', 'Necklace'],
  Wearing_Necktie: ['Accessories and picture', 'Necktie'],
  Blurry: ['Accessories and picture', 'Blurry'],
};

/** `5_o_Clock_Shadow` → `5 o’clock shadow`. */
export function labelOf(attribute: string): string {
  return isAttributeName(attribute) ? table[attribute][1] : attribute.replaceAll('_', ' ');
}

/** Some attributes under one heading. */
export interface AttributeGroup {
  readonly group: string;
  readonly attributes: readonly string[];
}

/**
 * @param attributes that the classifier knows. @param further directions that it does not know.
 * @returns them in groups, CelebA's in the order of the table above; groups without any are left out.
 */
export function grouped(attributes: readonly string[], further: readonly string[] = []): AttributeGroup[] {
  const inOrder = Object.keys(table).filter(attribute => attributes.includes(attribute));
  return [
    ...groups.map(group => ({ group, attributes: inOrder.filter(name => table[name as AttributeName][0] === group) })),
    { group: ownGroup, attributes: attributes.filter(name => !isAttributeName(name)) },
    { group: furtherGroup, attributes: further },
  ].filter(each => each.attributes.length > 0);
}

/** @returns what a search finds, by name here or in the label file, or by group. */
export function search(found: readonly AttributeGroup[], query: string): AttributeGroup[] {
  return found
    .map(({ group, attributes }) => ({ group, attributes: attributes.filter(name => isFound(name, group, query)) }))
    .filter(({ attributes }) => attributes.length > 0);
}

function isFound(attribute: string, group: string, query: string): boolean {
  const text = `${labelOf(attribute)} ${attribute.replaceAll('_', ' ')} ${group}`.toLowerCase().replaceAll('’', "'");
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every(word => text.includes(word));
}
