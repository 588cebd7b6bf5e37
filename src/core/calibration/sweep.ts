// Moves faces to a grid of distances from an attribute's boundary, and keeps what both networks see there.
import { attributeIndex } from '../attributes.ts';
import type { Direction } from '../directions/direction.ts';
import type { LayerRange } from '../directions/layers.ts';
import type { FaceEditor } from '../editor/face-editor.ts';
import { probabilityOf } from '../editor/probability.ts';
import type { Judge } from './judge.ts';
import { conditionsOf, type ProbeFaces } from './probe.ts';

export interface Swept {
  /** Distances that each face was moved to, [m], rising. */
  readonly distances: readonly number[];
  /** The classifier's logits of the moved attribute, [faces, m]. */
  readonly own: Float32Array;
  /** Mean share of the other attributes whose answer differs from that on the unmoved face, [m]. */
  readonly flips: readonly number[];
  /** Mean calibrated probability of each attribute at each distance, [m][attributes]. */
  readonly probabilities: readonly (readonly number[])[];
}

/** The outermost distances of the grid, to each side. */
const farthest = 4;
const gridPoints = 9;
/** Share of the sphere's radius up to which every face can be moved. */
const usableRadius = 0.9;

/**
 * Moves each face to each distance, nothing locked.
 * @param layers that the moves act on; left out, those of the bundle.
 */
export async function sweep(
  editor: FaceEditor,
  judge: Judge,
  boundary: Direction,
  layers: LayerRange | undefined,
  faces: ProbeFaces,
): Promise<Swept> {
  const { directions, latentSize } = editor.bundle;
  const column = attributeIndex(boundary.attribute, editor.attributes);
  const row = editor.attributes.length;
  const room = editor.geometry === 'sphere' ? usableRadius * Math.sqrt(latentSize) : Number.POSITIVE_INFINITY;
  const reach = Math.min(farthest, room - Math.abs(boundary.intercept));
  const distances = Array.from({ length: gridPoints }, (_, at) => reach * ((2 * at) / (gridPoints - 1) - 1));
  const own = new Float32Array(faces.latents.length * gridPoints);
  const flips = new Array<number>(gridPoints).fill(0);
  const probabilities = distances.map(() => new Array<number>(row).fill(0));
  const plan = { moved: boundary.attribute, locks: [], ...(layers && { layers }) };
  for (const [face, latent] of faces.latents.entries()) {
    const latents = distances.map(distance => {
      const moves = [{ attribute: boundary.attribute, kind: 'absolute', distance } as const];
      return editor.edit({ latent, moves, ...conditionsOf(plan) }).latent;
    });
    const images = await editor.render(latents);
    const [logits, verdict] = [await editor.score(images), await judge.score(images)];
    for (let at = 0; at < gridPoints; at++) {
      own[face * gridPoints + at] = logits[at * row + column]!;
      for (let a = 0; a < row; a++) {
        const isPresent = verdict[at * row + a]! > judge.thresholds[a]!;
        const wasPresent = faces.before[face * row + a]! > judge.thresholds[a]!;
        if (a !== column && isPresent !== wasPresent) flips[at]! += 1 / (faces.latents.length * (row - 1));
        probabilities[at]![a]! += probabilityOf(directions[a]!, logits[at * row + a]!) / faces.latents.length;
      }
    }
  }
  return { distances, own, flips, probabilities };
}
