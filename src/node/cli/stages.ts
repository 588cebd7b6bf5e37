// The stages that the command line offers, in the order of its help.
import { bundle } from '../pipeline/bundle.ts';
import { calibrate } from '../pipeline/calibrate.ts';
import { edit } from '../pipeline/edit.ts';
import { evaluate } from '../pipeline/evaluate.ts';
import { exportNetworks } from '../pipeline/export.ts';
import { fit } from '../pipeline/fit.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { prepare } from '../pipeline/prepare.ts';
import { report } from '../pipeline/report.ts';
import type { Stage } from '../pipeline/stage.ts';
import { subset } from '../pipeline/subset.ts';
import { synthesize } from '../pipeline/synthesize.ts';
import { trainClassifier } from '../pipeline/train-classifier.ts';
import { trainGan } from '../pipeline/train-gan.ts';
import { bench } from './bench.ts';
import { demo } from './demo.ts';
import { doctor } from './doctor.ts';
import { studio } from './studio.ts';

export const stages: readonly Stage[] = [
  prepare,
  subset,
  trainGan,
  trainClassifier,
  synthesize,
  fit,
  bundle,
  calibrate,
  edit,
  evaluate,
  exportNetworks,
  report,
  pipeline,
  studio,
  demo,
  doctor,
  bench,
];
