import type { Column } from '#dist/node/presentation/table.js';
import type { StageContext } from '#dist/node/stages/framework/stage.js';

interface ProblemKind {
  readonly name: string;
  readonly count: number;
  readonly size: number;
  /** Deviation of what is added to each latent's distance before its sign becomes the label: 0.16 blurs 5 %, 0.5 15 %. */
  readonly noise: number;
  /** Latents nearer to the planted boundary are drawn again: what is left is separable, as confident faces are. */
  readonly margin: number;
  /** The planted boundary's distance from the origin: 1.28 leaves one positive in ten. */
  readonly offset: number;
}
export declare const svmProblems: readonly ProblemKind[];
export interface SvmResult {
  readonly problem: string;
  /** Processor time of the fit until its primal objective is at most LIBLINEAR's and a thousandth. */
  readonly seconds: number;
  readonly passes: number;
  /** Until the fit ends by itself, with the defaults of `fit`. */
  readonly secondsToEnd: number;
  readonly passesToEnd: number;
  readonly objectiveAtEnd: number;
  readonly peakMB: number;
  readonly liblinear?: {
    readonly seconds: number;
    readonly objective: number;
    readonly ratio: number;
  };
}
export declare const svmColumns: readonly Column<SvmResult>[];
/**
 * @param liblinear the program `liblinear-train`; without it the objective to reach is that of our own fit's end.
 * @param rounds how often each is timed, in turn; medians are told.
 */
export declare function benchSvm(
  liblinear: string | undefined,
  rounds: number,
  { log, signal }: StageContext,
  kinds?: readonly ProblemKind[],
): Promise<SvmResult[]>;
//# sourceMappingURL=svm.d.ts.map
