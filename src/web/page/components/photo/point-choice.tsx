// Points out a face by hand: both eyes, then the mouth, with the pointer or the arrow keys.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Point } from '../../../../core/portraits/photo.ts';
import type { OpenedPhoto } from '../../../shared/protocol.ts';
import { chooseFace, pointAt, pointByHand, startOver } from '../../actions/photo/photo-steps.ts';
import { contextOf } from '../../display/canvas.ts';
import { useStudio } from '../common/studio-context.ts';

const wanted = ['one eye', 'the other eye', 'the middle of the mouth'];

/** Share of the width that an arrow key moves the cross by. */
const keyStep = 0.01;

/** Where the cross begins, in shares of the photo. */
const middle: Point = [0.5, 0.5];

interface Props {
  readonly photo: OpenedPhoto;
  /** In pixels of the photo. */
  readonly clicks: readonly Point[];
}

export function PointChoice({ photo, clicks }: Props) {
  const { act } = useStudio();
  const canvas = useRef<HTMLCanvasElement>(null);
  /** Where the arrow keys have moved to, in shares of the photo. */
  const cross = useSignal<Point | undefined>(undefined);
  const { width, height, pixels } = photo.preview;
  useEffect(() => {
    const context = contextOf(canvas.current!);
    context.putImageData(new ImageData(pixels, width, height), 0, 0);
    const marks = clicks.map(([x, y]): Point => [(x / photo.width) * width, (y / photo.height) * height]);
    const at = cross.value;
    for (const [x, y] of at ? [...marks, [at[0] * width, at[1] * height] as const] : marks) {
      context.lineWidth = 3;
      context.strokeStyle = '#ffffff';
      context.beginPath();
      context.arc(x, y, 7, 0, 2 * Math.PI);
      context.stroke();
      context.lineWidth = 1.5;
      context.strokeStyle = '#000000';
      context.stroke();
    }
  }, [photo, clicks, cross.value]);
  const take = (u: number, v: number) => act(pointAt, [u * photo.width, v * photo.height]);
  return (
    <>
      <p role="status">
        {photo.faces.length === 0 && clicks.length === 0 ? 'No face was found. ' : ''}
        Point at {wanted[clicks.length]}.
      </p>
      <button
        type="button"
        class="photo-canvas"
        aria-label="The photo: point at both eyes, then at the mouth. Arrow keys move a mark, Enter sets it"
        onClick={event => {
          if (event.detail === 0) return take(...(cross.value ?? middle)); // by a key, so the pointer says nothing
          const box = canvas.current!.getBoundingClientRect();
          take((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
        }}
        onKeyDown={event => {
          const [x, y] = cross.value ?? middle;
          const step = event.shiftKey ? 5 * keyStep : keyStep;
          const moves: Record<string, Point> = {
            ArrowLeft: [-step, 0],
            ArrowRight: [step, 0],
            ArrowUp: [0, -step],
            ArrowDown: [0, step],
          };
          const move = moves[event.key];
          if (move === undefined && event.key !== 'Enter') return;
          event.preventDefault();
          const inside = (share: number) => Math.min(Math.max(share, 0), 1);
          if (move !== undefined) cross.value = [inside(x + move[0]), inside(y + move[1])];
          else take(x, y);
        }}
      >
        <canvas ref={canvas} width={width} height={height} />
      </button>
      <div class="photo-buttons">
        <button type="button" class="button" disabled={clicks.length === 0} onClick={() => act(pointByHand)}>
          Begin again
        </button>
        {photo.faces.length > 0 && (
          <button type="button" class="button" onClick={() => act(chooseFace)}>
            Faces found
          </button>
        )}
        <button type="button" class="button" onClick={() => act(startOver)}>
          Another photo
        </button>
      </div>
    </>
  );
}
