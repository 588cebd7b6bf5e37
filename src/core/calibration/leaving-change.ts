// Takes suggested locks back where they leave too few faces in which the moved attribute is seen to change.

/** Least share of faces in which the judge must see the attribute appear, moved as usual within the safe range. */
export const leastAppearing = 0.6;

/**
 * Locks that keep others best are of no use to who wants the attribute changed, where they hardly let it change.
 * @param locks the most useful first. @param appearsWith the share of faces in which the attribute appears with these locks.
 * @returns as many of the first as leave it to be seen, found by halving; all where it is not seen without locks either.
 */
export async function leavingChange(
  locks: readonly string[],
  appearsWith: (locks: readonly string[]) => Promise<number>,
): Promise<{ readonly locks: readonly string[]; readonly appears: number }> {
  const all = { locks, appears: await appearsWith(locks) };
  if (all.appears >= leastAppearing || locks.length === 0) return all;
  const none = { locks: [], appears: await appearsWith([]) };
  if (none.appears < leastAppearing) return all;
  for (let count = locks.length >> 1; count > 0; count >>= 1) {
    const fewer = locks.slice(0, count);
    const appears = await appearsWith(fewer);
    if (appears >= leastAppearing) return { locks: fewer, appears };
  }
  return none;
}
