import { z } from 'zod';
import { type BenchCase } from './cases.ts';

declare const options: z.ZodObject<
  {
    device: z.ZodDefault<
      z.ZodEnum<{
        cpu: 'cpu';
        cuda: 'cuda';
        webgpu: 'webgpu';
      }>
    >;
    threads: z.ZodDefault<z.ZodInt>;
    case: z.ZodDefault<
      z.ZodEnum<{
        all: 'all';
        'inference-64': 'inference-64';
        'logistic-128': 'logistic-128';
        'logistic-64': 'logistic-64';
        'relativistic-64': 'relativistic-64';
        'style-64': 'style-64';
        svm: 'svm';
        'wgan-gp-128': 'wgan-gp-128';
        'wgan-gp-64': 'wgan-gp-64';
      }>
    >;
    rounds: z.ZodDefault<z.ZodInt>;
    python: z.ZodOptional<z.ZodString>;
    liblinear: z.ZodOptional<z.ZodString>;
  },
  z.core.$strict
>;
interface Measured {
  readonly imagesPerSecond: number;
  readonly peakMB: number | undefined;
}
/** Programs that may take turns with a case, by the names they are shown under. */
declare const others: {
  readonly oneSession: 'one session';
  readonly eager: 'PyTorch eager';
  readonly tuned: 'PyTorch tuned';
};
type OtherName = keyof typeof others;
interface Result extends Measured {
  readonly case: string;
  readonly millisecondsPerStep: number;
  readonly gflopsPerSecond: number;
  /** Share of the time that is spent inside ONNX Runtime, with one session. */
  readonly inside: number;
  /** Share of kernel time by operator, largest first, with one session. */
  readonly operators: readonly (readonly [string, number])[];
  readonly others: Readonly<
    Partial<
      Record<
        OtherName,
        Measured & {
          ratio: number;
        }
      >
    >
  >;
}
export declare const bench: import('../../src/node/stages/framework/stage.ts').Stage<
  z.ZodObject<
    {
      device: z.ZodDefault<
        z.ZodEnum<{
          cpu: 'cpu';
          cuda: 'cuda';
          webgpu: 'webgpu';
        }>
      >;
      threads: z.ZodDefault<z.ZodInt>;
      case: z.ZodDefault<
        z.ZodEnum<{
          all: 'all';
          'inference-64': 'inference-64';
          'logistic-128': 'logistic-128';
          'logistic-64': 'logistic-64';
          'relativistic-64': 'relativistic-64';
          'style-64': 'style-64';
          svm: 'svm';
          'wgan-gp-128': 'wgan-gp-128';
          'wgan-gp-64': 'wgan-gp-64';
        }>
      >;
      rounds: z.ZodDefault<z.ZodInt>;
      python: z.ZodOptional<z.ZodString>;
      liblinear: z.ZodOptional<z.ZodString>;
    },
    z.core.$strict
  >
>;
/** Medians over rounds of one case, and of what takes turns with it. */
export declare function measure(
  name: string,
  given: BenchCase,
  config: Pick<z.output<typeof options>, 'rounds' | 'python' | 'device' | 'threads'>,
  signal: AbortSignal,
): Promise<Result>;
//# sourceMappingURL=bench.d.ts.map
