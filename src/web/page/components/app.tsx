// The page: loading, failed, or the studio with its three parts.
import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { importFile } from '../actions/import.ts';
import { handleKeyDown, handleKeyUp } from '../actions/keyboard.ts';
import { faceName, megabytesText } from '../format.ts';
import { ActiveAttribute } from './active-attribute.tsx';
import { AttributePanel } from './attribute-panel.tsx';
import { Changes } from './changes.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { FaceView } from './face-view.tsx';
import { Gallery } from './gallery.tsx';
import { Header } from './header.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { MessageBar } from './message-bar.tsx';
import { Strip } from './strip.tsx';
import { useStudio } from './studio-context.ts';

export function App({ onRetry }: { readonly onRetry: () => void }) {
  const { state } = useStudio();
  const phase = state.phase.value;
  if (phase.kind === 'ready') return <ReadyStudio />;
  return (
    <main class="opening">
      <h1 class="brand">face-tuning</h1>
      {phase.kind === 'failed' ? <Failure problem={phase.problem} onRetry={onRetry} /> : <Loading />}
    </main>
  );
}

function Loading() {
  const phase = useStudio().state.phase.value;
  const progress = phase.kind === 'loading' ? phase.progress : undefined;
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

function ReadyStudio() {
  const studio = useStudio();
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener('keydown', event => handleKeyDown(studio, event), { signal });
    addEventListener('keyup', event => handleKeyUp(studio, event), { signal });
    addEventListener('dragover', event => event.preventDefault(), { signal });
    addEventListener(
      'drop',
      event => {
        event.preventDefault();
        const file = event.dataTransfer?.files[0];
        if (file !== undefined) importFile(studio, file);
      },
      { signal },
    );
    return () => listening.abort();
  }, [studio]);
  useSignalEffect(() => {
    document.title = `${faceName(studio.state.edit.value)} · face-tuning`;
  });
  return (
    <>
      <a class="skip" href="#attributes">
        Skip to the sliders
      </a>
      <Header />
      <main class="studio">
        <Gallery />
        <section class="stage" aria-label="Picture">
          <FaceView />
          <div class="below">
            <ActiveAttribute />
            <Strip />
            <Changes />
          </div>
        </section>
        <AttributePanel />
      </main>
      <MessageBar />
      <ExportDialog />
      <HelpDialog />
    </>
  );
}
