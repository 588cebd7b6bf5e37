// A small face that can be pressed.
import './thumbnail.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Frame } from '../../../shared/protocol.ts';
import { contextOf, drawEnlarged } from '../../display/canvas.ts';

interface Props {
  readonly frame: Frame;
  readonly label: string;
  readonly pressed: boolean;
  /** Whether it cannot be pressed for a moment; it keeps the focus meanwhile. */
  readonly waits?: boolean;
  readonly onPress: () => void;
  readonly children?: ComponentChildren;
}

/** Pixels of the canvas's sides, enough to be sharp at every size it is shown in. */
const side = 128;

export function ThumbnailButton({ frame, label, pressed, waits, onPress, children }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!('problem' in frame)) drawEnlarged(contextOf(canvas.current!), frame.pixels, 0, side);
  }, [frame]);
  return (
    <button
      type="button"
      class="thumbnail"
      aria-pressed={pressed}
      aria-label={label}
      aria-disabled={waits}
      onClick={waits ? undefined : onPress}
    >
      {'problem' in frame ? <span class="absent">–</span> : <canvas ref={canvas} width={side} height={side} />}
      {children}
    </button>
  );
}
