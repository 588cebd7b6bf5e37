// The presets of `pipeline`: the options of every stage in one table, from a minute's trial to a real model.

/** Options of a stage by name; what is left out keeps the stage's default. */
export type StageOptions = Readonly<Record<string, string | number | boolean>>;

/** One figure of the pipeline: an edit shown on several faces. */
export interface StripOptions {
  readonly name: string;
  readonly move: readonly string[];
  readonly lock: readonly string[];
}

export interface PipelinePreset {
  readonly description: string;
  readonly prepare: StageOptions;
  readonly trainGan: StageOptions;
  readonly trainClassifier: StageOptions;
  readonly synthesize: StageOptions;
  readonly fit: StageOptions;
  readonly strips: readonly StripOptions[];
}

/** The report's figures 5 and 6 in small: age alone held against gender, and an expression under three locks. */
const strips: readonly StripOptions[] = [
  { name: 'age-gender-locked', move: ['Young=3..-3'], lock: ['Male'] },
  { name: 'smiling-three-locks', move: ['Smiling=-3..3'], lock: ['Male', 'Young', 'Mouth_Slightly_Open'] },
];

export const presetNames = ['tiny', 'smoke', 'quick'] as const;

export const presets: Readonly<Record<(typeof presetNames)[number], PipelinePreset>> = {
  tiny: {
    description: 'for tests, seconds; 8×8, nothing to be seen',
    prepare: { resolution: 8, limit: 100 },
    trainGan: { fmapBase: 16, fmapMax: 8, latentSize: 8, kimg: 2, fadeKimg: 0.5, stabiliseKimg: 0.5, tickKimg: 0.2 },
    trainClassifier: { width: 2, epochs: 60, minibatch: 8 },
    synthesize: { count: 1000 },
    fit: { ratio: 0.1 },
    strips: [{ name: 'gender-smiling-locked', move: ['Male=-1..1'], lock: ['Smiling'] }],
  },
  smoke: {
    description: 'shows in a minute that every stage works; 16×16, the faces are hardly faces',
    prepare: { resolution: 16, limit: 3000 },
    trainGan: { fmapBase: 64, fmapMax: 32, latentSize: 32, kimg: 8, fadeKimg: 1, stabiliseKimg: 1, tickKimg: 1 },
    trainClassifier: { width: 8, epochs: 6, learningRate: 0.004 },
    synthesize: { count: 2000 },
    fit: { ratio: 0.1 },
    // Whatever the little classifier learns first.
    strips: [{ name: 'gender-smiling-locked', move: ['Male=-3..3'], lock: ['Smiling'] }],
  },
  quick: {
    description: 'a first model in under 20 minutes on two cores; 32×32, all training images',
    prepare: { resolution: 32 },
    trainGan: {
      fmapBase: 256,
      minibatch: 4,
      maxMinibatch: 4,
      kimg: 52,
      fadeKimg: 4,
      stabiliseKimg: 4,
      decayKimg: 15,
      tickKimg: 10,
    },
    trainClassifier: { width: 16, epochs: 4 },
    synthesize: { count: 5000 },
    fit: { ratio: 0.1 },
    strips,
  },
};
