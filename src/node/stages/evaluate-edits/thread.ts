// A thread of `evaluate edits`: moves many faces along one attribute at a time.
import { firstFaces, probe } from '../../../core/calibration/probe.ts';
import { serve } from '../../threads/serve.ts';
import { openMover } from '../calibrate/mover.ts';
import type { ProbeThread } from './work.ts';

serve<ProbeThread>(async ({ faces, ...place }) => {
  const { editor, judge } = await openMover(place);
  return ({ count, ...plan }) => probe(editor, judge, plan, firstFaces(faces, count));
});
