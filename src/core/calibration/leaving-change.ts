// Takes suggested locks back where they leave too few faces in which the moved attribute is seen to change.

/** Least share of faces in which the judge must see the attribute appear, moved as usual within the safe range. */
export const leastAppearing = 0.6;

/**
 * Locks that keep others best are of no use to who wants the attribute changed, where they hardly let it change.
 * @param locks the most useful first. @param seenWith what is seen with these locks: the share of faces in which the
 *   attribute appears, and whatever else there is to know.
 * @returns as many of the first as leave it to be seen, found by halving, with what is seen; all where it is not seen
 *   without locks either.
 */
export async function leavingChange<Seen extends { readonly appears: number }>(
  locks: readonly string[],
  seenWith: (locks: readonly string[]) => Promise<Seen>,
): Promise<Seen & { readonly locks: readonly string[] }> {
  const look = async (some: readonly string[]) => ({ ...(await seenWith(some)), locks: some });
  const all = await look(locks);
  if (all.appears >= leastAppearing || locks.length === 0) return all;
  const none = await look([]);
  if (none.appears < leastAppearing) return all;
  for (let count = locks.length >> 1; count > 0; count >>= 1) {
    const fewer = await look(locks.slice(0, count));
    if (fewer.appears >= leastAppearing) return fewer;
  }
  return none;
}
