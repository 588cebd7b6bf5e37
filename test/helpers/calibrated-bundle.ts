// A tiny bundle whose attributes say all that a bundle can say: probabilities, calibration, safe ranges, suggested locks.
import type { ScoredDirection } from '../../src/core/directions/scored.ts';
import { type BundleIndex, bundleFiles, writeBundleIndex } from '../../src/core/editor/bundle.ts';
import { toFloat64 } from '../../src/core/formats/nd-array.ts';
import { decodeNpy, encodeNpy } from '../../src/core/formats/npy.ts';
import { hashBytes } from '../../src/node/artefacts/bundle.ts';
import { type Files, makeTinyBundle, type TinyBundleOptions } from './tiny-bundle.ts';

/** The one movable attribute that hardly does what it says. */
export const unreliable = 'Wearing_Earrings';

/** A direction beyond the 40. */
export const further = 'Tired_Look';

function calibrated(attribute: ScoredDirection): ScoredDirection {
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
export async function makeCalibratedBundle(latentSize = 64, options: TinyBundleOptions = {}): Promise<Files> {
  const made = await makeTinyBundle({}, latentSize, undefined, undefined, options);
  const { [bundleFiles.index]: indexBytes, ...contents } = made;
  const index = JSON.parse(new TextDecoder().decode(indexBytes)) as BundleIndex;
  const { name, generator, classifier, field, psi } = index;
  const extra = [{ attribute: further, intercept: 0.1, origin: 'labelled by hand, 200 faces' }];
  const details = {
    name,
    generator,
    classifier,
    ...(field && { field }),
    attributes: index.attributes.map(calibrated),
    extra,
    ...(psi !== undefined && { psi }),
  };
  const { data } = decodeNpy(contents[bundleFiles.boundaries]!, bundleFiles.boundaries);
  const normal = Float64Array.from({ length: latentSize }, (_, i) => (i === 0 ? 1 : 0));
  const rows = Float64Array.from([...toFloat64(data), ...normal]);
  const boundaries = encodeNpy({ shape: [index.attributes.length + 1, latentSize], data: rows });
  const all = { ...contents, [bundleFiles.boundaries]: boundaries };
  const text = await writeBundleIndex(details, all, hashBytes);
  return { [bundleFiles.index]: new TextEncoder().encode(text), ...all };
}
