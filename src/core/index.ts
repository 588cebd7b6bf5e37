// The library's entry for any runtime: what works on a bundle once a program brings ONNX Runtime and reads the files.
export { type AttributeName, attributeNames } from './attributes.ts';
export type { Direction, DirectionFacts } from './directions/direction.ts';
export { type Hold, holdNames } from './directions/hold.ts';
export type { LayerName, LayerRange } from './directions/layers.ts';
export type { ScoredDirection } from './directions/scored.ts';
export type { Conditioned } from './editing/conditioning.ts';
export type { MovedFurther } from './editing/curve-edit.ts';
export { formatMove, type LatentMove, type Move, type ProbabilityMove, parseMove } from './editing/moves.ts';
export {
  addRecipe,
  formatRecipe,
  formatRecipes,
  parseRecipe,
  parseRecipes,
  type Recipe,
  readRecipes,
  type Strip,
  type Timing,
} from './editing/recipe.ts';
export { recipesAsXmp, recipesIn } from './editing/recipe-file.ts';
export type { Edited, Step } from './editing/request.ts';
export type { Start } from './editing/start.ts';
export { type MoveRange, parseMoveRange } from './editing/strip.ts';
export type { Bundle, Hash, ReadFile } from './editor/bundle.ts';
export { FaceEditor, loadBundle } from './editor/face-editor.ts';
export type { Portrait } from './editor/portrait.ts';
export type { PortraitFigures } from './editor/portrait-file.ts';
export type { EditorServices, FindFaces, PortraitOptions } from './editor/portrait-finder.ts';
export { logitOf, probabilityOf } from './editor/probability.ts';
export {
  type Conditions,
  type EditRequest,
  type ResolvedEdit,
  type ResolvedStrip,
  type ResolveOptions,
  type StripRequest,
  stripOf,
} from './editor/requests.ts';
export type { WantedProbability } from './editor/wanted-probability.ts';
export { UserError } from './errors.ts';
export type { ColourSpace } from './formats/icc.ts';
export type { Target, WeightPrecision } from './graph/target.ts';
export type { Geometry } from './models/latents.ts';
export { boxFromClicks, boxFromPoints, parsePoints } from './portraits/alignment.ts';
export { cropFace, type FaceCrop } from './portraits/crop-face.ts';
export { FaceFinder, faceFinderFiles } from './portraits/face-finder.ts';
export type { InversionPhase, InversionProgress } from './portraits/inversion/networks.ts';
export { type Patch, pasteBack, pastePatch, withPatch } from './portraits/paste-back.ts';
export type { FaceBox, FacePoints, FoundFace, Photo, Point } from './portraits/photo.ts';
export type { Device } from './runtime/device.ts';
