// The networks that finding a photo's latent takes, and how its steps are told and stopped.
import type { ClassifierArchitecture } from '../../models/classifier.ts';
import type { EncoderArchitecture } from '../../models/encoder.ts';
import type { GanArchitecture } from '../../models/gan-architecture.ts';
import type { Network } from '../../models/weights.ts';

export interface InversionNetworks {
  readonly generator: Network<GanArchitecture>;
  readonly classifier: Network<ClassifierArchitecture>;
  readonly encoder: Network<EncoderArchitecture>;
}

export type InversionPhase = 'encode' | 'refine' | 'tune';

export interface InversionProgress {
  readonly phase: InversionPhase;
  /** Steps done of this phase, and all of it. */
  readonly done: number;
  readonly total: number;
}

/** How a long computation is told and stopped. */
export interface Watch {
  /**
   * Told before the first step and after each. A promise is waited for: in a worker, where computing leaves no time for
   * messages, this is the place to let them in.
   */
  readonly onProgress?: ((progress: InversionProgress) => void | Promise<void>) | undefined;
  /** An AbortSignal: the next step throws its reason. */
  readonly signal?: { throwIfAborted(): void } | undefined;
}

/** Tells that a phase has come so far. @throws the signal's reason where it was aborted. */
export async function tell({ onProgress, signal }: Watch, phase: InversionPhase, done: number, total: number) {
  await onProgress?.({ phase, done, total });
  signal?.throwIfAborted();
}
