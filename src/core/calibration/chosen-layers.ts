// Chooses the layers that a direction acts on: those whose moves change the other attributes least.
import { fewestLayers, type LayerName, type LayerRange, layersNamed } from '../directions/layers.ts';
import type { FaceEditor } from '../editor/face-editor.ts';
import type { EditEffect } from '../measures/answers/edit-effects.ts';
import type { Judge } from './judge.ts';
import { effectOf, type ProbeFaces, triedStrengths } from './probe.ts';

/** Some layers, and what moves that act on them do. */
export interface TriedLayers {
  readonly layers: LayerRange;
  readonly effect: Pick<EditEffect, 'agreement' | 'flips' | 'faces'>;
}

/** The layers that a direction is to act on, and what its moves then do with nothing locked. */
export interface ChosenLayers extends TriedLayers {
  readonly effect: EditEffect;
}

/** Tries all layers and each third on real edits. @returns undefined where there are too few layers to choose from. */
export async function chosenLayers(
  editor: FaceEditor,
  judge: Judge,
  moved: string,
  faces: ProbeFaces,
): Promise<ChosenLayers | undefined> {
  if (editor.layers < fewestLayers) return undefined;
  const look = async (name: LayerName): Promise<ChosenLayers> => {
    const layers = layersNamed(name, editor.layers);
    return { layers, effect: await effectOf(editor, judge, { moved, locks: [], layers }, faces, triedStrengths) };
  };
  return bestLayers(
    [await look('all'), await look('coarse'), await look('middle'), await look('fine')],
    editor.attributes.length - 1,
  );
}

/**
 * @param tried the first is of all layers. @param others how many attributes are not moved.
 * @returns those whose moves change the other attributes least, of those that do what they say as often as all do; a part
 *   must flip fewer than all. Both comparisons allow for the error of the difference of two shares.
 */
export function bestLayers<Tried extends TriedLayers>(tried: readonly [Tried, ...Tried[]], others: number): Tried {
  const [all, ...parts] = tried;
  const { agreement, flips, faces } = all.effect;
  // Each face is moved both ways, and the other answers are asked for each time.
  const moves = 2 * faces;
  const error = (a: number, b: number, count: number) => Math.sqrt((a * (1 - a) + b * (1 - b)) / count);
  return parts
    .filter(
      ({ effect }) =>
        effect.agreement >= agreement - error(agreement, effect.agreement, moves) &&
        effect.flips < flips - error(flips, effect.flips, moves * Math.max(1, others)),
    )
    .reduce((best, each) => (each.effect.flips < best.effect.flips ? each : best), all);
}
