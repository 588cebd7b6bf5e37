// Reads the two networks of `synthesize` from their runs, for the stage and for each of its threads.
import { classifierDetailsSchema, ganDetailsSchema, readTensors } from '../../artefacts/networks.ts';
import { recordedFiles } from '../../runs/finished-run.ts';
import { openRun } from '../../runs/run-folder.ts';

/** Run folders. */
interface NetworkFolders {
  readonly generator: string;
  readonly classifier: string;
}

const generatorFile = 'generator.safetensors';
const classifierFile = 'classifier.safetensors';

/** @throws UserError where a folder is no such run, or its network is damaged. */
export async function readNetworks(folders: NetworkFolders) {
  const generatorRun = await openRun(folders.generator, 'train gan');
  const classifierRun = await openRun(folders.classifier, 'train classifier');
  return {
    generator: await readTensors(generatorRun.file(generatorFile), ganDetailsSchema),
    classifier: await readTensors(classifierRun.file(classifierFile), classifierDetailsSchema),
  };
}

/** @returns the files that `readNetworks` reads. */
export function networkFiles({ generator, classifier }: NetworkFolders): string[] {
  return [...recordedFiles(generator, generatorFile), ...recordedFiles(classifier, classifierFile)];
}
