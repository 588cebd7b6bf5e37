// The dialog that leads from a photo to its sliders: choose one, choose or point out the face, wait.
import './photo-dialog.css';
import { findFace, giveUp, pointByHand, readPhoto, showCamera, startOver } from '../../actions/photo/photo-steps.ts';
import { useStudio } from '../common/studio-context.ts';
import { Dialog } from '../dialogs/dialog.tsx';
import { Camera } from './camera.tsx';
import { FaceChoice } from './face-choice.tsx';
import { PointChoice } from './point-choice.tsx';

export function PhotoDialog() {
  const { act } = useStudio();
  return (
    <Dialog name="photo" title="Your photo" onClosed={() => act(giveUp)}>
      <Step />
      <p class="dim privacy">
        Your photo stays on this machine: it is read and edited in this page, and the page's policy lets it send nothing
        to any other address.
      </p>
    </Dialog>
  );
}

function Step() {
  const { state, act } = useStudio();
  const step = state.photo.value;
  switch (step.kind) {
    case 'choose':
      return <Choose />;
    case 'camera':
      return <Camera />;
    case 'reading':
      return <Waiting text="Reading the photo and looking for faces …" />;
    case 'faces':
      if (step.clicks !== undefined) return <PointChoice photo={step.photo} clicks={step.clicks} />;
      return (
        <FaceChoice
          photo={step.photo}
          onChoose={(box, quick) => act(findFace, box, quick)}
          onPoint={() => act(pointByHand)}
        />
      );
    case 'finding': {
      const { progress } = step;
      const words = {
        encode: 'Looking at the face …',
        refine: 'Finding it in the model …',
        tune: 'Tuning the model to it …',
      };
      return <Waiting text={progress ? words[progress.phase] : 'Preparing …'} progress={shareOf(progress)} />;
    }
  }
}

/** Share of the time that each phase takes, about. */
const phases = { encode: [0, 0.05], refine: [0.05, 0.55], tune: [0.55, 1] } as const;

function shareOf(progress: { phase: keyof typeof phases; done: number; total: number } | undefined): number {
  if (progress === undefined) return 0;
  const [from, to] = phases[progress.phase];
  return from + ((to - from) * progress.done) / Math.max(1, progress.total);
}

function Choose() {
  const { act } = useStudio();
  return (
    <>
      <div class="photo-choose">
        <label class="button strong">
          Choose a photo
          <input
            id="photo-file"
            type="file"
            class="unseen"
            accept="image/*"
            onChange={event => {
              const file = event.currentTarget.files?.[0];
              if (file !== undefined) act(readPhoto, file);
              event.currentTarget.value = ''; // so that the same file can be chosen again
            }}
          />
        </label>
        {'mediaDevices' in navigator && (
          <button type="button" class="button" onClick={() => act(showCamera)}>
            Use the camera
          </button>
        )}
      </div>
      <p>Or drop a photo on this page, or paste one. It should show the whole face, from the front and well lit.</p>
    </>
  );
}

function Waiting({ text, progress }: { readonly text: string; readonly progress?: number }) {
  const { act } = useStudio();
  return (
    <div class="photo-waiting">
      <p role="status">{text}</p>
      <progress aria-label={text} value={progress} max={1} />
      <button type="button" class="button" onClick={() => act(startOver)}>
        Cancel
      </button>
    </div>
  );
}
