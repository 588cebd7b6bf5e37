// Stage `edit`: shows faces moved along attributes while others are locked, as strips or as an animation.
import { extname } from 'node:path';
import { z } from 'zod';
import { holdNames } from '../../../core/directions/hold.ts';
import { defaultTiming, formatRecipes, type Recipe } from '../../../core/editing/recipe.ts';
import { formatMoveRange, parseMoveRange } from '../../../core/editing/strip.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import { describeMissed, isMissed } from '../../../core/editor/wanted-probability.ts';
import { UserError } from '../../../core/errors.ts';
import { geometryNames } from '../../../core/models/latents.ts';
import { openBundle } from '../../artefacts/bundle.ts';
import { writeWhole } from '../../files/files.ts';
import { silentLog } from '../../log/log.ts';
import { deviceOptions, pathOption, psiOption } from '../framework/options.ts';
import { defineStage, type StageContext } from '../framework/stage.ts';
import { changeOf, type FaceChange, listed, printEdit, warningsAbout } from './changes.ts';
import { checkFaceOptions, defaultScale, facesOf, type NamedFace } from './faces.ts';
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

const [defaultSteps, defaultAnimationSteps] = [7, 15];

const options = z.strictObject({
  bundle: pathOption().describe('folder of a model bundle, such as models/celeba-64'),
  seed: z
    .array(z.int().min(0))
    .min(1)
    .optional()
    .meta({ defaultInWords: '0' })
    .describe('face to edit, by its seed; repeat for one strip each'),
  latent: pathOption()
    .optional()
    .describe('.npy file of a latent [d] or several [n, d], to edit these faces instead of seeds'),
  row: z
    .array(z.int().min(0))
    .min(1)
    .optional()
    .meta({ defaultInWords: 'all' })
    .describe('row of --latent to edit, from 0; repeatable'),
  recipe: pathOption()
    .optional()
    .describe('PNG, WebP, JPEG or JSON file with the recipe of an earlier edit: repeat that, byte for byte'),
  move: z
    .array(z.string())
    .default([])
    .meta({ list: 'moves' })
    .describe(
      'attribute=strength in σ, e.g. Young=-2; =@distance for a signed distance; =p90 for the strength at which the ' +
        'classifier gives each face 90 %; =from..to for both ends; repeatable',
    ),
  lock: z
    .array(z.string())
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
  steps: z
    .int()
    .min(1)
    .max(99)
    .optional()
    .meta({ defaultInWords: `${defaultSteps}; ${defaultAnimationSteps} in an animation` })
    .describe('frames from the first end of the moves to the last; 1: only the last'),
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
  scale: z
    .int()
    .min(1)
    .max(32)
    .optional()
    .meta({ defaultInWords: `${defaultScale}` })
    .describe('enlargement of each frame'),
  delay: z
    .int()
    .min(20)
    .max(10_000)
    .optional()
    .meta({ defaultInWords: `${defaultTiming.delay}` })
    .describe('milliseconds that an animation shows each frame'),
  loop: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .meta({ defaultInWords: `${defaultTiming.loop}` })
    .describe('times that an animation is shown; 0: without end'),
  pingPong: z.boolean().optional().meta({ defaultInWords: 'off' }).describe('let an animation go back the same way'),
  out: pathOption()
    .meta({ destination: 'file' })
    .describe(
      'file to write, by its ending: .png (a strip a face), .webp or .gif (animated), .json (only the recipes); all but ' +
        '.gif carry the recipes',
    ),
  force: z.boolean().default(false).describe('replace an existing file at --out'),
  ...deviceOptions,
});

type Config = z.output<typeof options>;

export const edit = defineStage({
  name: 'edit',
  description: 'Edit generated faces: move attributes, lock others, and write strips or an animation of the steps.',
  examples: [
    '--bundle models/celeba-64 --seed 7 --move Young=-2 --lock Male --lock Eyeglasses --out strip.png',
    '--bundle models/celeba-64 --seed 0,1,2 --move Smiling=p5..p95 --lock Male,Young --nearest --out smiles.webp --ping-pong',
    '--bundle models/celeba-64 --seed 7 --move Male=@1.5 --steps 1 --scale 8 --out face.png',
    '--bundle models/celeba-64 --recipe strip.png --out again.png',
  ],
  options,
  async run(config, context) {
    const { out } = config;
    const format = formatOf(out);
    checkFaceOptions(config);
    for (const move of config.move) {
      if (/[,%]/.test(move)) context.log.info(`--move ${move} is read as ${formatMoveRange(parseMoveRange(move))}`);
    }
    const editor = await openBundle(config.bundle, config);
    const { faces: asked, strip } = await facesOf(config, editor, context.log);
    const drawing = drawingOf(config, format, strip);
    if (format !== 'json') checkDrawing(editor.bundle.resolution, asked.length, drawing, format);
    const { faces, drawn, changes } = await drawFaces(editor, asked, drawing.steps, config.nearest, context);
    const recipes = recipesOf(
      editor,
      faces.map(({ face }) => face),
      drawing,
    );
    const bytes = await encode(editor, drawn, recipes, drawing, format);
    await editor.release();
    context.signal.throwIfAborted();
    await writeWhole(out, bytes);
    for (const warning of warningsAbout(editor, changes)) context.log.warn(warning);
    if (format === 'gif') context.log.info('a GIF carries no recipe; a .webp or .json with the same options does');
    return { out, faces: faces.length, frames: drawing.steps, residuals: residualsOf(drawn), changes };
  },
  print: result => printEdit(result),
});

const formats = ['png', 'webp', 'gif', 'json'] as const;
type Format = (typeof formats)[number];

function formatOf(out: string): Format {
  const ending = extname(out).slice(1).toLowerCase();
  const format = formats.find(each => each === ending);
  if (format === undefined) {
    throw new UserError(`--out must end in ${formats.map(each => `.${each}`).join(', ')}; got ${out}`);
  }
  return format;
}

/** Takes each setting from the options, else from the recipe, else from the defaults. */
function drawingOf(config: Config, format: Format, earlier: Partial<Drawing> = {}): Drawing {
  const animated = format === 'webp' || format === 'gif';
  const steps = config.steps ?? earlier.steps ?? (animated ? defaultAnimationSteps : defaultSteps);
  const scale = config.scale ?? earlier.scale ?? defaultScale;
  const { delay, loop, pingPong } = { ...defaultTiming, ...earlier.timing };
  const given = { delay: config.delay, loop: config.loop, pingPong: config.pingPong };
  if (!animated && format !== 'json') {
    const flags = { '--delay': config.delay, '--loop': config.loop, '--ping-pong': config.pingPong };
    const misplaced = Object.entries(flags).find(([, value]) => value !== undefined);
    if (misplaced !== undefined) {
      throw new UserError(`${misplaced[0]} is for animations; --out must end in .webp or .gif then, got ${config.out}`);
    }
    return { steps, scale };
  }
  const anyTiming = animated || earlier.timing !== undefined || Object.values(given).some(value => value !== undefined);
  if (!anyTiming) return { steps, scale };
  const timing = {
    delay: given.delay ?? delay,
    loop: given.loop ?? loop,
    pingPong: given.pingPong ?? pingPong,
  };
  return { steps, scale, timing };
}

/** Faces from which on a progress bar is worth showing. */
const manyFaces = 10;

/**
 * Draws the faces one by one, turning wanted probabilities into strengths.
 * @throws UserError naming all faces that cannot reach theirs.
 */
async function drawFaces(
  editor: FaceEditor,
  asked: readonly NamedFace[],
  steps: number,
  nearest: boolean,
  { log, signal }: StageContext,
) {
  const faces: NamedFace[] = [];
  const drawn: DrawnFace[] = [];
  const changes: FaceChange[] = [];
  const missed: string[] = [];
  const progress = (asked.length > manyFaces ? log : silentLog).progress('edit', asked.length, 'faces');
  for (const { name, face } of asked) {
    signal.throwIfAborted();
    const { moves, wanted } = await editor.resolveStrip({ ...face, steps }, { nearest: true });
    missed.push(...wanted.filter(isMissed).map(each => describeMissed(each, name)));
    faces.push({ name, face: { ...face, moves } });
    drawn.push(await drawFace(editor, faces.at(-1)!.face, steps));
    changes.push(await changeOf(editor, faces.at(-1)!, drawn.at(-1)!));
    progress.update(faces.length);
  }
  progress.finish();
  if (missed.length > 0 && !nearest) {
    throw new UserError(
      `a probability must be within reach of the face; got ${listed(missed)}. Ask for less, unlock attributes, leave ` +
        'these faces out, or take the closest with --nearest',
    );
  }
  for (const each of missed) log.warn(`out of reach: ${each}`);
  return { faces, drawn, changes };
}

async function encode(
  editor: FaceEditor,
  drawn: readonly DrawnFace[],
  recipes: readonly Recipe[],
  drawing: Drawing,
  format: Format,
): Promise<Uint8Array | string> {
  if (format === 'json') return `${formatRecipes(recipes)}\n`;
  if (format === 'png') return encodeStrips(editor, drawn, recipes, drawing);
  return encodeFaceAnimation(editor, drawn, recipes, { ...drawing, timing: drawing.timing ?? defaultTiming, format });
}
