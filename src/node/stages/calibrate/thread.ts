// A thread of `calibrate`: finds out what the moves of one attribute at a time do.
import type { BundleAttribute } from '../../../core/editor/bundle.ts';
import { serve } from '../../threads/serve.ts';
import { type CalibrationWork, calibratedAttribute } from './attribute-calibration.ts';
import { type MoverPlace, openMover } from './edit-probe.ts';

export type SharedCalibration = MoverPlace & Omit<CalibrationWork, 'editor' | 'judge'>;

serve(async (shared: SharedCalibration) => {
  const work: CalibrationWork = { ...shared, ...(await openMover(shared)) };
  return (attribute: BundleAttribute) => calibratedAttribute(attribute, work);
});
