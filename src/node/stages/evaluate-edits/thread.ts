// A thread of `evaluate edits`: moves many faces along one attribute at a time.
import { firstFaces, type Plan, type Probed, type ProbeFaces, probe } from '../../../core/calibration/probe.ts';
import { serve } from '../../threads/serve.ts';
import { type MoverPlace, openMover } from '../calibrate/mover.ts';

export interface ProbeThread {
  file: 'stages/evaluate-edits/thread';
  shared: MoverPlace & { readonly faces: ProbeFaces };
  /** `count`: how many of the faces are moved, the first ones. */
  input: Plan & { readonly count: number };
  output: Probed;
}

serve<ProbeThread>(async ({ faces, ...place }) => {
  const { editor, judge } = await openMover(place);
  return ({ count, ...plan }) => probe(editor, judge, plan, firstFaces(faces, count));
});
