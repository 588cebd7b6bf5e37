// The stages that the command line offers, in the order of its help.
import { bundle } from '../stages/bundle/stage.ts';
import { calibrate } from '../stages/calibrate/stage.ts';
import { edit } from '../stages/edit/stage.ts';
import { evaluateEdits } from '../stages/evaluate-edits/stage.ts';
import { evaluateGenerator } from '../stages/evaluate-generator/stage.ts';
import { evaluatePortraits } from '../stages/evaluate-portraits/stage.ts';
import { exportNetworks } from '../stages/export/stage.ts';
import { fit } from '../stages/fit/stage.ts';
import type { Stage } from '../stages/framework/stage.ts';
import { importBoundaries } from '../stages/import-boundaries/stage.ts';
import { invert } from '../stages/invert/stage.ts';
import { pipeline } from '../stages/pipeline/stage.ts';
import { prepare } from '../stages/prepare/stage.ts';
import { report } from '../stages/report/stage.ts';
import { subset } from '../stages/subset/stage.ts';
import { synthesize } from '../stages/synthesize/stage.ts';
import { trainClassifier } from '../stages/train-classifier/stage.ts';
import { trainEncoder } from '../stages/train-encoder/stage.ts';
import { trainGan } from '../stages/train-gan/stage.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { serve } from './serve.ts';
import { studio } from './studio.ts';
import { worker } from './worker.ts';

export const stages: readonly Stage[] = [
  prepare,
  subset,
  trainGan,
  trainClassifier,
  trainEncoder,
  synthesize,
  fit,
  importBoundaries,
  bundle,
  calibrate,
  invert,
  edit,
  evaluateEdits,
  evaluateGenerator,
  evaluatePortraits,
  exportNetworks,
  report,
  pipeline,
  worker,
  studio,
  serve,
  demo,
  doctor,
];
