// A thread of `evaluate edits`: moves many faces along one attribute at a time.
import { serve } from '../../threads/serve.ts';
import {
  type Faces,
  firstFaces,
  type MoverPlace,
  openMover,
  type Plan,
  probe,
  type Targets,
} from '../calibrate/edit-probe.ts';

export interface SharedProbe extends MoverPlace {
  readonly faces: Faces;
  readonly targets: Targets;
}

export interface ProbeOrder extends Plan {
  /** The first so many faces are moved. */
  readonly count: number;
}

serve(async ({ faces, targets, ...place }: SharedProbe) => {
  const { editor, judge } = await openMover(place);
  return ({ count, ...plan }: ProbeOrder) => probe(editor, judge, plan, firstFaces(faces, count), targets);
});
