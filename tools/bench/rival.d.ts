import type { BenchCase } from './cases.ts';

/** PyTorch as it comes, and with all that its users can tune. */
declare const rivals: {
  readonly eager: readonly ['--second-order', 'plain', '--layout', 'contiguous', '--memory', 'return'];
  readonly tuned: readonly [];
};
export type RivalName = keyof typeof rivals;
export declare const rivalNames: RivalName[];
/** One of those that take turns, round by round. */
export interface Rival {
  /** Seconds of each round so far. */
  readonly rounds: number[];
  round(): Promise<void>;
  /** The peak of its process; undefined where that is not its own. */
  megabytes(): number | undefined;
  end(): void | Promise<void>;
}
/** A PyTorch process that runs a round of so many steps whenever it is asked to. */
export declare function openRival(
  python: string,
  given: BenchCase,
  threads: number,
  name: RivalName,
  steps: number,
): Promise<Rival>;
//# sourceMappingURL=rival.d.ts.map
