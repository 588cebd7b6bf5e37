// The photo that is being worked on: decoded, searched for faces, its portrait, and the part of it on the screen.
import type { FaceEditor } from '../../core/editor/face-editor.ts';
import type { Portrait } from '../../core/editor/portrait.ts';
import { UserError } from '../../core/errors.ts';
import { FaceFinder, faceFinderFiles } from '../../core/portraits/face-finder.ts';
import { tell, type Watch } from '../../core/portraits/inversion/networks.ts';
import { pastePatch, withPatch } from '../../core/portraits/paste-back.ts';
import type { FaceBox, Photo } from '../../core/portraits/photo.ts';
import { samplePhoto } from '../../core/portraits/sample.ts';
import type { Device } from '../../core/runtime/device.ts';
import { Lazy, orReleased } from '../../core/runtime/opening.ts';
import type { Edit, OpenedPhoto, OpenedPortrait, PortraitRequest, SafeRange } from '../shared/protocol.ts';
import { type DecodedPhoto, decodePhoto } from './decode-photo.ts';
import { fetchBytes } from './fetch-bytes.ts';

/** Sides in pixels of the pictures for the face view, for thumbnails, and of the whole photo to point at. */
const sides = { view: 512, thumbnail: 128, preview: 800 } as const;

/** Widths of a thumbnail, in those of the face's square. */
const thumbnailZoom = 1;

/** A square of the photo as it is shown, and where the face lies in it. */
interface View {
  readonly photo: Photo;
  readonly box: FaceBox;
}

/** Grey of what lies outside the photo. */
const outside = 48;

interface Opened {
  readonly portrait: Portrait<FaceEditor>;
  /** The quality of its photo's file. */
  readonly quality: number | undefined;
  /** The crop that edits are drawn on: [3, R, R]. */
  readonly before: Float32Array;
  view: View;
  readonly small: View;
}

export class PhotoDesk {
  readonly #device: Device;
  readonly #folder: string;
  readonly #finder = new Lazy<FaceFinder>();
  /** The photo in which faces were looked for last. A portrait that comes back meanwhile leaves it alone. */
  #decoded: DecodedPhoto | undefined;
  #opened: Opened | undefined;
  #zoom = 1.6;

  /** @param folder address of the networks that find faces; they are loaded with the first photo. */
  constructor(device: Device, folder: string) {
    this.#device = device;
    this.#folder = folder;
  }

  /** Addresses of the networks that find faces. */
  get files(): string[] {
    return Object.values(faceFinderFiles).map(name => new URL(name, this.#folder).href);
  }

  /** The quality of the photo that is open. */
  get quality(): number | undefined {
    return this.#opened?.quality;
  }

  portraitOf(edit: Edit): Portrait<FaceEditor> | undefined {
    const portrait = this.#opened?.portrait;
    return portrait !== undefined && 'portrait' in edit && edit.portrait === portrait.sha256 ? portrait : undefined;
  }

  async openPhoto(file: Blob, signal: AbortSignal): Promise<OpenedPhoto> {
    this.#decoded = await decodePhoto(file);
    signal.throwIfAborted();
    const { photo } = this.#decoded;
    const faces = await (await this.#openFinder()).find(photo, signal);
    const scale = Math.min(1, sides.preview / Math.max(photo.width, photo.height));
    const [width, height] = [
      Math.max(1, Math.round(photo.width * scale)),
      Math.max(1, Math.round(photo.height * scale)),
    ];
    const { planes } = samplePhoto(photo, { a: photo.width / width, b: 0, dx: 0, dy: 0 }, width, height);
    return {
      width: photo.width,
      height: photo.height,
      preview: { width, height, pixels: rgbaOf(planes) },
      faces: faces.map(({ box }) => ({ box, pixels: rgbaOfView(viewOf(photo, box, thumbnailZoom, sides.thumbnail)) })),
    };
  }

  async openPortrait(editor: FaceEditor, { box, quick }: PortraitRequest, watch: Watch): Promise<OpenedPortrait> {
    if (this.#decoded === undefined) throw new UserError('a photo must be opened first');
    const { photo, quality } = this.#decoded;
    const portrait = await editor.openPortrait(photo, { ...watch, box, quick });
    await orReleased(portrait, () => tell(watch, 'tune', 1, 1)); // the last word of a person who gave up meanwhile
    return this.#take(portrait, quality);
  }

  async openKept(editor: FaceEditor, kept: { photo: Blob; portrait: Uint8Array }): Promise<OpenedPortrait> {
    const { photo, quality } = await decodePhoto(kept.photo);
    const portrait = await editor.openPortraitFile(kept.portrait, photo, 'the portrait that was kept');
    return this.#take(portrait, quality);
  }

  /** @param zoom see `FaceWorker.setView`. */
  setView(zoom: number): void {
    this.#zoom = zoom;
    if (this.#opened === undefined) return;
    const { photo, box } = this.#opened.portrait;
    this.#opened.view = viewOf(photo, box, zoom, sides.view);
  }

  /** @param after the edited face. @returns the photo around it, RGBA of a square; undefined where the face is no portrait. */
  drawn(edit: Edit, after: Float32Array): Uint8ClampedArray<ArrayBuffer> | undefined {
    return this.portraitOf(edit) && this.#pasted(this.#opened!.view, after);
  }

  /** Does the same for a thumbnail. */
  drawnSmall(edit: Edit, after: Float32Array): Uint8ClampedArray<ArrayBuffer> | undefined {
    return this.portraitOf(edit) && this.#pasted(this.#opened!.small, after);
  }

  /** @returns the whole photo with the edit in it. @throws UserError where the edit is of another face. */
  async edited(edit: Edit, after: Float32Array): Promise<Photo> {
    const portrait = this.portraitOf(edit);
    if (portrait === undefined) throw new UserError('only a face of a photo goes back into its photo');
    return withPatch(portrait.photo, portrait.patch(after));
  }

  #pasted({ photo, box }: View, after: Float32Array): Uint8ClampedArray<ArrayBuffer> {
    return rgbaOfView({ photo: withPatch(photo, pastePatch(photo, box, this.#opened!.before, after)), box });
  }

  async #take(portrait: Portrait<FaceEditor>, quality: number | undefined): Promise<OpenedPortrait> {
    await this.#opened?.portrait.release();
    const { photo, box, file, sha256, missing } = portrait;
    this.#opened = {
      portrait,
      quality,
      before: portrait.crop,
      view: viewOf(photo, box, this.#zoom, sides.view),
      small: viewOf(photo, box, thumbnailZoom, sides.thumbnail),
    };
    return { sha256, file, missing, safeRanges: safeRangesOf(portrait), pixels: rgbaOfView(this.#opened.small) };
  }

  #openFinder(): Promise<FaceFinder> {
    // A failure, such as without a network, is not kept: the next photo tries again.
    return this.#finder.get(() => FaceFinder.open(this.#device, name => fetchBytes(new URL(name, this.#folder))));
  }
}

function safeRangesOf({ editor }: Portrait<FaceEditor>): Record<string, SafeRange> {
  const ranges = editor.bundle.directions.flatMap(({ attribute }) => {
    const range = editor.direction(attribute).boundary?.safeRange;
    return range === undefined ? [] : [[attribute, range] as const];
  });
  return Object.fromEntries(ranges);
}

/** @param zoom see `FaceWorker.setView`. @param side pixels of the square. */
function viewOf(photo: Photo, box: FaceBox, zoom: number, side: number): View {
  const whole = Math.max(photo.width, photo.height);
  const wide = zoom === 0 ? whole : Math.min(box.side * zoom, whole);
  // The square stays inside the photo where it fits.
  const start = (middle: number, length: number) =>
    wide >= length ? (length - wide) / 2 : Math.min(Math.max(middle - wide / 2, 0), length - wide);
  const [left, top] = [start(box.x, photo.width), start(box.y, photo.height)];
  const step = wide / side;
  const { planes } = samplePhoto(photo, { a: step, b: 0, dx: left, dy: top }, side, side);
  const pixels = rgbaOf(planes);
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [left + ((i % side) + 0.5) * step, top + (Math.floor(i / side) + 0.5) * step];
    if (x < 0 || y < 0 || x >= photo.width || y >= photo.height) pixels.fill(outside, 4 * i, 4 * i + 3);
  }
  const seen: FaceBox = { x: (box.x - left) / step, y: (box.y - top) / step, side: box.side / step, angle: box.angle };
  return { photo: { width: side, height: side, channels: 4, pixels }, box: seen };
}

function rgbaOfView({ photo }: View): Uint8ClampedArray<ArrayBuffer> {
  return new Uint8ClampedArray(photo.pixels);
}

/** @param planes [3, n] of 0 to 255. @returns [n, 4], opaque. */
export function rgbaOf(planes: ArrayLike<number>): Uint8ClampedArray<ArrayBuffer> {
  const area = planes.length / 3;
  const pixels = new Uint8ClampedArray(4 * area).fill(255);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) pixels[4 * i + c] = planes[c * area + i]!;
  return pixels;
}
