// Turns an architecture into the model that it describes: the one place that lists the kinds of GAN.
import type { GanArchitecture } from './gan-architecture.ts';
import type { GanModel } from './gan-model.ts';
import { pggan } from './pggan/pggan.ts';
import { style } from './style/style.ts';

export function ganModel(architecture: GanArchitecture): GanModel {
  return architecture.kind === 'style' ? style(architecture) : pggan(architecture);
}
