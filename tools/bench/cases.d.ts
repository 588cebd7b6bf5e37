import type { Device } from '#dist/core/runtime/device.js';
import { type GanSettings } from '#dist/core/training/gan/settings.js';
import type { Shares } from '#dist/core/training/gan/shares.js';
export interface BenchCase {
  readonly mode: 'train' | 'inference';
  readonly resolution: number;
  /** The networks and how they are trained; nothing grows. */
  readonly settings: GanSettings;
}
export declare const benchCaseNames: readonly [
  'wgan-gp-64',
  'logistic-64',
  'relativistic-64',
  'style-64',
  'wgan-gp-128',
  'logistic-128',
  'inference-64',
];
export type BenchCaseName = (typeof benchCaseNames)[number];
export declare const benchCases: Readonly<Record<BenchCaseName, BenchCase>>;
export interface Workload {
  /** One step of both networks, or one batch of faces. */
  run(): Promise<unknown>;
  /** Multiplications and additions of one run, on average. */
  readonly flops: number;
  release(): Promise<void>;
}
/**
 * Makes a case ready to run: noise for pictures, fresh networks.
 * @param shares threads that share a training's minibatches; left out, one session computes all of each.
 */
export declare function openCase(device: Device, given: BenchCase, shares?: Shares): Promise<Workload>;
//# sourceMappingURL=cases.d.ts.map
