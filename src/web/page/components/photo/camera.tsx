// Shows what the camera sees, and takes a photo of it.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { readPhoto, startOver } from '../../actions/photo/photo-steps.ts';
import { useStudio } from '../common/studio-context.ts';

export function Camera() {
  const { act } = useStudio();
  const video = useRef<HTMLVideoElement>(null);
  const problem = useSignal('');
  const ready = useSignal(false);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let gone = false;
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: { ideal: 1920 } } }).then(
      opened => {
        stream = opened;
        if (gone) return stop();
        video.current!.srcObject = opened;
      },
      () => {
        problem.value = 'The camera cannot be used: there is none, or the browser was not allowed to.';
      },
    );
    return () => {
      gone = true;
      stop();
    };
  }, []);
  const take = async () => {
    const { videoWidth, videoHeight } = video.current!;
    const canvas = new OffscreenCanvas(videoWidth, videoHeight);
    canvas.getContext('2d')!.drawImage(video.current!, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/png' });
    await act(readPhoto, new File([blob], 'camera.png', { type: blob.type }));
  };
  return (
    <div class="camera">
      {problem.value === '' ? (
        <video
          ref={video}
          autoplay
          muted
          playsInline
          aria-label="What the camera sees"
          onPlaying={() => {
            ready.value = true;
          }}
        />
      ) : (
        <p role="status">{problem.value}</p>
      )}
      <div class="photo-buttons">
        <button type="button" class="button strong" disabled={!ready.value} onClick={take}>
          Take the photo
        </button>
        <button type="button" class="button" onClick={() => act(startOver)}>
          Back
        </button>
      </div>
    </div>
  );
}
