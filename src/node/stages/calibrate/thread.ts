// A thread of `calibrate`: finds out what the moves of one attribute at a time do.
import { attributeIndex } from '../../../core/attributes.ts';
import { type CalibrationWork, calibratedAttribute } from '../../../core/calibration/attribute-calibration.ts';
import { firstFaces } from '../../../core/calibration/probe.ts';
import { isScored } from '../../../core/directions/scored.ts';
import { serve } from '../../threads/serve.ts';
import { openMover } from './mover.ts';
import type { CalibrateThread } from './work.ts';

serve<CalibrateThread>(async shared => {
  const work: CalibrationWork = { ...shared, ...(await openMover(shared)) };
  const directions = work.editor.bundle.directions.filter(isScored);
  return ({ attribute, most }) => {
    const direction = directions[attributeIndex(attribute, work.editor.attributes)]!;
    return calibratedAttribute(direction, most === undefined ? work : reduced(work, most));
  };
});

/** @returns the same work on the first faces of each set, with fewer locks. */
function reduced(work: CalibrationWork, most: NonNullable<CalibrateThread['input']['most']>): CalibrationWork {
  const { faces, trialFaces, judgedFaces, mostLocks } = work;
  const few = (set: CalibrationWork['faces']) => firstFaces(set, most.faces);
  return {
    ...work,
    faces: few(faces),
    trialFaces: few(trialFaces),
    judgedFaces: few(judgedFaces),
    mostLocks: Math.min(mostLocks, most.locks),
  };
}
