// The face of a seed is one face, whether it is drawn as sampled or as the start of an edit.
import { expect, test } from 'vitest';
import { loadBundle } from '../../../src/core/editor/face-editor.ts';
import { length } from '../../../src/core/math/linear-algebra.ts';
import { ganPresets } from '../../../src/core/training/gan/presets.ts';
import type { GanSettings } from '../../../src/core/training/gan/settings.ts';
import { hashBytes } from '../../../src/node/artefacts/bundle.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { makeTinyBundle, readerOf } from '../../helpers/tiny-bundle.ts';
import { tinyGan, tinyStyle } from '../../helpers/tiny-networks.ts';

/** The features of a preset's networks, in place of those of the tiny one. */
function networksOf({ normaliseLatents, activation, generatorNorm, tanh, equalised }: GanSettings) {
  return { normaliseLatents, activation, generatorNorm, tanh, equalised };
}

test.each([
  ['whose generator brings latents to their length', tinyGan],
  ['whose generator takes raw latents', { ...tinyGan, ...networksOf(ganPresets.report) }],
  ['of a style generator', tinyStyle],
] as const)('a bundle %s draws one face of a seed', async (_, kind) => {
  const files = await makeTinyBundle({}, 16, undefined, undefined, { kind });
  const editor = await loadBundle(cpuDevice(1), readerOf(files), hashBytes, 'models/tiny');
  try {
    const sampled = editor.sample(7);
    const start = Float32Array.from(editor.edit({ seed: 7, moves: [] }).latent);
    const [drawn, begun] = [await editor.render([sampled]), await editor.render([start])];
    const apart = Math.max(...begun.map((value, i) => Math.abs(value - drawn[i]!)));
    expect({ apart: apart > 1e-4 }, `lengths ${length(sampled)} and ${length(start)}, pixels ${apart} apart`).toEqual({
      apart: false,
    });
  } finally {
    await editor.release();
  }
});
