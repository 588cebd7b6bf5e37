// Where a pipeline puts what its stages make, so that the report finds it.

/** The run folders in a pipeline's folder, by what is in them. */
export const runFolders = {
  dataset: 'dataset',
  generator: 'gan',
  classifier: 'classifier',
  synthesis: 'synthesis',
  boundaries: 'boundaries',
  bundle: 'bundle',
} as const;

export const reportFile = 'report.html';
