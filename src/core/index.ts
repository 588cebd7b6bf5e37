// The library's entry for any runtime: what works on a bundle once a program brings ONNX Runtime and reads the files.
export { type AttributeName, attributeNames } from './attributes.ts';
export type { Bundle, BundleAttribute, Hash, ReadFile } from './bundle/bundle.ts';
export {
  type EditRequest,
  FaceEditor,
  loadBundle,
  type ResolvedEdit,
  type ResolvedStrip,
  type StripRequest,
} from './bundle/face-editor.ts';
export { logitOf, probabilityOf } from './bundle/probability.ts';
export type { Reached } from './bundle/reached.ts';
export { UserError } from './errors.ts';
export type { Conditioned } from './latent/conditioning.ts';
export type { Edited, Hyperplane } from './latent/edit.ts';
export type { LayerName, LayerRange } from './latent/layers.ts';
export { formatMove, type LatentMove, type Move, type ProbabilityMove, parseMove } from './latent/moves.ts';
export { type MoveRange, parseMoveRange } from './latent/strip.ts';
export type { Geometry } from './models/latents.ts';
export {
  addRecipe,
  formatRecipe,
  formatRecipes,
  parseRecipe,
  parseRecipes,
  type Recipe,
  readRecipes,
  type Start,
  type Strip,
} from './recipe/recipe.ts';
export type { Device } from './runtime/device.ts';
