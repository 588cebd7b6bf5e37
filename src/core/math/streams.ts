// The random stream of each use of a seed, in one table, so that no two uses draw the same numbers by accident.

/**
 * One group for everything that one seed is used for. Within a group no number may stand twice; between groups it may,
 * but for the initial weights of a network that takes latents and the latents of faces: a latent that is a row of the
 * weights makes one unit answer as to no other latent, so that a generator tears its face and a field errs on it. The
 * numbers are part of the format: with another, a run of the same seed comes out differently.
 */
export const streams = {
  /** Seed: the number of a face. */
  face: { latent: 0 },

  /** Seed: 0. Where solving for several probabilities at once tries again. */
  editor: { trials: 0 },

  /** Seed: the option of `prepare` and `subset`, which draw either a subset or so many pictures of each split. */
  subset: { pictures: 0 },
  limit: { pictures: (split: number) => split },
  /** Where no table says which split a picture is in. */
  split: { pictures: (split: number) => 10 + split },

  /** Seed: the option of `train gan`. */
  trainGan: {
    /** Initial weights, latents, mirroring and mixing, step by step; beyond all shards of faces. It was 0 once. */
    steps: 2 ** 32,
    imageOrder: 1,
    /** New channels of networks that are widened. */
    widening: 2,
    /** Latents of the sample grids. */
    grid: 3,
    qualityReals: 16,
    qualityLatents: 17,
    qualityDirections: 18,
    qualityPairs: 19,
    /** Latents that the statistics of w are taken over. The seed is always 0: they belong to the generator, not to a run. */
    whitening: 20,
    /** Images between which the judge measures moving averages. */
    judgedReals: 21,
    judgedLatents: 22,
  },

  /** Seed: the option of `train classifier`. */
  trainClassifier: {
    initialWeights: 0,
    imageOrder: 1,
    /** Augmentation, step by step. */
    steps: 2,
    /** Whose pictures are trained on. */
    people: 3,
  },

  /** Seed: the option of `train encoder`. */
  trainEncoder: {
    initialWeights: 0,
    imageOrder: 1,
    /** Generated faces and mirroring, step by step. */
    steps: 2,
  },

  /** Seed: 0, as a portrait is found the same way each time. Faces that tuning leaves as they are. */
  tune: { faces: 1 },

  /** Seed: the option of `synthesize`. Each shard has its own, so that a face is the same whatever was made before it. */
  synthesize: { shard: (shard: number) => shard },

  /**
   * Seed: the option of `fit`. `steps` are the field's initial weights, beyond all shards of faces and all attributes;
   * they were 0 once.
   */
  fit: { attribute: hashed, field: { steps: 2 ** 32 + 1, imageOrder: 1 } },

  /** Seed: the option of `evaluate generator`. */
  evaluateGenerator: { latents: 5, train: 1, test: 2, directions: 3, pairs: 4 },
} as const;

/** FNV-1a of a name. @returns an integer in [0, 2³²), the same for an attribute whatever others are fitted. */
function hashed(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
