// The presets of `pipeline`: the options of every stage in one table, from a minute's trial to a real model.

/** Options of a stage by name; those left out keep the stage's defaults. */
export type StageOptions = Readonly<Record<string, string | number | boolean | readonly string[] | readonly number[]>>;

/** An edit that the pipeline shows on several faces. */
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
  /** The second classifier, which judges edits and images. Left out: the first one grades its own labels. */
  readonly judge?: StageOptions;
  /** The network that opens photos, of a style generator. Left out: the bundle opens none. */
  readonly trainEncoder?: StageOptions;
  readonly synthesize: StageOptions;
  readonly fit: StageOptions;
  readonly calibrate: StageOptions;
  readonly evaluateEdits: StageOptions;
  /** Left out: the generator's images are not measured. */
  readonly evaluateGenerator?: StageOptions;
  readonly strips: readonly StripOptions[];
}

/** A classifier of 32×32 images in a few minutes. */
const small32 = { width: 16, epochs: 4, shift: 1 } as const;

/** Verdicts on edits of rough faces, which need not be as sure as those of a model to keep. */
const fewFaces = {
  calibrate: { faces: 64, trialFaces: 32, judgedFaces: 64, responseFaces: 2048 },
  evaluateEdits: { faces: 100 },
} as const;

/** The report's figures 5 and 6 in small: age alone held against gender, and an expression under three locks. */
const strips: readonly StripOptions[] = [
  { name: 'age-gender-locked', move: ['Young=3..-3'], lock: ['Male'] },
  { name: 'smiling-three-locks', move: ['Smiling=-3..3'], lock: ['Male', 'Young', 'Mouth_Slightly_Open'] },
];

/** Attributes whose boundaries are also fitted to fewer samples: common and rare, plain and subtle ones. */
const curveOf = ['Male', 'Young', 'Smiling', 'Eyeglasses', 'Blond_Hair', 'Big_Nose'];

/** The style generator for as long as the hours allow: docs/decisions/0011, docs/log.md. */
const celeba64Gan: StageOptions = { preset: 'style', kimg: 1500, decayKimg: 300, measureKimg: 25 };

/** The report's GAN with few channels and short early phases: at its rate of 1e-4 most steps must be at full size. */
const reportGan: StageOptions = {
  preset: 'report',
  fmapBase: 128,
  fmapMax: 64,
  fadeKimg: 2,
  stabiliseKimg: 2,
  kimg: 1000,
  tickKimg: 50,
  measureKimg: 200,
};

/** The shortest training of a style generator: no phase has more than a thousand images. */
const shortStyleGan: StageOptions = {
  preset: 'style',
  dataParallel: false, // the same for any number of threads
  growKimg: [1],
  gammaKimg: 1,
  decayKimg: 1,
  measureKimg: 0,
};

const tiny: PipelinePreset = {
  description: 'for tests, seconds; 8×8, nothing to be seen',
  prepare: { resolution: 8, limit: 100 },
  trainGan: { fmapBase: 16, fmapMax: 8, latentSize: 8, kimg: 2, fadeKimg: 0.5, stabiliseKimg: 0.5, tickKimg: 0.2 },
  trainClassifier: { width: 2, epochs: 60, patience: 0, minibatch: 8, shift: 0, jitter: 0 },
  synthesize: { count: 1000 },
  fit: { ratio: 0.1, curve: ['Male'] },
  calibrate: { faces: 16, trialFaces: 8, judgedFaces: 8, responseFaces: 64, mostLocks: 2 },
  evaluateEdits: { faces: 8 },
  strips: [{ name: 'gender-smiling-locked', move: ['Male=-1..1'], lock: ['Smiling'] }],
};

const smoke: PipelinePreset = {
  description: 'shows in a minute that every stage works; 16×16, the faces are hardly faces',
  prepare: { resolution: 16, limit: 3000 },
  trainGan: { fmapBase: 64, fmapMax: 32, latentSize: 32, kimg: 8, fadeKimg: 1, stabiliseKimg: 1, tickKimg: 1 },
  trainClassifier: { width: 8, epochs: 6, learningRate: 0.004, shift: 1 },
  synthesize: { count: 2000 },
  fit: { ratio: 0.1 },
  calibrate: { faces: 16, trialFaces: 8, judgedFaces: 16, responseFaces: 256, mostLocks: 3 },
  evaluateEdits: { faces: 16 },
  // These are the attributes that so small a classifier learns first.
  strips: [{ name: 'gender-smiling-locked', move: ['Male=-3..3'], lock: ['Smiling'] }],
};

const table = {
  tiny,
  'tiny-style': {
    ...tiny,
    description: 'tiny with a style generator',
    trainGan: { ...shortStyleGan, fmapBase: 16, fmapMax: 8, latentSize: 8, kimg: 2, tickKimg: 0.2 },
    trainEncoder: { width: 2, maxWidth: 4, hidden: 8, kimg: 0.2, tickKimg: 0.1 },
  },
  smoke,
  'smoke-style': {
    ...smoke,
    description: 'smoke with a style generator',
    trainGan: { ...shortStyleGan, fmapBase: 64, fmapMax: 32, latentSize: 32, kimg: 4, tickKimg: 1 },
    trainEncoder: { width: 8, maxWidth: 32, hidden: 64, kimg: 1, tickKimg: 1 },
  },
  quick: {
    description: 'a first model in about half an hour on two cores; 32×32, all training images',
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
    trainClassifier: { ...small32 },
    synthesize: { count: 5000 },
    fit: { ratio: 0.1 },
    ...fewFaces,
    strips,
  },
  'celeba-64': {
    description:
      'a model to keep, in many hours; 64×64, a style generator, 100,000 faces, edits judged by a second network',
    prepare: { resolution: 64 },
    trainGan: celeba64Gan,
    trainClassifier: {},
    judge: { preset: 'judge' },
    trainEncoder: {},
    synthesize: {},
    // Glasses and cheekbones flip fewer others by boundaries of pairs, beards and grey hair gain nothing: docs/log.md.
    fit: { matched: ['Eyeglasses', 'High_Cheekbones'], curve: curveOf },
    calibrate: {},
    evaluateEdits: {},
    evaluateGenerator: {},
    strips,
  },
  report: {
    description:
      'what the report "Face Tuning" did, at 32×32: its GAN, its loss for the classifier, its choice of samples',
    prepare: { resolution: 32 },
    trainGan: reportGan,
    trainClassifier: { ...small32, loss: 'mse' },
    synthesize: {},
    fit: { samples: 'all', curve: curveOf },
    ...fewFaces,
    evaluateGenerator: {},
    strips,
  },
} satisfies Readonly<Record<string, PipelinePreset>>;

export type PresetName = keyof typeof table;
/** In the order of the help. */
export const presetNames = Object.keys(table) as [PresetName, ...PresetName[]];
export const presets: Readonly<Record<PresetName, PipelinePreset>> = table;
