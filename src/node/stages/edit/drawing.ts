// The file that `edit` writes: its format by the ending, and how its frames are put into it.
import { extname } from 'node:path';
import { defaultTiming, type Recipe } from '../../../core/editing/recipe.ts';
import { formatMoveRange, parseMoveRange } from '../../../core/editing/strip.ts';
import { UserError } from '../../../core/errors.ts';
import { givenFlags } from '../framework/option-schema.ts';
import { defaultScale } from './faces.ts';
import { photoFormatOf } from './photos.ts';
import type { Drawing } from './strips.ts';

export interface DrawingConfig {
  readonly out: string;
  readonly portrait?: readonly string[] | undefined;
  readonly photo?: string | undefined;
  readonly photos?: string | undefined;
  readonly steps?: number | undefined;
  readonly move?: readonly string[] | undefined;
  readonly scale?: number | undefined;
  readonly delay?: number | undefined;
  readonly loop?: number | undefined;
  readonly pingPong?: boolean | undefined;
}

/** Frames of a strip, and of an animation, where nobody says how many. */
export const [defaultSteps, defaultAnimationSteps] = [7, 15];

const formats = ['png', 'webp', 'gif', 'json'] as const;
export type FramesFormat = (typeof formats)[number];
/** `photo`: the whole photo, edited. */
export type Format = FramesFormat | 'photo';

/** @param recipes that are repeated. */
export function formatOf({ out, portrait, photo, steps = 1 }: DrawingConfig, recipes: readonly Recipe[]): Format {
  const ending = extname(out).slice(1).toLowerCase();
  const ofPhoto = portrait !== undefined || photo !== undefined;
  const animated = ending === 'webp' || ending === 'gif';
  // A recipe of several frames says so; of one frame of a portrait it is that of the whole photo.
  const isStrip = recipes.length > 1 || recipes.some(({ strip }) => strip !== undefined && strip.steps > 1);
  if (ofPhoto && !animated && !(ending === 'png' && isStrip) && photoFormatOf(out) !== undefined && steps === 1) {
    if ((portrait?.length ?? 1) === 1) return 'photo';
    throw new UserError(
      `a whole photo is of one portrait; got ${portrait!.length} for ${out}. Give --steps for strips in a .png`,
    );
  }
  const format = formats.find(each => each === ending);
  if (format !== undefined) return format;
  const photos = ofPhoto && steps === 1 ? ', .jpg, .avif, .tif' : '';
  const isWhole = ofPhoto && steps > 1 && photoFormatOf(out) !== undefined;
  throw new UserError(
    `--out must end in ${formats.map(each => `.${each}`).join(', ')}${photos}` +
      (isWhole ? ` for ${steps} steps; got ${out}. Leave --steps out for the whole photo` : `; got ${out}`),
  );
}

/** @throws UserError for options that a file of this format has no use for. */
export function checkDrawingOptions(config: DrawingConfig, format: Format): void {
  const { scale, steps, photos, out } = config;
  if (photos !== undefined && steps !== undefined && steps !== 1) {
    throw new UserError(
      `--photos writes whole photos, not strips of ${steps} steps. Leave --steps out, or give --photo`,
    );
  }
  const range = (config.move ?? []).map(parseMoveRange).find(({ from }) => from !== undefined);
  if (format === 'photo' && range !== undefined) {
    throw new UserError(
      `a whole photo is one picture, so each move has one end; got --move ${formatMoveRange(range)}. Give one, or ` +
        `${photos === undefined ? '' : '--photo and '}--steps for a strip in a .png`,
    );
  }
  if (format === 'photo' && scale !== undefined) {
    throw new UserError(`--scale is for frames; a whole photo keeps its size; got ${scale}. Leave it out`);
  }
  if (isAnimated(format) || format === 'json') return;
  const { delay, loop, pingPong } = config;
  const [misplaced] = givenFlags({ '--delay': delay, '--loop': loop, '--ping-pong': pingPong });
  if (misplaced !== undefined && photos !== undefined) {
    throw new UserError(`${misplaced} is for animations; --photos writes whole photos. Leave it out`);
  }
  if (misplaced !== undefined) {
    throw new UserError(`${misplaced} is for animations; --out must end in .webp or .gif then, got ${out}`);
  }
}

/** Takes each setting from the options, which `checkDrawingOptions` passed, else from the recipe, else from the defaults. */
export function drawingOf(config: DrawingConfig, format: Format, earlier: Partial<Drawing> = {}): Drawing {
  if (format === 'photo') return { steps: 1, scale: 1 };
  const animated = isAnimated(format);
  const steps = config.steps ?? earlier.steps ?? (animated ? defaultAnimationSteps : defaultSteps);
  const scale = config.scale ?? earlier.scale ?? defaultScale;
  const { delay, loop, pingPong } = { ...defaultTiming, ...earlier.timing };
  const given = { delay: config.delay, loop: config.loop, pingPong: config.pingPong };
  if (!animated && format !== 'json') return { steps, scale };
  const anyTiming = animated || earlier.timing !== undefined || Object.values(given).some(value => value !== undefined);
  if (!anyTiming) return { steps, scale };
  const timing = {
    delay: given.delay ?? delay,
    loop: given.loop ?? loop,
    pingPong: given.pingPong ?? pingPong,
  };
  return { steps, scale, timing };
}

function isAnimated(format: Format): boolean {
  return format === 'webp' || format === 'gif';
}
