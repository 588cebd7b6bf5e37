// The face, large, before and after the edit: a divider between them, and a button to hold that shows only the one before.
import './face-view.css';
import { useComputed, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { labelOf } from '../../../shared/attribute-names.ts';
import type { Drawn, Edit } from '../../../shared/protocol.ts';
import { moveDivider } from '../../actions/view/move-divider.ts';
import { peek } from '../../actions/view/peek.ts';
import { contextOf, drawEnlarged } from '../../display/canvas.ts';
import { faceName } from '../../display/wording.ts';
import { hintOf } from '../common/action-button.tsx';
import { useStudio } from '../common/studio-context.ts';
import { PhotoTools } from './photo-tools.tsx';

/** Pixels of the canvas for each pixel of the model, enlarged by cubic interpolation; the browser does the rest. */
const enlargement = 8;

/** Pixels that the canvas's sides have at most, unless the model's are longer. */
const largestSide = 512;

/** Share of the width that the word "before" or "after" needs to have room. */
const wordsFrom = 0.12;

export function FaceView() {
  const { state, act } = useStudio();
  const { resolution } = state.model.value!;
  const side = Math.max(resolution, Math.min(largestSide, resolution * enlargement));
  const after = useRef<HTMLCanvasElement>(null);
  const before = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => paint(after.current, state.playing.value ?? state.shown.value, side));
  useSignalEffect(() => paint(before.current, state.before.value, side));
  const divider = state.divider.value;
  const description = useComputed(() => describe(state.edit.value)).value;
  // The picture stands still only once the face that is described is the one on the screen.
  const isDrawing = useComputed(() => state.shown.value?.edit !== state.edit.value).value;
  const showsBoth = divider > wordsFrom && divider < 1 - wordsFrom;
  const peeking = state.peeking.value;
  const percent = Math.round(100 * divider);
  return (
    <div class="face">
      <div class="picture" style={{ '--divider': peeking ? '100%' : `${100 * divider}%` }}>
        <canvas ref={after} width={side} height={side} role="img" aria-label={description} aria-busy={isDrawing} />
        <canvas ref={before} class="before" width={side} height={side} role="img" aria-label="Before" />
        {(showsBoth || peeking || divider > 1 - wordsFrom) && <span class="word-before">before</span>}
        {showsBoth && !peeking && <span class="word-after">after</span>}
        <div
          class="divider"
          data-hidden={peeking}
          role="slider"
          tabIndex={0}
          aria-label="Divider between before and after"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={percent}
          aria-valuetext={`${percent} % shows the face before`}
          onPointerDown={event => {
            event.preventDefault();
            event.currentTarget.setPointerCapture(event.pointerId);
            event.currentTarget.focus();
          }}
          onPointerMove={event => {
            if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
            const box = after.current!.getBoundingClientRect();
            act(moveDivider, (event.clientX - box.left) / box.width);
          }}
          onKeyDown={event => {
            const step = { ArrowLeft: -0.05, ArrowRight: 0.05, PageDown: -0.25, PageUp: 0.25, Home: -1, End: 1 }[
              event.key
            ];
            if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
            event.preventDefault();
            act(moveDivider, divider + step);
          }}
        >
          <span class="grip" aria-hidden="true">
            ⟷
          </span>
        </div>
        <PhotoTools />
        <PeekButton />
      </div>
    </div>
  );
}

/** Held rather than clicked, unlike the buttons of other actions. */
function PeekButton() {
  const { state, act } = useStudio();
  const { label, icon: Icon, perform, release } = peek;
  const end = () => release && act(release);
  return (
    <button
      type="button"
      class="button peek"
      aria-label={label}
      aria-pressed={state.peeking.value}
      title={hintOf(peek)}
      onPointerDown={event => {
        event.currentTarget.setPointerCapture(event.pointerId);
        act(perform);
      }}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={({ key, repeat }) => {
        if (!repeat && (key === ' ' || key === 'Enter')) act(perform);
      }}
      onKeyUp={end}
      onBlur={end}
    >
      {Icon && <Icon />} <span class="word">{label}</span>
    </button>
  );
}

function describe(edit: Edit): string {
  const moves = [...new Set(edit.moves.map(({ attribute }) => labelOf(attribute)))];
  return `${faceName(edit)}, ${moves.length > 0 ? `with ${moves.join(', ')} moved` : 'as it is'}`;
}

function paint(canvas: HTMLCanvasElement | null, drawn: Drawn | undefined, side: number): void {
  if (canvas === null || drawn === undefined) return;
  drawEnlarged(contextOf(canvas), drawn.pixels, 0, side);
  // Counts the pictures on the screen, for tests and benchmarks.
  canvas.dataset.drawn = String(Number(canvas.dataset.drawn ?? 0) + 1);
}
