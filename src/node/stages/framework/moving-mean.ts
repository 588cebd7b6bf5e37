// Smooths the losses of a training, since a single step of few images says little.

/** Numbers by name. */
export type Measured = Readonly<Record<string, number>>;

/** Weight of the past in each step's mean. */
const decay = 0.98;

/**
 * @param before the means after the step before. @param now what this step measured.
 * @returns the means after this step; one that was not measured now, such as a lazy penalty, stays as it was.
 */
export function movingMean(before: Measured, now: Measured): Measured {
  const entries = Object.entries(now).map(([name, value]) => {
    const mean = before[name];
    return [name, mean === undefined ? value : decay * mean + (1 - decay) * value];
  });
  return { ...before, ...Object.fromEntries(entries) };
}
