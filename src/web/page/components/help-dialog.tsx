// What this is, how to read it and where its limits are, in plain words; and the model's own card.
import { useSignal } from '@preact/signals';
import { Dialog } from './dialog.tsx';
import { lazyCard } from './model-card-lazy.tsx';
import { useStudio } from './studio-context.ts';

const ModelCard = lazyCard();

export function HelpDialog() {
  const { state } = useStudio();
  const card = useSignal(false);
  const tab = (label: string, value: boolean) => (
    <button
      type="button"
      aria-pressed={card.value === value}
      onClick={() => {
        card.value = value;
      }}
    >
      {label}
    </button>
  );
  return (
    <Dialog name="help" title="Help">
      <div class="choice">
        {tab('How it works', false)}
        {tab('Model card', true)}
      </div>
      {card.value ? <ModelCard markdown={state.model.value!.card} /> : <HowItWorks />}
    </Dialog>
  );
}

function HowItWorks() {
  return (
    <div class="prose">
      <h3>What you see</h3>
      <p>
        A network draws faces of nobody from lists of random numbers; a seed stands for one list. A second network, the
        classifier, looks at each face and says how probable it finds each of 40 attributes. All of it runs in this
        browser. Nothing is sent anywhere.
      </p>
      <h3>How a slider works</h3>
      <p>
        For each attribute there is a direction in the space of those numbers along which faces get more of it. A slider
        moves the face along that direction. Its scale is the distance from the plane that parts faces with the
        attribute from faces without it, in σ: most faces lie between −3 and +3. The tick is where the face began, the
        knob where it is, and the shaded band is the safe range: there the attribute was measured to change while others
        hardly do. Beyond it, expect odd faces.
      </p>
      <h3>What a lock does</h3>
      <p>
        Attributes hang together: make a face older and its hair turns grey. A lock takes the locked attribute’s
        direction out of every other move. What is left of a direction is shown in percent; with little left, a slider
        does little, and below 5 % it refuses. A locked attribute keeps its distance exactly. To the eye and to the
        classifier it may still change a little, because a plane is only an approximation.
      </p>
      <h3>What the numbers mean</h3>
      <p>
        Percentages are the classifier’s, calibrated where the model’s makers did so: of faces with 80 %, about four in
        five have the attribute. Type a percentage to go where this face has it. The list below the face tells what
        changed in percentage points, first what you moved, then the largest changes that nobody asked for.
      </p>
      <h3>Limits</h3>
      <p>
        The labels come from CelebA, photographs of celebrities that annotators judged, some by words as vague as
        “attractive”. The model repeats their habits and mistakes. It is for research and teaching, not for judging or
        identifying anyone, and its pictures are not photographs: please say so where you show them.
      </p>
      <h3>Keys</h3>
      <dl class="keys">
        <dt>
          <kbd>B</kbd>
        </dt>
        <dd>hold: the face before the edit</dd>
        <dt>
          <kbd>←</kbd> <kbd>→</kbd>
        </dt>
        <dd>on a slider: a tenth of σ; with Shift a hundredth; Page up and down half a σ</dd>
        <dt>
          <kbd>L</kbd>
        </dt>
        <dd>on a slider: lock or unlock it</dd>
        <dt>
          <kbd>Ctrl</kbd> <kbd>Z</kbd>
        </dt>
        <dd>undo; with Shift: redo</dd>
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>search</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>this help</dd>
      </dl>
    </div>
  );
}
