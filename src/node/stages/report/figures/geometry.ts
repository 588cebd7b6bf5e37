// Draws figure 3: the geometry of conditional manipulation, for two normals of this model.
import { scoredBoundaries } from '../../../../core/calibration/probe.ts';
import { distanceTo } from '../../../../core/editing/distances.ts';
import { toFloat32 } from '../../../../core/formats/nd-array.ts';
import { dot } from '../../../../core/math/linear-algebra.ts';
import { latentFiles } from '../../../artefacts/synthesis.ts';
import { readNpy } from '../../../files/files.ts';
import { planeChart } from '../../../presentation/charts.ts';
import { escapeHtml, type Figure } from '../../../presentation/html.ts';
import type { Sources } from '../sources.ts';
import { counted, readable } from './words.ts';

const title = 'The geometry of conditional manipulation';
const faces = 400;
/** The attributes shown where this model has both; otherwise its first two are. */
const wanted = ['Young', 'Male'];

export async function geometryFigure({ runs, editor, synthesis }: Sources): Promise<Figure> {
  const { latentSize } = editor.bundle;
  const scored = scoredBoundaries(editor);
  const named = wanted.flatMap(name => scored.find(({ attribute }) => attribute === name) ?? []);
  const [moved, locked] = named.length === wanted.length ? named : scored;
  const { command } = runs.boundaries;
  if (moved === undefined || locked === undefined) {
    const reason = `Boundaries that this model has: ${scored.length}; two are needed to show one against the other.`;
    return { number: 3, title, body: `<p class="note">${escapeHtml(reason)}</p>`, caption: 'Not drawn.', command };
  }
  const { conditionedNormal, residual } = editor.condition(moved.attribute, [locked.attribute]);
  const count = Math.min(faces, synthesis.count);
  const latents = toFloat32(
    (await readNpy(runs.synthesis.file(latentFiles[synthesis.geometry]), { start: 0, count })).data,
  );
  const logits = toFloat32((await readNpy(runs.synthesis.file('logits.npy'), { start: 0, count })).data);
  const { index: column, details } = editor.attribute(moved.attribute);
  const points = Array.from({ length: count }, (_, i) => {
    const latent = latents.subarray(i * latentSize, (i + 1) * latentSize);
    return {
      x: distanceTo(locked, latent) - locked.intercept,
      y: dot(conditionedNormal, latent),
      present: logits[i * editor.attributes.length + column]! > details.threshold,
    };
  });
  const cosine = dot(moved.normal, locked.normal);
  const [movedName, lockedName] = [readable(moved.attribute), readable(locked.attribute)];
  const plane = {
    points,
    moved: movedName,
    locked: lockedName,
    normal: { x: cosine, y: dot(moved.normal, conditionedNormal) },
    intercepts: { moved: moved.intercept, locked: locked.intercept },
  };
  return {
    number: 3,
    title,
    body: planeChart(plane, `Latents in the plane of the normals of ${movedName} and ${lockedName}, with both normals`),
    caption:
      `${counted(count)} generated latents in the plane of two real normals, whose cosine is ${cosine.toFixed(3).replace('-', '−')}. ` +
      `Moving along the normal of ${movedName} also moves along that of ${lockedName}; its part at right angles, ` +
      `${(100 * residual).toFixed(1)} % of its length, leaves ${lockedName} exactly where it is. Arrows are three σ ` +
      'long. The boundaries look blurred, as the latents differ in dimensions that are not shown.',
    command,
  };
}
