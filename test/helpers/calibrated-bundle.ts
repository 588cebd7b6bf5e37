// A tiny bundle whose attributes say all that a bundle can say: probabilities, calibration, safe ranges, suggested locks.
import { type BundleAttribute, type BundleIndex, bundleFiles, writeBundleIndex } from '../../src/core/bundle/bundle.ts';
import { hashBytes } from '../../src/node/io/bundle.ts';
import { type Files, makeTinyBundle } from './tiny-bundle.ts';

/** Of the attributes that can be moved, the one that hardly does what it says. */
export const unreliable = 'Wearing_Earrings';

function calibrated(attribute: BundleAttribute): BundleAttribute {
  if (attribute.boundary === null) return attribute;
  return {
    ...attribute,
    probability: { slope: 2, intercept: -0.25 },
    boundary: {
      ...attribute.boundary,
      calibration: Array.from({ length: 9 }, (_, i) => [i - 4, (i - 4) / 2]),
      safeRange: [-2, 2.5],
    },
    movesWith:
      attribute.attribute === 'Young'
        ? [
            { attribute: 'Gray_Hair', change: -0.25 },
            { attribute: 'Receding_Hairline', change: -0.21 },
          ]
        : [],
    suggestedLocks: attribute.attribute === 'Young' ? ['Gray_Hair', 'Receding_Hairline'] : [],
    judged: { faces: 256, agreement: 0.8, flips: 0.06 },
    ...(attribute.attribute === unreliable
      ? { controllable: false, reason: 'at the ends of its safe range the judge agrees on 41 % of the faces only' }
      : {}),
  };
}

/** @param latentSize long enough for moves to the ends of every slider. */
export async function makeCalibratedBundle(latentSize = 64): Promise<Files> {
  const { [bundleFiles.index]: indexBytes, ...contents } = await makeTinyBundle({}, latentSize);
  const index = JSON.parse(new TextDecoder().decode(indexBytes)) as BundleIndex;
  const { name, resolution } = index;
  const details = { name, resolution, latentSize, attributes: index.attributes.map(calibrated) };
  const text = await writeBundleIndex(details, contents, hashBytes);
  return { [bundleFiles.index]: new TextEncoder().encode(text), ...contents };
}
