// The help: what this is, how to read it, where its limits are and which keys there are; and the model's own card.
import './help-dialog.css';
import './prose.css';
import { useSignal } from '@preact/signals';
import { keyNames } from '../../actions/action.ts';
import { actions } from '../../actions/registry.ts';
import { useStudio } from '../common/studio-context.ts';
import { sliderKeys } from '../panel/attribute-slider.tsx';
import { Dialog } from './dialog.tsx';
import { LazyCard } from './model-card-lazy.tsx';

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
      {card.value ? <LazyCard markdown={state.model.value!.card} /> : <HowItWorks />}
    </Dialog>
  );
}

function HowItWorks() {
  return (
    <div class="prose">
      <h3>What you see</h3>
      <p>
        A network draws faces of people who do not exist, each from a list of random numbers; a seed stands for one
        list. A second network, the classifier, looks at each face and says how probable it finds each attribute. All of
        it runs in this browser. Nothing is sent anywhere.
      </p>
      <h3>How a slider works</h3>
      <p>
        For each attribute there is a direction in the space of those numbers along which faces get more of it. A slider
        moves the face along that direction. Its scale is the distance from the boundary between faces with the
        attribute and faces without it, in σ: most faces lie between −3 and +3. The tick shows where the face began, the
        knob where it is, and the shaded band is the safe range: within it the attribute was measured to change while
        others hardly do, its suggested locks locked. Beyond it, expect odd faces.
      </p>
      <h3>What a lock does</h3>
      <p>
        Attributes are entangled: make a face older and its hair turns grey. A lock takes the locked attribute’s
        direction out of every other move. The share of a direction that is left is shown in percent; with little left,
        a slider does little, and below 5 % it refuses. In a straight line a locked attribute keeps its distance
        exactly; along a curve, where the model was found to do better so, it keeps what the model predicts of the
        picture. To the eye and to the classifier it may still change a little, because both are only approximations.
      </p>
      <h3>What the numbers mean</h3>
      <p>
        Percentages are the classifier’s probabilities. Where the model is calibrated, about four in five faces with 80
        % have the attribute. Type a percentage to go where this face has it. The list below the face shows what
        changed, in percentage points: first what you moved, then the largest changes that nobody asked for.
      </p>
      <h3>Limits</h3>
      <p>
        The labels come from CelebA, photographs of celebrities that annotators judged, sometimes by words as vague as
        “attractive”. The model repeats their habits and mistakes. It is for research and teaching, not for judging or
        identifying anyone. Its pictures are not photographs: please say so where you show them.
      </p>
      <h3>Keys</h3>
      <dl class="keys">
        <KeyRow keys={sliderKeys.keys} help={sliderKeys.help} />
        {actions.map(
          ({ id, keys: [key] = [], help, label }) =>
            key && <KeyRow key={id} keys={keyNames(key)} help={help ?? label.toLowerCase()} />,
        )}
      </dl>
    </div>
  );
}

function KeyRow({ keys, help }: { readonly keys: readonly string[]; readonly help: string }) {
  return (
    <>
      <dt>
        {keys.map(name => (
          <span key={name}>
            <kbd>{name}</kbd>{' '}
          </span>
        ))}
      </dt>
      <dd>{help}</dd>
    </>
  );
}
