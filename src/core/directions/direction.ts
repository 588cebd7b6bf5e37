// A direction: a unit normal in latent space toward more of an attribute, its boundary, and what is known of both.
import { z } from 'zod';
import { holdNames } from './hold.ts';
import { type LayerRange, layerRangeSchema } from './layers.ts';

/** An attribute's unit normal [d] in latent space, pointing toward more of it. */
export interface Normal {
  readonly attribute: string;
  readonly normal: Float64Array;
}

/** A direction and where its boundary lies: a latent z is at the signed distance normal·z + intercept from it. */
export interface Direction extends Normal {
  /** b/‖w‖; 0 for boundaries that were published without. */
  readonly intercept: number;
  /** The layers it acts on; left out, all. Its distance is the mean over the latent's rows for these layers. */
  readonly layers?: LayerRange | undefined;
}

/** A boundary as files keep it: everything but its normal, which stands in an array beside. */
export const boundarySchema = z.object({
  /** b/‖w‖: a latent z lies at the signed distance normal·z + intercept. */
  intercept: z.number(),
  /** The layers that the direction acts on; left out, all. */
  layers: layerRangeSchema.optional(),
  /** Quality of the fit to the classifier's answers; an AUC is null where all faces are of one class. */
  metrics: z
    .object({
      /** Generated faces that it was fitted to and tested on together. */
      dataSize: z.int(),
      trainingAccuracy: z.number(),
      testAccuracy: z.number(),
      f1: z.number(),
      auc: z.number().nullable(),
      /** AUC on all faces that were not trained on, however unsure the classifier is. */
      heldOutAuc: z.number().nullable(),
    })
    .optional(),
  /** The classifier's median logit at some signed distances, both rising: [distance, logit]. */
  calibration: z.array(z.tuple([z.number(), z.number()])).optional(),
  /** Signed distances between which the attribute changes and others hardly do: [low, high]. */
  safeRange: z.tuple([z.number(), z.number()]).optional(),
});

const judgedSchema = z.object({
  faces: z.int(),
  /** Share of the edits after which the judge sees the attribute where it should be, and not where it should not. */
  agreement: z.number(),
  /** Mean share of the other attributes whose answer changes. */
  flips: z.number(),
  /** Whether the judge is the classifier whose labels the boundary was fitted to; left out: it labelled nothing. */
  own: z.boolean().optional(),
});

/** The names that a direction can have: they become parts of file names, and of moves such as `dimples=2`. */
export const directionNamePattern = /^\w[\w-]{0,63}$/;

/**
 * All that is known of a direction. `boundaries.json`, `bundle.json` and the studio hold it, or parts of it.
 */
export const directionSchema = z.object({
  /** One of the classifier's attributes, or a name such as `dimples`. */
  attribute: z.string().regex(directionNamePattern),
  /** The logit above which the classifier sees the attribute; left out where it knows nothing of it. */
  threshold: z.number().optional(),
  /** Platt's calibration: the attribute's probability is σ(slope·logit + intercept). Left out: σ(logit). */
  probability: z.object({ slope: z.number(), intercept: z.number() }).optional(),
  /** null where there is none: the attribute can be neither moved nor locked. */
  boundary: boundarySchema.nullable(),
  /** Whether a move does what it says. */
  controllable: z.boolean(),
  /** Why it is not controllable, for people. */
  reason: z.string().optional(),
  /** Attributes that move with it when nothing is locked, the largest mean changes of probability first. */
  movesWith: z.array(z.object({ attribute: z.string(), change: z.number() })).optional(),
  /** Locks that mend that best; empty where none does. */
  suggestedLocks: z.array(z.string()).optional(),
  /** How its moves hold locks where nobody chose; left out: linear. */
  hold: z.enum(holdNames).optional(),
  /** Edits with the suggested locks in a straight line, as the judge sees them. */
  judged: judgedSchema.optional(),
  /** The same edits with the locks held by the field. */
  judgedByField: judgedSchema.optional(),
  /** Where it comes from, for people; left out for those fitted to the classifier's answers. */
  origin: z.string().optional(),
});

export type DirectionFacts = z.output<typeof directionSchema>;
