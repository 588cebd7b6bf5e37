// The page: what is seen while it opens, then the studio with its three columns.
import './app.css';
import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { importFile } from '../actions/files/import-file.ts';
import { handleKeyDown, handleKeyUp, isTyping, releaseKeys } from '../actions/keyboard.ts';
import { faceName } from '../display/wording.ts';
import { keepFocus } from './common/keep-focus.ts';
import { MessageBar } from './common/message-bar.tsx';
import { Opening } from './common/opening.tsx';
import { useStudio } from './common/studio-context.ts';
import { ExportDialog } from './dialogs/export-dialog.tsx';
import { HelpDialog } from './dialogs/help-dialog.tsx';
import { ActiveAttribute } from './face/active-attribute.tsx';
import { Changes } from './face/changes.tsx';
import { FaceView } from './face/face-view.tsx';
import { Strip } from './face/strip.tsx';
import { Gallery } from './gallery/gallery.tsx';
import { Header } from './header/header.tsx';
import { AttributePanel } from './panel/attribute-panel.tsx';
import { PhotoDialog } from './photo/photo-dialog.tsx';

export function App({ onRetry }: { readonly onRetry: () => void }) {
  const { state } = useStudio();
  const phase = state.phase.value;
  const isReady = phase.kind === 'ready';
  // The studio is put together beneath while the worker opens the networks, and seen with its first face.
  const isBegun = state.model.value !== undefined && phase.kind !== 'failed';
  useEffect(keepPage, []);
  return (
    <>
      {!isReady && <Opening phase={phase} onRetry={onRetry} />}
      {isBegun && <StudioPage isReady={isReady} />}
    </>
  );
}

/** Whether files are being dragged, not text. */
function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') ?? false;
}

/** A file that is dropped, at whatever time, does not make the browser leave the page for it. */
function keepPage(): () => void {
  const listening = new AbortController();
  for (const kind of ['dragover', 'drop'] as const) {
    addEventListener(kind, event => hasFiles(event) && event.preventDefault(), { signal: listening.signal });
  }
  return () => listening.abort();
}

function StudioPage({ isReady }: { readonly isReady: boolean }) {
  const { state, act } = useStudio();
  const page = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isReady) return;
    const listening = new AbortController();
    const { signal } = listening;
    addEventListener('keydown', event => act(handleKeyDown, event), { signal });
    addEventListener('keyup', event => act(handleKeyUp, event), { signal });
    addEventListener('blur', () => act(releaseKeys), { signal });
    addEventListener(
      'drop',
      event => {
        const file = event.dataTransfer?.files[0];
        if (file !== undefined) act(importFile, file);
      },
      { signal },
    );
    addEventListener(
      'paste',
      event => {
        // A cell of a spreadsheet is copied as text and as a picture, too.
        const file = isTyping(event) ? undefined : event.clipboardData?.files[0];
        if (file !== undefined) act(importFile, file);
      },
      { signal },
    );
    keepFocus(page.current!, signal);
    return () => listening.abort();
  }, [act, isReady]);
  useSignalEffect(() => {
    if (state.phase.value.kind === 'ready') document.title = `${faceName(state.edit.value)} · face-tuning`;
  });
  return (
    <div ref={page} class="page" inert={!isReady}>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place on the page, but the address says which face it is */}
      <a
        class="skip"
        href="#attributes"
        onClick={event => {
          event.preventDefault();
          document.querySelector<HTMLElement>('#attributes')?.focus();
        }}
      >
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
      <PhotoDialog />
    </div>
  );
}
