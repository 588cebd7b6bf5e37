// A thread of `calibrate`: finds out what the moves of one attribute at a time do.
import { type CalibrationWork, calibratedAttribute } from '../../../core/calibration/attribute-calibration.ts';
import type { ScoredDirection } from '../../../core/directions/direction.ts';
import { serve } from '../../threads/serve.ts';
import { type MoverPlace, openMover } from './mover.ts';

export interface CalibrateThread {
  file: 'stages/calibrate/thread';
  shared: MoverPlace & Omit<CalibrationWork, 'editor' | 'judge'>;
  input: ScoredDirection;
  output: ScoredDirection;
}

serve<CalibrateThread>(async shared => {
  const work: CalibrationWork = { ...shared, ...(await openMover(shared)) };
  return attribute => calibratedAttribute(attribute, work);
});
