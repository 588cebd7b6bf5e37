// Opens everything that a report shows: the runs of a pipeline, their dataset and the editor of their bundle.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFiles } from '../../../core/editor/bundle.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { UserError } from '../../../core/errors.ts';
import { openBundle } from '../../artefacts/bundle.ts';
import { type Dataset, openDataset } from '../../artefacts/dataset.ts';
import { readSynthesis, type Synthesis } from '../../artefacts/synthesis.ts';
import type { DeviceOptions } from '../../devices/device.ts';
import { explainingDiskErrors } from '../../files/disk-errors.ts';
import { readJson } from '../../files/files.ts';
import { exists } from '../../files/places.ts';
import { type FinishedRun, findInput, isInput, openRun } from '../../runs/run-folder.ts';
import { bundle } from '../bundle/stage.ts';
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
import { trainEncoder } from '../train-encoder/stage.ts';
import { trainGan } from '../train-gan/stage.ts';

/** The stages that make the runs of every pipeline, by the run's place in `pipelineFolders`. */
const stages = {
  dataset: prepare,
  generator: trainGan,
  classifier: trainClassifier,
  synthesis: synthesize,
  boundaries: fit,
  candidate: bundle,
  bundle: calibrate,
  evaluation: evaluateEdits,
} as const;
/** The stages that some presets leave out. */
const optionalStages = { judge: trainClassifier, encoder: trainEncoder, quality: evaluateGenerator } as const;

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

/**
 * @param folder a pipeline's. @throws UserError for no folder, and naming the run that is missing, unfinished or newer than
 *   what uses it.
 */
export async function openSources(folder: string, device: DeviceOptions): Promise<Sources> {
  await explainingDiskErrors('read', folder, () => readdir(folder));
  const runs: Partial<Record<RunName | OptionalRunName, Source>> = {};
  const places = await placesOf(folder);
  for (const [name, stage] of Object.entries({ ...stages, ...optionalStages }) as [RunName, Stage][]) {
    const place = places[name];
    if (place === undefined) continue;
    const run = await openRun(place, stage.name);
    const command = commandOf(stage, { ...run.config, out: run.folder });
    runs[name] = { ...run, stage: stage.name, command };
  }
  await checkOfOnePipeline(runs);
  return {
    runs: runs as Sources['runs'],
    dataset: await openDataset(join(folder, pipelineFolders.dataset)),
    editor: await openBundle(join(folder, pipelineFolders.bundle), device),
    synthesis: await readSynthesis(runs.synthesis!),
    edits: (await readJson(join(folder, pipelineFolders.evaluation, evaluationFile))) as EditEvaluation,
  };
}

/**
 * The runs that what is told was made with, since a pipeline's folder may hold others, of an earlier sitting with another
 * preset or without `--generator`. @returns undefined for one that was not used.
 */
async function placesOf(folder: string): Promise<Readonly<Record<RunName | OptionalRunName, string | undefined>>> {
  const place = (name: RunName | OptionalRunName) => join(folder, pipelineFolders[name]);
  const inputsOf = async (name: RunName | OptionalRunName, stage: Stage) =>
    (await openRun(place(name), stage.name)).manifest.inputs;
  const made = await openRun(place('synthesis'), synthesize.name);
  const used = made.manifest.inputs.generator;
  const names = Object.keys(pipelineFolders) as (keyof typeof pipelineFolders)[];
  const places = Object.fromEntries(names.map(name => [name, place(name)])) as Record<RunName, string>;
  const { judge } = await inputsOf('evaluation', evaluateEdits);
  const { encoder } = await inputsOf('candidate', bundle);
  const measured = (await exists(place('quality'))) && (await inputsOf('quality', evaluateGenerator)).generator;
  return {
    ...places,
    generator: (await findInput(made, 'generator')) ?? used?.path ?? place('generator'),
    judge: judge && place('judge'),
    encoder: encoder && place('encoder'),
    quality: measured && measured.sha256 === used?.sha256 ? place('quality') : undefined,
  };
}

/** Whose bundle an input called `bundle` is, by the run that it is an input of. */
const bundleOf: Readonly<Partial<Record<string, RunName>>> = { bundle: 'candidate', evaluation: 'bundle' };

/**
 * @throws UserError where a run was made anew after others had been made from it, as by `fit` alone: the page would show
 * what no bundle holds. The generator's own inputs are left out: it may have been trained on other pictures.
 */
async function checkOfOnePipeline(runs: Readonly<Partial<Record<string, Source>>>): Promise<void> {
  for (const [name, run] of Object.entries(runs)) {
    if (name === 'generator') continue;
    for (const input of Object.keys(run!.manifest.inputs)) {
      const isBundle = input === 'bundle';
      const source = runs[isBundle ? bundleOf[name]! : input];
      if (source === undefined) continue;
      const hashed = isBundle ? source.file(bundleFiles.index) : source.folder;
      if (await isInput(run!, input, hashed)) continue;
      throw new UserError(
        `${source.folder} must be the ${input} that ${run!.folder} was made from; it was made anew since. Run ` +
          `${run!.stage} and what follows again, as pipeline --resume does`,
      );
    }
  }
}

/** Whether generator and classifier were trained on one dataset: a generator that was given may know other pictures. */
export function areOfOneDataset({ generator, classifier }: Sources['runs']): boolean {
  const [its, ours] = [generator, classifier].map(({ manifest }) => manifest.inputs.dataset?.sha256);
  return its === ours;
}
