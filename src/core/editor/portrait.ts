// A face that was found in a photo: it edits like a seed's, and goes back into its photo.
import type { DirectionFacts } from '../directions/direction.ts';
import type { Edited } from '../editing/request.ts';
import { checkKind } from '../errors.ts';
import type { BatchRunner } from '../models/inference.ts';
import { fadedDetail, missedDetail } from '../portraits/faded-detail.ts';
import { type Patch, pastePatch, withPatch } from '../portraits/paste-back.ts';
import type { FaceBox, Photo } from '../portraits/photo.ts';
import type { PortraitData, PortraitFigures } from './portrait-file.ts';

/** A portrait as its editor draws it. Images are [3, R, R] in about [-1, 1]. */
export interface DrawnPortrait {
  readonly sha256: string;
  readonly latent: Float32Array;
  /** The bundle's, with safe ranges of its own: see `directionsOnPhoto`. */
  readonly directions: readonly DirectionFacts[];
  /** Its own generator, where it was tuned. */
  readonly generator: BatchRunner | undefined;
  readonly crop: Float32Array;
  readonly reconstruction: Float32Array;
}

/**
 * Keeps of the photo what the generator missed, but where the edit changes the structure: teeth that it did not get
 * quite right would else shine through closed lips.
 * @param images of the portrait's generator, [n, 3, R, R]; they are changed.
 * @returns the crop with the change of each image from the reconstruction: probabilities are then those of the edited
 *   photo, not of the face that stands for it, and no edit leaves the photo as it is.
 */
export function changesOnPhoto<Images extends Float32Array>(
  images: Images,
  { crop, reconstruction }: Pick<DrawnPortrait, 'crop' | 'reconstruction'>,
): Images {
  const size = crop.length;
  const area = size / 3;
  for (let from = 0; from < images.length; from += size) {
    const image = images.subarray(from, from + size);
    const change = Float32Array.from(image, (value, at) => value - reconstruction[at]!);
    const lost = fadedDetail(change, Math.sqrt(area), missedDetail);
    for (let at = 0; at < size; at++) image[at]! += (1 - lost[at % area]!) * (crop[at]! - reconstruction[at]!);
  }
  return images;
}

/** The part of an editor that a portrait draws with. */
export interface Drawing {
  render(latents: readonly (Float32Array | Float64Array)[]): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * `editor` takes `{ ...portrait.start, moves, locks }` for everything that it does with seeds. It draws edits on the
 * photo's own crop.
 */
export class Portrait<Editor extends Drawing = Drawing> {
  readonly editor: Editor;
  /** SHA-256 of `file`, which recipes name the portrait by. */
  readonly sha256: string;
  /** The portrait as bytes, to keep; `openPortraitFile` reads them. */
  readonly file: Uint8Array;
  readonly photo: Photo;
  readonly box: FaceBox;
  /** Share of the square around the face that lies outside the photo. */
  readonly missing: number;
  /** [3, R, R] in [-1, 1]: the square around the face as the networks see it. */
  readonly crop: Float32Array;
  /** [3, R, R]: the face that the tuned generator makes, in whose place the photo is shown. */
  readonly reconstruction: Float32Array;
  readonly figures: PortraitFigures;

  constructor(
    editor: Editor,
    photo: Photo,
    data: PortraitData,
    reconstruction: Float32Array,
    file: Uint8Array,
    sha256: string,
  ) {
    this.editor = editor;
    this.photo = photo;
    this.box = data.box;
    this.missing = data.missing;
    this.crop = data.crop;
    this.reconstruction = reconstruction;
    this.figures = data.figures;
    this.file = file;
    this.sha256 = sha256;
  }

  /** The face as requests and recipes name it. */
  get start(): { readonly portrait: string } {
    return { portrait: this.sha256 };
  }

  /** @param after the edited face, [3, R, R], as `editor.render` draws it. @returns the pixels that change in the photo. */
  patch(after: Float32Array): Patch {
    return pastePatch(this.photo, this.box, this.crop, after);
  }

  /** @param edited as `editor.edit` returns it. @returns the whole photo with the edit in it, at its full size. */
  async pasteBack(edited: Pick<Edited, 'latent'>): Promise<Photo> {
    checkKind('an edit', edited, 'an object');
    return withPatch(this.photo, this.patch(await this.editor.render([edited.latent])));
  }

  /** Frees the memory of the tuned generator; the editor that opened the portrait stays open. */
  async release(): Promise<void> {
    await this.editor.release();
  }
}
