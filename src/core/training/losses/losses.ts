// All GAN losses by the names of `--loss`. To add one: a file beside this, and here its import, name and options.
import { logisticR1 } from './logistic-r1.ts';
import { relativisticR1R2 } from './relativistic-r1-r2.ts';
import { wganGp } from './wgan-gp.ts';

export const ganLosses = {
  'logistic-r1': logisticR1,
  'relativistic-r1-r2': relativisticR1R2,
  'wgan-gp': wganGp,
} as const;

export type GanLossName = keyof typeof ganLosses;
export const ganLossNames = Object.keys(ganLosses) as [GanLossName, ...GanLossName[]];

/** The options of all losses; each reads its own. */
export const ganLossOptions = { ...logisticR1.options, ...relativisticR1R2.options, ...wganGp.options };
