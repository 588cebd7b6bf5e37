// The format of a portrait: one file with all that was found for a face in a photo, but nothing of the photo around it.
import { z } from 'zod';
import { UserError } from '../errors.ts';
import type { NdArray } from '../formats/nd-array.ts';
import { decodeSafetensors, encodeSafetensors } from '../formats/safetensors.ts';
import { jsonOrUndefined } from '../formats/versioned-json.ts';
import { sameShape } from '../graph/tensor.ts';
import { flattenTree } from '../graph/tree.ts';
import { psnr } from '../measures/images/likeness.ts';
import { ganModel } from '../models/gan-kinds.ts';
import type { Weights } from '../models/weights.ts';
import { cropFace } from '../portraits/crop-face.ts';
import { checkBox, checkPhoto, type FaceBox, type Photo } from '../portraits/photo.ts';
import { type Bundle, isSameModel } from './bundle.ts';
import { isRounded } from './networks.ts';

const number = z.number().refine(Number.isFinite);

/** How alike the photo a picture is. */
const likenessSchema = z.object({
  /** Peak signal-to-noise ratio, in dB. */
  psnr: number,
  /** Squared distance of the classifier's features, as a share of the photo's squared length. */
  featureDistance: number,
});

const figuresSchema = z.object({
  encoded: likenessSchema,
  /** null where neither was refined nor tuned. */
  refined: likenessSchema.nullable(),
  tuned: likenessSchema.nullable(),
  /** Probability of each of the classifier's attributes, in its order: of the photo and of the face that stands for it. */
  probabilities: z.object({ photo: z.array(number), reconstruction: z.array(number) }),
  /** Share of the attributes that both show, or neither. */
  agreement: number,
});

export type PortraitFigures = z.output<typeof figuresSchema>;

const detailsSchema = z.object({
  schemaVersion: z.literal(1),
  /** The model that it was found with; with another, the same numbers mean another face. */
  bundle: z.object({ name: z.string().max(100), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** The square of the face in the photo, in its pixels. */
  box: z.object({ x: number, y: number, side: number.positive(), angle: number }),
  photo: z.object({ width: z.int().positive(), height: z.int().positive() }),
  /** Share of the square that lies outside the photo. */
  missing: number,
  figures: figuresSchema,
});

/** All that a portrait's file holds. */
export interface PortraitData {
  readonly bundle: { readonly name: string; readonly sha256: string };
  readonly box: FaceBox;
  /** Size of the photo that it belongs to, in pixels. */
  readonly photo: { readonly width: number; readonly height: number };
  readonly missing: number;
  readonly figures: PortraitFigures;
  /** [3, R, R] in [-1, 1]: the aligned crop. */
  readonly crop: Float32Array;
  /** [layers, d]. */
  readonly latent: Float32Array;
  /** Weights that replace the generator's own, by path; empty where nothing was tuned. */
  readonly tuned: Weights;
}

/** PSNR in dB of the square in the photo and of the one in the file: programs decode a photo a little differently. */
const leastAlike = 25;

const generatorPrefix = 'generator/';

/** @returns a safetensors file; tuned weights in half precision. */
export function encodePortrait({ crop, latent, tuned, ...details }: PortraitData, { layers }: { layers: number }) {
  const resolution = Math.sqrt(crop.length / 3);
  const tensors: Record<string, NdArray> = {
    crop: { shape: [3, resolution, resolution], data: crop },
    latent: { shape: [layers, latent.length / layers], data: latent },
    ...Object.fromEntries(Object.entries(tuned).map(([name, weight]) => [generatorPrefix + name, weight])),
  };
  const halves = Object.keys(tuned).filter(name => isRounded(name, tuned[name]!));
  const names = new Set(halves.map(name => generatorPrefix + name));
  return encodeSafetensors(tensors, { details: JSON.stringify({ schemaVersion: 1, ...details }) }, names);
}

/**
 * @param place what the file is called in errors. @param bundle, photo that it is to be edited with.
 * @throws UserError for a damaged file, a portrait of another model, and another photo.
 */
export function decodePortrait(bytes: Uint8Array, bundle: Bundle, photo: Photo, place: string): PortraitData {
  const { tensors, metadata } = decodeSafetensors(bytes, place);
  const details = detailsSchema.safeParse(jsonOrUndefined(metadata.details));
  if (!details.success) throw new UserError(`${place} must be a portrait; it is none. Make it by invert`);
  const { schemaVersion: _, ...data } = details.data;
  if (!isSameModel(bundle, data.bundle.sha256)) {
    throw new UserError(
      `${place} was found with bundle "${data.bundle.name}" (SHA-256 ${data.bundle.sha256.slice(0, 12)}…); ` +
        `${bundle.place} is another (${bundle.sha256.slice(0, 12)}…). Open it with that one, or invert the photo again`,
    );
  }
  checkPhoto(photo);
  const { width, height } = data.photo;
  if (photo.width !== width || photo.height !== height) {
    throw new UserError(
      `${place} was found in a photo of ${width}×${height}; got one of ${photo.width}×${photo.height}. Give that photo`,
    );
  }
  checkBox(data.box, photo);
  const model = ganModel(bundle.generator.architecture);
  const { resolution, latentSize } = bundle;
  const read = (name: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors[name];
    const isRight = tensor?.data instanceof Float32Array && sameShape(tensor.shape, shape);
    if (isRight && tensor.data.every(Number.isFinite)) return tensor.data as Float32Array;
    throw new UserError(`${place} must hold ${name} [${shape.join(', ')}] of finite numbers. Copy the portrait again`);
  };
  const tuned = [...flattenTree(model.finishedSpec())]
    .filter(([name]) => Object.hasOwn(tensors, generatorPrefix + name))
    .map(([name, { shape }]) => [name, { shape, data: read(generatorPrefix + name, shape) }] as const);
  const crop = read('crop', [3, resolution, resolution]);
  if (psnr(cropFace(photo, data.box, resolution).image, crop) < leastAlike) {
    throw new UserError(`${place} was found in another photo of the same size. Give that photo`);
  }
  return {
    ...data,
    crop,
    latent: read('latent', [model.layers, latentSize]),
    tuned: Object.fromEntries(tuned),
  };
}
