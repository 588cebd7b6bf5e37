// Requests and answers of the service: zod schemas that requests are checked with and that /openapi.json is made of.
import { z } from '@hono/zod-openapi';
import { holdNames } from '../../../core/directions/hold.ts';
import {
  defaultTiming,
  mostLatentNumbers,
  recipeSchema,
  scaleSchema,
  stepsSchema,
  timingSchema,
} from '../../../core/editing/recipe.ts';
import { geometryNames, mostPsi } from '../../../core/models/latents.ts';
import { facePictures, photoPictures } from './accept.ts';

/** Moves, locks or layers of a request: there are few more directions than 40. */
const mostNames = 100;

const attribute = z.string().min(1).max(64).describe('name of a direction of /v1/model');

const change = z.tuple([z.number(), z.number()]).describe('before and after the edit');

const psi = z.number().min(0).max(mostPsi);

const moveSchema = z.union([
  z.string().min(1).max(100).openapi({ example: 'Young=-2' }),
  z.discriminatedUnion('kind', [
    z.strictObject({ attribute, kind: z.literal('relative'), strength: z.number() }),
    z.strictObject({ attribute, kind: z.literal('absolute'), distance: z.number() }),
    z.strictObject({ attribute, kind: z.literal('probability'), probability: z.number().gt(0).lt(1) }),
  ]),
]);

const layersSchema = z.union([z.string().min(1).max(10), z.tuple([z.int().min(0), z.int().min(0)])]);

const { delay, loop, pingPong } = timingSchema.shape;

export const editSchema = z
  .strictObject({
    seed: z.int().min(0).optional().describe('the face that this seed draws').openapi({ example: 7 }),
    psi: psi.optional().describe("truncation of the seed's face; left out: the model's"),
    latent: z
      .array(z.number())
      .min(1)
      .max(mostLatentNumbers)
      .optional()
      .describe('a latent instead of a seed: d numbers, or d for each layer, coarse to fine'),
    recipe: recipeSchema
      .optional()
      .describe('a recipe, as a picture or a JSON answer carries it; it says seed, moves and all else'),
    moves: z
      .array(moveSchema)
      .max(mostNames)
      .optional()
      .describe(
        'Young=-2 by two σ, Young=@1.5 to a distance, Smiling=p90 to a probability, Young=-3..3 from one end of a ' +
          'strip to the other; or the same as data',
      )
      .openapi({ example: ['Young=-2'] }),
    locks: z
      .array(attribute)
      .max(mostNames)
      .optional()
      .describe('directions that stay unless they are moved themselves; suggested: those that the model suggests')
      .openapi({ example: ['Male'] }),
    hold: z.enum(holdNames).optional().describe("how locks hold; left out: the model's way"),
    geometry: z.enum(geometryNames).optional().describe("left out: the model's"),
    layers: z
      .record(attribute, layersSchema)
      .optional()
      .describe('layers that moves act on: coarse, middle, fine, all, rows such as 0-2 or [0, 2]'),
    nearest: z.boolean().default(false).describe('take the closest probability that can be reached'),
    steps: stepsSchema.optional().describe('frames of a strip or an animation; 1: one face'),
    scale: scaleSchema.optional().describe('enlargement of each face'),
    timing: z
      .strictObject({
        delay: delay.default(defaultTiming.delay).describe('milliseconds a frame'),
        loop: loop.default(defaultTiming.loop).describe('times it is shown; 0: without end'),
        pingPong: pingPong.default(defaultTiming.pingPong).describe('goes back the same way'),
      })
      .optional()
      .describe('timing of an animation, for WebP of several steps'),
    picture: z
      .enum(facePictures)
      .optional()
      .describe('for answers in JSON alone, which then carry the picture as a data URL'),
  })
  .openapi('Edit');

/** An edit as a request asks for it: from a seed, a latent or a recipe, which says all but `nearest` and `picture`. */
export type EditBody = z.output<typeof editSchema>;

const boxSchema = z
  .strictObject({ x: z.number(), y: z.number(), side: z.number().gt(0), angle: z.number() })
  .describe('the square around the face, in pixels of the photo: its middle, its side, degrees it is turned clockwise');

export const photoEditSchema = editSchema
  .pick({ moves: true, locks: true, hold: true, geometry: true, layers: true, nearest: true })
  .extend({
    face: z.int().min(1).max(100).default(1).describe('the face of several, 1 being the largest'),
    box: boxSchema.optional(),
    quick: z.boolean().default(false).describe("takes the encoder's word alone: at once, and less alike"),
    picture: z
      .enum(photoPictures)
      .optional()
      .describe('for answers in JSON alone, which then carry the photo as a data URL'),
    keep: z
      .boolean()
      .default(false)
      .describe('for answers in JSON alone, which then carry the portrait, for the next edit of this photo'),
  })
  .openapi('PhotoEdit');

/** The edit of a face in a photo. */
export type PhotoEdit = z.output<typeof photoEditSchema>;

export const photoFormSchema = z
  .strictObject({
    photo: z.instanceof(File, { error: 'must be a file' }).openapi({ type: 'string', format: 'binary' }),
    portrait: z.instanceof(File, { error: 'must be a file' }).optional().openapi({
      type: 'string',
      format: 'binary',
      description: 'portrait.file of an earlier answer, decoded: the face need not be found again',
    }),
    edit: z
      .string()
      .transform((text, { issues }) => {
        try {
          return JSON.parse(text);
        } catch {
          issues.push({ code: 'custom', message: 'must be JSON', input: text });
          return z.NEVER;
        }
      })
      .pipe(photoEditSchema)
      .default(() => photoEditSchema.parse({}))
      .openapi({ type: 'string', description: 'PhotoEdit as JSON', example: '{"moves": ["Smiling=p90"]}' }),
  })
  .openapi('PhotoForm');

/** Text of a path or a query as a number. */
const written = (pattern: RegExp, rule: string) =>
  z
    .string()
    .regex(pattern, { error: `must be ${rule}` })
    .transform(Number);
const wholeNumber = written(/^\d{1,16}$/, 'a whole number from 0');

export const seedSchema = z.object({
  seed: wholeNumber.pipe(z.int().min(0)).openapi({ type: 'integer', minimum: 0, example: 7 }),
});

export const faceQuerySchema = z.strictObject({
  psi: written(/^\d{1,3}(\.\d{1,9})?$/, 'a number from 0')
    .pipe(psi)
    .optional()
    .openapi({ type: 'number', minimum: 0, maximum: mostPsi, description: "truncation; left out: the model's" }),
  scale: wholeNumber
    .pipe(scaleSchema)
    .optional()
    .openapi({ type: 'integer', minimum: 1, maximum: 32, description: 'enlargement' }),
});

const usedModel = z.object({ name: z.string(), sha256: z.string() });

const face = {
  model: usedModel,
  latent: z.array(z.number()).describe('as the generator sees it: d numbers, or d for each layer'),
};

export const editedSchema = z
  .object({
    ...face,
    recipe: recipeSchema.describe('makes the same picture again'),
    moves: z.array(
      z.object({
        attribute: z.string(),
        locked: z.boolean().describe('whether it is locked too, which holds it against moves of others, not its own'),
        strength: z.number().describe('how far it went along the direction, in σ'),
        residual: z.number().describe('share of the direction that the locks left'),
        distance: change,
        safeRange: z
          .tuple([z.number(), z.number()])
          .optional()
          .describe('distances between which others hardly change on this face, where they were measured'),
        probability: change.optional(),
      }),
    ),
    attributes: z.array(
      z.object({
        attribute: z.string(),
        locked: z.boolean(),
        distance: change.optional().describe('signed distance from the boundary, where there is one'),
        probability: change.optional().describe("the classifier's, where it knows the attribute"),
      }),
    ),
    warnings: z.array(z.string()),
    picture: z.string().optional().describe('a data URL, where it was asked for'),
    portrait: z
      .object({
        sha256: z.string().describe('by which recipes name it'),
        box: boxSchema,
        missing: z.number().describe('share of the square that lies outside the photo'),
        psnr: z.number().describe('how alike the face in the photo and the one that is edited are, in dB'),
        agreement: z.number().describe('share of the attributes that both show, or neither'),
        file: z.string().optional().describe('in base64, where it was asked for'),
      })
      .optional()
      .describe('of a photo'),
  })
  .openapi('Edited');

export const faceSchema = z
  .object({
    ...face,
    seed: z.int(),
    attributes: z.array(
      z.object({ attribute: z.string(), distance: z.number().optional(), probability: z.number().optional() }),
    ),
  })
  .openapi('Face');

export const modelSchema = z
  .object({
    ...usedModel.shape,
    resolution: z.int().describe('side of the pictures in pixels'),
    latentSize: z.int(),
    layers: z.int().describe('layers that latents and moves can tell apart'),
    geometry: z.enum(geometryNames),
    psi: z.number().describe('truncation by default'),
    photos: z.boolean().describe('whether it edits photos'),
    holds: z.array(z.enum(holdNames)).describe('the ways that can be asked for'),
    directions: z.array(
      z.object({
        attribute: z.string(),
        movable: z.boolean().describe('whether it can be moved and locked'),
        controllable: z.boolean().describe('whether a move does what it says'),
        reason: z.string().optional().describe('why not'),
        scored: z.boolean().describe('whether the classifier knows it: it can be moved to a probability'),
        hold: z.enum(holdNames).describe('how its moves hold locks by default'),
        safeRange: z.tuple([z.number(), z.number()]).optional(),
        suggestedLocks: z.array(z.string()).optional(),
        movesWith: z.array(z.object({ attribute: z.string(), change: z.number() })).optional(),
        origin: z.string().optional(),
      }),
    ),
    limits: z.object({
      bodyBytes: z.int().describe('of a request in JSON'),
      photoBytes: z.int().describe('of a request with a photo'),
      faces: z.int().describe('steps of a request'),
      pixels: z.int().describe('pixels of a photo or an answer'),
      seconds: z.number(),
      waiting: z.int().describe('requests that wait for their turn'),
    }),
  })
  .openapi('Model');

export const healthSchema = z.object({ status: z.enum(['ok', 'stopping']), model: usedModel }).openapi('Health');

/** RFC 9457. */
export const problemSchema = z
  .object({ type: z.string(), title: z.string(), status: z.int(), detail: z.string() })
  .openapi('Problem');
