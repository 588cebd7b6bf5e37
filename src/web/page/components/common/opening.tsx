// The page before the studio is ready: shows how much has loaded, or what failed.
import './opening.css';
import { useEffect, useRef } from 'preact/hooks';
import { megabytesText } from '../../display/wording.ts';
import type { Phase } from '../../state/studio-state.ts';

interface Props {
  readonly phase: Exclude<Phase, { readonly kind: 'ready' }>;
  readonly onRetry: () => void;
}

export function Opening({ phase, onRetry }: Props) {
  return (
    <main class="opening">
      <h1 class="brand">face-tuning</h1>
      {phase.kind === 'failed' ? (
        <Failure problem={phase.problem} onRetry={onRetry} />
      ) : (
        <Loading progress={phase.progress} />
      )}
    </main>
  );
}

function Loading({ progress }: Pick<Extract<Phase, { readonly kind: 'loading' }>, 'progress'>) {
  const known = progress !== undefined && progress.total > 0;
  const finished = known && progress.done >= progress.total;
  return (
    <>
      <progress aria-label="Loading the model" {...(known ? { max: progress.total, value: progress.done } : {})} />
      <p>
        {!known
          ? 'Loading the model …'
          : finished
            ? 'Preparing the model …'
            : `Loading the model: ${megabytesText(progress.done)} of ${megabytesText(progress.total)}`}
      </p>
      <p class="dim">Everything is computed in this browser. Nothing you do here leaves it.</p>
    </>
  );
}

function Failure({ problem, onRetry }: { readonly problem: string; readonly onRetry: () => void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <>
      <p role="alert" class="failure">
        {problem}
      </p>
      <button ref={button} type="button" class="button strong" onClick={onRetry}>
        Try again
      </button>
    </>
  );
}
