// Names the folders in which a pipeline puts the runs of its stages, so that the report finds them.

/** The run folders in a pipeline's folder, by what is in them. */
export const pipelineFolders = {
  dataset: 'dataset',
  generator: 'gan',
  classifier: 'classifier',
  /** A second classifier, which labels nothing and says what edits did. */
  judge: 'judge',
  encoder: 'encoder',
  synthesis: 'synthesis',
  boundaries: 'boundaries',
  /** The bundle before it was calibrated. */
  candidate: 'candidate',
  bundle: 'bundle',
  evaluation: 'evaluation',
  quality: 'quality',
} as const;

export const reportFile = 'report.html';
export const summaryFile = 'summary.json';
