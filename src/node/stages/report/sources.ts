// Opens everything that a report shows: the runs of a pipeline, their dataset and the editor of their bundle.
import { join } from 'node:path';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { openBundle } from '../../artefacts/bundle.ts';
import { type Dataset, openDataset } from '../../artefacts/dataset.ts';
import { readSynthesis, type Synthesis } from '../../artefacts/synthesis.ts';
import type { DeviceOptions } from '../../devices/device.ts';
import { readJson } from '../../files/files.ts';
import { exists } from '../../runs/manifest.ts';
import { type FinishedRun, openRun } from '../../runs/run-folder.ts';
import { calibrate } from '../calibrate/stage.ts';
import { type EditEvaluation, evaluateEdits, evaluationFile } from '../evaluate-edits/stage.ts';
import { evaluateGenerator } from '../evaluate-generator/stage.ts';
import { fit } from '../fit/stage.ts';
import { commandOf } from '../framework/command-line.ts';
import type { Stage } from '../framework/stage.ts';
import { pipelineFolders } from '../pipeline/folders.ts';
import { prepare } from '../prepare/stage.ts';
import { synthesize } from '../synthesize/stage.ts';
import { trainClassifier } from '../train-classifier/stage.ts';
import { trainGan } from '../train-gan/stage.ts';

/** The stages that make the runs of every pipeline, by the run's place in `pipelineFolders`. */
const stages = {
  dataset: prepare,
  generator: trainGan,
  classifier: trainClassifier,
  synthesis: synthesize,
  boundaries: fit,
  bundle: calibrate,
  evaluation: evaluateEdits,
} as const;
/** The stages that some presets leave out. */
const optionalStages = { judge: trainClassifier, quality: evaluateGenerator } as const;

type RunName = keyof typeof stages;
type OptionalRunName = keyof typeof optionalStages;

export interface Source extends FinishedRun {
  /** The name of the stage that made it. */
  readonly stage: string;
  /** The command that repeats it. */
  readonly command: string;
}

export interface Sources {
  readonly runs: Readonly<Record<RunName, Source>> & Readonly<Partial<Record<OptionalRunName, Source>>>;
  readonly dataset: Dataset;
  readonly editor: FaceEditor;
  readonly synthesis: Synthesis;
  readonly edits: EditEvaluation;
}

/** @param folder a pipeline's. @throws UserError naming the run that is missing or unfinished. */
export async function openSources(folder: string, device: DeviceOptions): Promise<Sources> {
  const runs: Partial<Record<RunName | OptionalRunName, Source>> = {};
  // A pipeline that was given its generator has none of its own; its faces know which it was.
  const { inputs } = (await openRun(join(folder, pipelineFolders.synthesis), 'synthesize')).manifest;
  for (const [name, stage] of Object.entries({ ...stages, ...optionalStages }) as [RunName, Stage][]) {
    const own = join(folder, pipelineFolders[name]);
    const place = name === 'generator' && !(await exists(own)) ? (inputs.generator?.path ?? own) : own;
    if (name in optionalStages && !(await exists(place))) continue;
    const run = await openRun(place, stage.name);
    const command = commandOf(stage, { ...run.config, out: run.folder });
    runs[name] = { ...run, stage: stage.name, command };
  }
  return {
    runs: runs as Sources['runs'],
    dataset: await openDataset(join(folder, pipelineFolders.dataset)),
    editor: await openBundle(join(folder, pipelineFolders.bundle), device),
    synthesis: await readSynthesis(runs.synthesis!),
    edits: (await readJson(join(folder, pipelineFolders.evaluation, evaluationFile))) as EditEvaluation,
  };
}
