// Tells of a model what clients need in order to ask for edits.
import type { z } from '@hono/zod-openapi';
import { isScored } from '../../../core/directions/scored.ts';
import type { Bundle } from '../../../core/editor/bundle.ts';
import { ganModel } from '../../../core/models/gan-kinds.ts';
import type { modelSchema } from './schemas.ts';

export type ModelFacts = z.output<typeof modelSchema>;

export function modelFacts(bundle: Bundle, limits: ModelFacts['limits']): ModelFacts {
  const { name, sha256, resolution, latentSize, psi = 1, field, encoder } = bundle;
  const { geometry, layers } = ganModel(bundle.generator.architecture);
  return {
    name,
    sha256,
    resolution,
    latentSize,
    layers,
    geometry,
    psi,
    photos: encoder !== undefined,
    holds: field === undefined ? ['linear'] : ['linear', 'field'],
    directions: bundle.directions.map(direction => {
      const {
        attribute,
        boundary,
        controllable,
        reason,
        hold = 'linear',
        suggestedLocks,
        movesWith,
        origin,
      } = direction;
      return {
        attribute,
        movable: boundary !== null,
        controllable,
        scored: isScored(direction),
        hold,
        ...(reason && { reason }),
        ...(boundary?.safeRange && { safeRange: boundary.safeRange }),
        ...(suggestedLocks && { suggestedLocks }),
        ...(movesWith && { movesWith }),
        ...(origin && { origin }),
      };
    }),
    limits,
  };
}
