// A face that was found in a photo: it edits like a seed's, and goes back into its photo.
import type { Edited } from '../editing/request.ts';
import { type Patch, pastePatch, withPatch } from '../portraits/paste-back.ts';
import type { FaceBox, Photo } from '../portraits/photo.ts';
import type { PortraitData, PortraitFigures } from './portrait-file.ts';
import type { EditRequest } from './requests.ts';

/** The part of an editor that a portrait draws with. */
export interface Drawing {
  edit(request: EditRequest): Edited;
  render(latents: readonly (Float32Array | Float64Array)[]): Promise<Float32Array>;
  release(): Promise<void>;
}

/**
 * `editor` takes `{ ...portrait.start, moves, locks }` for everything that it does with seeds; its generator is tuned to
 * the photo.
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
  readonly figures: PortraitFigures;

  constructor(editor: Editor, photo: Photo, data: PortraitData, file: Uint8Array, sha256: string) {
    this.editor = editor;
    this.photo = photo;
    this.box = data.box;
    this.missing = data.missing;
    this.crop = data.crop;
    this.figures = data.figures;
    this.file = file;
    this.sha256 = sha256;
  }

  /** The face as requests and recipes name it. */
  get start(): { readonly portrait: string } {
    return { portrait: this.sha256 };
  }

  /** @returns the face of the portrait before any edit, [3, R, R] in about [-1, 1]. */
  async reconstruction(): Promise<Float32Array> {
    return this.editor.render([this.editor.edit({ ...this.start, moves: [] }).latent]);
  }

  /** @param after the edited face, [3, R, R], as `editor.render` draws it. @returns the pixels that change in the photo. */
  async patch(after: Float32Array): Promise<Patch> {
    return pastePatch(this.photo, this.box, await this.reconstruction(), after);
  }

  /** @param edited as `editor.edit` returns it. @returns the whole photo with the edit in it, at its full size. */
  async pasteBack({ latent }: Pick<Edited, 'latent'>): Promise<Photo> {
    return withPatch(this.photo, await this.patch(await this.editor.render([latent])));
  }

  /** Frees the memory of the tuned generator; the editor that opened the portrait stays open. */
  async release(): Promise<void> {
    await this.editor.release();
  }
}
