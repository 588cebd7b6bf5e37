// The work of `calibrate` that is spread over threads or machines: finding out what the moves of one attribute do.
import { z } from 'zod';
import type { CalibrationWork } from '../../../core/calibration/attribute-calibration.ts';
import type { ScoredDirection } from '../../../core/directions/scored.ts';
import type { WorkKind } from '../../threads/work-kind.ts';
import type { MoverPlace } from './mover.ts';

export interface CalibrateThread {
  file: 'stages/calibrate/thread';
  shared: MoverPlace & Omit<CalibrationWork, 'editor' | 'judge'>;
  /** `most`: how many faces of each set are looked at and how many locks are tried; left out, all. */
  input: { readonly attribute: string; readonly most?: { readonly faces: number; readonly locks: number } };
  output: ScoredDirection;
}

export const calibrations: WorkKind<CalibrateThread> = {
  stage: 'calibrate',
  file: 'stages/calibrate/thread',
  paths: ['bundle', 'judge'],
  input: z.strictObject({
    attribute: z.string().max(200),
    most: z.strictObject({ faces: z.int().min(2), locks: z.int().min(0) }).exactOptional(),
  }),
};
