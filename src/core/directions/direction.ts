// What moves a face toward more of an attribute: a unit normal in latent space, and where its boundary lies.
import type { LayerRange } from './layers.ts';

/** An attribute's unit normal [d] in latent space, pointing toward more of it. */
export interface Normal {
  readonly attribute: string;
  readonly normal: Float64Array;
}

/** A direction and where its boundary lies: a latent z is at the signed distance normal·z + intercept from it. */
export interface Direction extends Normal {
  /** b/‖w‖; 0 for boundaries that were published without. */
  readonly intercept: number;
  /** The layers it acts on; left out, all. Its distance is the mean of those of their rows. */
  readonly layers?: LayerRange | undefined;
}
