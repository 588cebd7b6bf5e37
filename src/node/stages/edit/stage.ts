// Stage `edit`: shows faces moved along attributes while others are locked, as strips or as an animation.
import { basename, join } from 'node:path';
import { z } from 'zod';
import { holdNames } from '../../../core/directions/hold.ts';
import {
  defaultTiming,
  formatRecipes,
  type Recipe,
  scaleSchema,
  stepsSchema,
  timingSchema,
} from '../../../core/editing/recipe.ts';
import { formatMoveRange, parseMoveRange } from '../../../core/editing/strip.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { describeMissed, isMissed } from '../../../core/editor/wanted-probability.ts';
import { countOf, firstFew, UserError } from '../../../core/errors.ts';
import { geometryNames } from '../../../core/models/latents.ts';
import { readRecipeFile } from '../../artefacts/recipes.ts';
import { writeWhole } from '../../files/files.ts';
import { checkFileFree, exists, isIn } from '../../files/places.ts';
import { silentLog } from '../../log/log.ts';
import { openPhotoBundle } from '../../photos/bundle.ts';
import type { OpenedPhoto } from '../../photos/portrait-run.ts';
import { beginWork } from '../../runs/run-folder.ts';
import { deviceOptions, nameOption, pathOption, psiOption } from '../framework/options.ts';
import { checkQueueOptions, queueOptions } from '../framework/spread.ts';
import { defineStage, type StageContext } from '../framework/stage.ts';
import { checkOpensPhotos, checkPhotoOptions, photoOptions } from '../invert/open-photo.ts';
import { changeOf, type EditResult, type FaceChange, type PhotoResult, printEdit, warningsAbout } from './changes.ts';
import {
  checkDrawingOptions,
  defaultAnimationSteps,
  defaultSteps,
  drawingOf,
  type Format,
  type FramesFormat,
  formatOf,
} from './drawing.ts';
import {
  checkFaceOptions,
  checkRecipesFitPhotos,
  checkWishes,
  defaultScale,
  facesOf,
  type NamedFace,
} from './faces.ts';
import {
  checkFinding,
  checkNoOtherEdits,
  editedPhoto,
  editFolder,
  openPhotos,
  photoFormatOf,
  photoFrames,
  printPhotos,
  warningsOf,
} from './photos.ts';
import { editFolderByQueue } from './photos-by-queue.ts';
import {
  checkDrawing,
  type Drawing,
  type DrawnFace,
  drawFace,
  encodeFaceAnimation,
  encodeStrips,
  recipesOf,
  residualsOf,
} from './strips.ts';

const options = z.strictObject({
  bundle: pathOption().describe('folder of a model bundle, such as models/celeba-64'),
  seed: z
    .array(z.int().min(0))
    .min(1)
    .optional()
    .meta({ defaultInWords: '0' })
    .describe('faces to edit, by their seeds: 7, or 0,1,2, or 0-63; a strip each'),
  latent: pathOption()
    .optional()
    .describe('.npy file of a latent [d] or several [n, d], to edit these faces instead of seeds'),
  row: z
    .array(z.int().min(0))
    .min(1)
    .optional()
    .meta({ defaultInWords: 'all' })
    .describe('row of --latent to edit, from 0; repeatable'),
  portrait: z
    .array(pathOption())
    .min(1)
    .optional()
    .describe('run folder of invert: edit this portrait; repeat for one strip each'),
  photo: pathOption().optional().describe('photo to edit in one step: its face is found first, as by invert'),
  photos: pathOption()
    .optional()
    .describe('folder of photos to edit, without the folders in it; each is written under its own name into --out'),
  ...photoOptions,
  recipe: pathOption()
    .optional()
    .describe('picture or JSON file with the recipe of an earlier edit: repeat that, byte for byte'),
  move: z
    .array(z.string())
    .default([])
    .meta({ list: 'moves' })
    .describe(
      'attribute=strength in σ, e.g. Young=-2; =@distance for a signed distance; =p90 for the strength at which the ' +
        'classifier gives each face 90 %; =from..to for both ends; repeatable',
    ),
  lock: z
    .array(nameOption())
    .default([])
    .describe('attribute that must not change, or suggested: those that the bundle suggests for the moves; repeatable'),
  layers: z
    .array(z.string())
    .default([])
    .describe(
      'layers of a style generator that moves act on: coarse, middle, fine, all, or rows such as 0-2; attribute=layers ' +
        "for one move only; repeatable; left out: the model's own",
    ),
  psi: psiOption()
    .optional()
    .meta({ defaultInWords: "the bundle's" })
    .describe('truncation of the faces of --seed before they are edited: 1 for all variety, less for nearer the mean'),
  nearest: z
    .boolean()
    .default(false)
    .describe('take the closest where a face cannot reach a probability, and warn, instead of refusing'),
  steps: stepsSchema
    .optional()
    .meta({ defaultInWords: `${defaultSteps}; ${defaultAnimationSteps} in an animation; 1 of a photo` })
    .describe('frames from the first end of the moves to the last; 1: only the last, of a photo the whole photo'),
  geometry: z
    .enum(geometryNames)
    .optional()
    .meta({ defaultInWords: "the model's own" })
    .describe("sphere keeps the latent's length and every moved and locked distance; linear is plain addition"),
  hold: z
    .enum(holdNames)
    .optional()
    .meta({ defaultInWords: "the model's own" })
    .describe(
      'how locks hold; linear: locked distances stay exactly, in a straight line; field: what the classifier sees stays, ' +
        'along a curve',
    ),
  scale: scaleSchema
    .optional()
    .meta({ defaultInWords: `${defaultScale}` })
    .describe('enlargement of each frame'),
  delay: timingSchema.shape.delay
    .optional()
    .meta({ defaultInWords: `${defaultTiming.delay}` })
    .describe('milliseconds that an animation shows each frame'),
  loop: timingSchema.shape.loop
    .optional()
    .meta({ defaultInWords: `${defaultTiming.loop}` })
    .describe('times that an animation is shown; 0: without end'),
  pingPong: z.boolean().optional().meta({ defaultInWords: 'off' }).describe('let an animation go back the same way'),
  out: pathOption()
    .meta({ destination: 'file', unless: 'photos' })
    .describe(
      'file to write, by its ending: .png (a strip a face), .webp or .gif (animated), .json (only the recipes); all but ' +
        '.gif carry the recipes; of a portrait or photo .jpg, .png, .avif or .tif for the whole photo; a folder for --photos',
    ),
  force: z.boolean().default(false).describe('replace an existing file at --out'),
  ...deviceOptions,
  ...queueOptions,
  queue: queueOptions.queue.describe(
    'with --photos: let the workers of this Redis do the work, see face-tuning worker; left out: threads of this machine',
  ),
});

type Config = z.output<typeof options>;

export const edit = defineStage({
  name: 'edit',
  description:
    'Edit generated faces and photos: move attributes, lock others, and write strips, an animation or the whole photo.',
  examples: [
    '--bundle models/celeba-64 --seed 7 --move Young=-2 --lock Male --lock Eyeglasses --out strip.png',
    '--bundle models/celeba-64 --seed 0,1,2 --move Smiling=p5..p95 --lock Male,Young --nearest --out smiles.webp --ping-pong',
    '--bundle models/celeba-64 --seed 7 --move Male=@1.5 --steps 1 --scale 8 --out face.png',
    '--bundle models/celeba-64 --recipe strip.png --out again.png',
    '--bundle models/mine --portrait portraits/me --move Smiling=p90 --lock Male --out me.jpg',
    '--bundle models/mine --photos holiday --move Smiling=p90 --nearest --out smiling',
  ],
  options,
  async run(config, context) {
    checkFaceOptions(config);
    checkPhotoOptions(config);
    checkFinding(config);
    checkQueueOptions(config);
    if (config.queue !== undefined && config.photos === undefined) {
      throw new UserError('--queue hands out the photos of a folder; give it with --photos, or leave --queue out');
    }
    for (const move of config.move) {
      if (/[,%]/.test(move)) context.log.info(`--move ${move} is read as ${formatMoveRange(parseMoveRange(move))}`);
    }
    const { out, photo } = config;
    if (photo !== undefined && (await isIn(out, photo))) {
      throw new UserError(`--out must be another file than --photo; got ${out} for both`);
    }
    const recipes = config.recipe === undefined ? [] : await readRecipeFile(config.recipe);
    checkRecipesFitPhotos(config, recipes);
    const format = config.photos === undefined ? formatOf(config, recipes) : 'photo';
    checkDrawingOptions(config, format);
    if (config.photos !== undefined) return editPhotos(config, config.photos, context);
    const editor = await openPhotoBundle(config.bundle, config);
    if (config.photo !== undefined) {
      checkOpensPhotos(editor.bundle);
      checkSize(editor, 1, drawingOf(config, format, recipes[0]?.strip), format);
    }
    if (config.portrait === undefined) await checkWishes(config, editor, silentLog);
    beginWork();
    const writes = format === 'photo' ? photoFormatOf(config.out) : undefined;
    const photos = await openPhotos(config, editor, context, writes);
    const result = await editInto(config, format, editor, photos, context);
    for (const { portrait } of photos) await portrait.release();
    await editor.release();
    return result;
  },
  print: result => (result.photos === undefined ? printEdit(result) : printPhotos(result.photos)),
});

/** @throws UserError where the frames of so many faces are too large for a file of this format. */
function checkSize({ bundle }: FaceEditor, faces: number, drawing: Drawing, format: Format): void {
  if (format !== 'json' && format !== 'photo') checkDrawing(bundle.resolution, faces, drawing, format);
}

/** Edits each photo of a folder by the same options. */
async function editPhotos(config: Config, folder: string, context: StageContext): Promise<EditResult> {
  const { out, force } = config;
  const editor = await openPhotoBundle(config.bundle, config);
  checkOpensPhotos(editor.bundle);
  await checkWishes(config, editor, silentLog);
  if (!force) await checkNoOtherEdits(folder, out, config.move.map(parseMoveRange));
  beginWork();
  if (config.queue !== undefined) {
    await editor.release();
    return photosResult(config, editor, await editFolderByQueue(config, folder, context), context);
  }
  const editOne = async (photo: string, target: string) => {
    await checkFileFree(target, force);
    const single = { ...config, photo, photos: undefined, out: target, steps: 1 };
    const own = { ...context, log: warningsOf(photo, context.log) };
    const opened = await openPhotos(single, editor, own, photoFormatOf(target));
    try {
      const { bytes, result } = await editedFile(single, 'photo', editor, opened, own);
      changes.push(...result.changes);
      return bytes;
    } finally {
      for (const { portrait } of opened) await portrait.release();
    }
  };
  const changes: FaceChange[] = [];
  const photos = await editFolder(folder, out, editOne, context);
  await editor.release();
  return photosResult(config, editor, { photos, changes }, context);
}

/** Warns once of what concerns many photos. @throws UserError where none was edited, now or before. */
async function photosResult(
  { out }: Config,
  editor: FaceEditor,
  { photos, changes }: { readonly photos: readonly PhotoResult[]; readonly changes: readonly FaceChange[] },
  { log }: StageContext,
): Promise<EditResult> {
  const there = await Promise.all(photos.map(({ photo }) => exists(join(out, basename(photo)))));
  if (!there.includes(true)) {
    throw new UserError(`none of ${countOf(photos.length, 'photos')} was edited: ${photos[0]!.problem}. Give others`);
  }
  for (const warning of warningsAbout(editor, changes)) log.warn(warning);
  return { out, faces: changes.length, frames: 1, residuals: {}, changes, photos };
}

/** Edits the faces that the options name and writes one file. */
async function editInto(
  config: Config,
  format: Format,
  editor: FaceEditor,
  photos: readonly OpenedPhoto[],
  context: StageContext,
): Promise<EditResult> {
  const { bytes, result } = await editedFile(config, format, editor, photos, context);
  context.signal.throwIfAborted();
  await writeWhole(result.out, bytes);
  for (const warning of warningsAbout(editor, result.changes)) context.log.warn(warning);
  if (format === 'gif') context.log.info('a GIF carries no recipe; a .webp or .json with the same options does');
  return result;
}

/** Edits the faces that the options name. @returns the file, and what changed. */
export async function editedFile(
  config: Config,
  format: Format,
  editor: FaceEditor,
  photos: readonly OpenedPhoto[],
  context: StageContext,
): Promise<{ readonly bytes: Uint8Array | string; readonly result: EditResult }> {
  const { out } = config;
  const { faces: asked, strip } = await facesOf(config, editor, photos, context.log);
  const drawing = drawingOf(config, format, strip);
  const { resolution } = editor.bundle;
  checkSize(editor, asked.length, drawing, format);
  const shown = format === 'json' ? 1 : drawing.steps; // recipes need no pictures, and changes are those of the last frame
  const { faces, drawn, changes } = await drawFaces(asked, { steps: drawing.steps, shown }, config.nearest, context);
  const requests = faces.map(({ face }) => face);
  const recipes = recipesOf(editor, requests, drawing);
  const bytes =
    format === 'photo'
      ? await editedPhoto(faces[0]!.photo!, drawn[0]!, recipes[0]!, photoFormatOf(out)!)
      : await encode(await framesOf(faces, drawn, resolution, drawing), recipes, format);
  const result = { out, faces: faces.length, frames: drawing.steps, residuals: residualsOf(drawn), changes };
  return { bytes, result };
}

/** Faces from which on a progress bar is worth showing. */
const manyFaces = 10;

/**
 * Draws the faces one by one, turning wanted probabilities into strengths.
 * @throws UserError naming all faces that cannot reach theirs.
 */
async function drawFaces(
  asked: readonly NamedFace[],
  { steps, shown }: { readonly steps: number; readonly shown: number },
  nearest: boolean,
  { log, signal }: StageContext,
) {
  const faces: NamedFace[] = [];
  const drawn: DrawnFace[] = [];
  const changes: FaceChange[] = [];
  const missed: string[] = [];
  const progress = (asked.length > manyFaces ? log : silentLog).progress('edit', asked.length, 'faces');
  for (const each of asked) {
    const { name, face, editor } = each;
    signal.throwIfAborted();
    const { moves, wanted } = await editor.resolveStrip({ ...face, steps }, { nearest: true });
    missed.push(...wanted.filter(isMissed).map(wish => describeMissed(wish, name)));
    const solved = { ...each, face: { ...face, moves } };
    faces.push(solved);
    drawn.push(await drawFace(editor, solved.face, steps, shown));
    changes.push(await changeOf(solved, drawn.at(-1)!));
    progress.update(faces.length);
  }
  progress.finish();
  if (missed.length > 0 && !nearest) {
    throw new UserError(
      `a probability must be within reach of the face; got ${firstFew(missed)}. Ask for a nearer one, unlock attributes, leave ` +
        'these faces out, or take the closest with --nearest',
    );
  }
  for (const each of missed) log.warn(`out of reach: ${each}`);
  return { faces, drawn, changes };
}

/** Drawn faces, the side of their frames, and how they are put into a file. */
interface Frames {
  readonly drawn: readonly DrawnFace[];
  readonly resolution: number;
  readonly drawing: Drawing;
}

/** Frames of photos are drawn at their own detail, those of generated faces enlarged from the generator's. */
async function framesOf(
  faces: readonly NamedFace[],
  drawn: readonly DrawnFace[],
  resolution: number,
  drawing: Drawing,
): Promise<Frames> {
  if (faces.every(({ photo }) => photo === undefined)) return { drawn, resolution, drawing };
  const side = resolution * drawing.scale;
  const detailed: DrawnFace[] = [];
  for (const [i, { photo, name }] of faces.entries()) {
    if (photo === undefined)
      throw new UserError(`a file must hold photos' faces alone or none; got ${name} among them`);
    detailed.push({ edits: drawn[i]!.edits, images: await photoFrames(photo, drawn[i]!, side) });
  }
  return { drawn: detailed, resolution: side, drawing: { ...drawing, scale: 1 } };
}

async function encode(
  { drawn, resolution, drawing }: Frames,
  recipes: readonly Recipe[],
  format: FramesFormat,
): Promise<Uint8Array | string> {
  if (format === 'json') return `${formatRecipes(recipes)}\n`;
  if (format === 'png') return encodeStrips(resolution, drawn, recipes, drawing);
  const timing = drawing.timing ?? defaultTiming;
  return encodeFaceAnimation(resolution, drawn, recipes, { ...drawing, timing, format });
}
