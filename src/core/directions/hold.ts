// The ways in which an edit holds locked attributes, and the one that is taken where nobody chose.

/**
 * `linear`: in a straight line along conditioned normals; locked distances hold exactly (Shen et al. 2020).
 * `field`: along a curve on which the field's scores of the locks stay, which holds more of what the picture shows.
 */
export const holdNames = ['linear', 'field'] as const;
export type Hold = (typeof holdNames)[number];

/**
 * @param directions all of a bundle. @param moves of one edit, which holds its locks in one way.
 * @returns `field` where that is better for every direction that moves, otherwise `linear`.
 */
export function usualHold(
  directions: readonly { readonly attribute: string; readonly hold?: Hold | undefined }[],
  moves: readonly { readonly attribute: string }[],
): Hold {
  const isByField = ({ attribute }: { readonly attribute: string }) =>
    directions.some(direction => direction.attribute === attribute && direction.hold === 'field');
  return moves.length > 0 && moves.every(isByField) ? 'field' : 'linear';
}
