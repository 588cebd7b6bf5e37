// Reads the two networks of `synthesize` from their runs, for the stage and for each of its threads.
import { networkFiles, readClassifier, readGenerator } from '../../artefacts/networks.ts';
import { recordedFiles } from '../../runs/finished-run.ts';

/** Run folders. */
interface NetworkFolders {
  readonly generator: string;
  readonly classifier: string;
}

/** @throws UserError where a folder is no such run, or its network is damaged. */
export async function readNetworks({ generator, classifier }: NetworkFolders) {
  return { generator: await readGenerator(generator), classifier: await readClassifier(classifier) };
}

/** @returns the files that `readNetworks` reads. */
export function recordedNetworks({ generator, classifier }: NetworkFolders): string[] {
  return [...recordedFiles(generator, networkFiles.generator), ...recordedFiles(classifier, networkFiles.classifier)];
}
