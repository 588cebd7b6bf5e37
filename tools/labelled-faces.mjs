// Faces that a bundle draws and labels itself, for tools that fit to them what the bundle lacks.
import { brightnessName, faceBrightness } from '../dist/core/images/brightness.js';
import { seenLatents } from '../dist/core/models/latents.js';

/** Seeds far from those that people look at and that edits are measured on. */
const firstSeed = 100_000_000;
const batch = 100;

/**
 * @param editor of the bundle. @param count faces in all their variety, so at ψ 1.
 * @returns `outputs`: the attributes, then brightness; `latents` [count, d] as the generator sees them; `scores`
 *   [count, outputs].
 */
export async function labelledFaces(editor, count) {
  const { latentSize, resolution } = editor.bundle;
  const { attributes } = editor;
  const outputs = [...attributes.filter(name => name !== brightnessName), brightnessName];
  const latents = new Float32Array(count * latentSize);
  const scores = new Float32Array(count * outputs.length);
  for (let first = 0; first < count; first += batch) {
    const some = Array.from({ length: Math.min(batch, count - first) }, (_, i) =>
      editor.sample(firstSeed + first + i, 1),
    );
    const images = await editor.render(some);
    const logits = await editor.score(images);
    const light = faceBrightness(images, resolution);
    some.forEach((latent, i) => {
      latents.set(latent, (first + i) * latentSize);
      const row = (first + i) * outputs.length;
      outputs.forEach((output, at) => {
        const column = attributes.indexOf(output);
        scores[row + at] = column < 0 ? light[i] : logits[i * attributes.length + column];
      });
    });
    if (first % 10_000 === 0) console.error(`${first} of ${count} faces`);
  }
  return { outputs, latents: seenLatents(latents, latentSize, editor.geometry), scores };
}
