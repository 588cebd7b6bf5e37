// The work of `evaluate edits` that is spread over threads or machines: moving many faces along one attribute.
import { z } from 'zod';
import type { Plan, Probed, ProbeFaces } from '../../../core/calibration/probe.ts';
import { holdNames } from '../../../core/directions/hold.ts';
import type { WorkKind } from '../../threads/work-kind.ts';
import type { MoverPlace } from '../calibrate/mover.ts';

export interface ProbeThread {
  file: 'stages/evaluate-edits/thread';
  shared: MoverPlace & { readonly faces: ProbeFaces };
  /** `count`: how many of the faces are moved, the first ones. */
  input: Omit<Plan, 'layers' | 'reach'> & { readonly count: number };
  output: Probed;
}

export const probes: WorkKind<ProbeThread> = {
  stage: 'evaluate edits',
  file: 'stages/evaluate-edits/thread',
  paths: ['bundle', 'judge'],
  input: z.strictObject({
    moved: z.string().max(200),
    locks: z.array(z.string().max(200)).max(1000),
    hold: z.enum(holdNames).default('linear'),
    count: z.int().min(0).max(100_000),
  }),
};
