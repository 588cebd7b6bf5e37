// The face that an edit starts from. Apart from the recipe's schema, so that a page need not load that.

/** The face that an edit starts from. */
export type Start =
  /**
   * The first face drawn with this seed, an integer from 0. `psi` is its truncation (see `truncated`); left out, the
   * model's default, which is 1 where it has none.
   */
  | { readonly seed: number; readonly psi?: number | undefined }
  /** [d], raw or normalised, or a row a layer: a face that was found rather than drawn. It is not truncated. */
  | { readonly latent: readonly number[] | Float32Array | Float64Array }
  /** The SHA-256 of a portrait: a face that was found in a photo. The recipe holds nothing of the photo. */
  | { readonly portrait: string };

/** The keys of all kinds of `Start`, which programs without types may give beside each other. */
export interface AnyStart {
  readonly seed?: number | undefined;
  readonly psi?: number | undefined;
  readonly latent?: readonly number[] | Float32Array | Float64Array | undefined;
  readonly portrait?: string | undefined;
}

/** @returns the face alone, without what is to be done with it. A key that holds undefined counts as left out. */
export function startOf(start: Start): Start {
  const { seed, psi, latent, portrait } = start as AnyStart;
  if (latent !== undefined) return { latent };
  if (portrait !== undefined) return { portrait };
  return { seed: seed!, ...(psi !== undefined && { psi }) };
}
