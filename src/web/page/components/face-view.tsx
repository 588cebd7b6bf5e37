// The face, large, after the edit and before it: a divider between them, and a key that shows only the one before.
import { useComputed, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { labelOf } from '../../shared/attribute-names.ts';
import type { Drawn, Edit } from '../../shared/protocol.ts';
import { moveDivider } from '../actions/compare.ts';
import { setPeeking } from '../actions/keyboard.ts';
import { faceName } from '../format.ts';
import { contextOf, drawEnlarged } from '../pixels.ts';
import { BeforeIcon } from './icons.tsx';
import { useStudio } from './studio-context.ts';

/** Pixels of the canvas a pixel of the model: cubic up to there, the browser enlarges the rest. */
const enlargement = 8;
const largest = 512;

/** Shares of the width within which the words "before" and "after" have room. */
const wordsFrom = 0.12;

export function FaceView() {
  const { state } = useStudio();
  const { resolution } = state.model.value!;
  const side = Math.max(resolution, Math.min(largest, resolution * enlargement));
  const after = useRef<HTMLCanvasElement>(null);
  const before = useRef<HTMLCanvasElement>(null);
  useSignalEffect(() => paint(after.current, state.playing.value ?? state.shown.value, side));
  useSignalEffect(() => paint(before.current, state.before.value, side));
  const divider = state.divider.value;
  const description = useComputed(() => describe(state.edit.value)).value;
  const showsBoth = divider > wordsFrom && divider < 1 - wordsFrom;
  const peeking = state.peeking.value;
  const percent = Math.round(100 * divider);
  return (
    <div class="face">
      <div class="picture" style={{ '--divider': peeking ? '100%' : `${100 * divider}%` }}>
        <canvas ref={after} width={side} height={side} role="img" aria-label={description} />
        <canvas ref={before} class="before" width={side} height={side} role="img" aria-label="Before" />
        {(showsBoth || peeking || divider > 1 - wordsFrom) && <span class="word-before">before</span>}
        {showsBoth && !peeking && <span class="word-after">after</span>}
        {!peeking && (
          <div
            class="divider"
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
              moveDivider(state, (event.clientX - box.left) / box.width);
            }}
            onKeyDown={event => {
              const step = { ArrowLeft: -0.05, ArrowRight: 0.05, PageDown: -0.25, PageUp: 0.25, Home: -1, End: 1 }[
                event.key
              ];
              if (step === undefined) return;
              event.preventDefault();
              moveDivider(state, divider + step);
            }}
          >
            <span class="grip" aria-hidden="true">
              ⟷
            </span>
          </div>
        )}
        <button
          type="button"
          class="button peek"
          aria-pressed={peeking}
          title="Hold to see the face before the edit (B)"
          onPointerDown={event => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setPeeking({ state }, true);
          }}
          onPointerUp={() => setPeeking({ state }, false)}
          onPointerCancel={() => setPeeking({ state }, false)}
          onKeyDown={({ key, repeat }) => {
            if (!repeat && (key === ' ' || key === 'Enter')) setPeeking({ state }, true);
          }}
          onKeyUp={() => setPeeking({ state }, false)}
          onBlur={() => setPeeking({ state }, false)}
        >
          <BeforeIcon /> Hold: before
        </button>
      </div>
    </div>
  );
}

function describe(edit: Edit): string {
  const moves = [...new Set(edit.moves.map(({ attribute }) => labelOf(attribute)))];
  return `${faceName(edit)}, ${moves.length > 0 ? `with ${moves.join(', ')} moved` : 'as it is'}`;
}

function paint(canvas: HTMLCanvasElement | null, drawn: Drawn | undefined, side: number): void {
  if (canvas === null || drawn === undefined) return;
  drawEnlarged(contextOf(canvas), drawn.pixels, 0, side);
  // For tests and benchmarks: what is on the screen by now.
  canvas.dataset.drawn = String(Number(canvas.dataset.drawn ?? 0) + 1);
}
