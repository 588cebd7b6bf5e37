// Where a pipeline puts what its stages make, so that the report finds it.

/** The run folders in a pipeline's folder, by what is in them. */
export const runFolders = {
  dataset: 'dataset',
  generator: 'gan',
  classifier: 'classifier',
  /** A second classifier, which labels nothing and says what edits did. */
  judge: 'judge',
  synthesis: 'synthesis',
  boundaries: 'boundaries',
  /** The bundle before it was calibrated. */
  candidate: 'candidate',
  bundle: 'bundle',
  evaluation: 'evaluation',
  quality: 'quality',
} as const;

export const reportFile = 'report.html';
