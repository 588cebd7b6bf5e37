// The messages between the page and its worker: calls with answers, and progress of loading.
import type { DirectionFacts } from '../../core/directions/direction.ts';
import type { Hold } from '../../core/directions/hold.ts';
import type { Recipe } from '../../core/editing/recipe.ts';
import type { Start } from '../../core/editing/start.ts';
import type { BundleIndex } from '../../core/editor/bundle.ts';
import type { Geometry } from '../../core/models/latents.ts';
import type { InversionProgress } from '../../core/portraits/inversion/networks.ts';
import type { FaceBox } from '../../core/portraits/photo.ts';

/** A recipe for the model that is open. */
export type Edit = Start & Pick<Recipe, 'moves' | 'locks' | 'geometry' | 'hold' | 'layers'>;

export interface LoadRequest {
  /** The address of the bundle's folder. */
  readonly bundle: string;
  /** `wasm` refuses the GPU, `auto` takes one where it works, `webgpu` also takes one that is only imitated. */
  readonly device: 'auto' | 'wasm' | 'webgpu';
  readonly threads: number;
  readonly runtimes: Readonly<Record<'wasm' | 'webgpu', RuntimeAddress>>;
  /** The address of the folder of the networks that find faces. */
  readonly faceFinder: string;
}

export interface RuntimeAddress {
  readonly mjs: string;
  readonly wasm: string;
  readonly wasmBytes: number;
}

/** Bytes that have been loaded, and all that are known to be needed. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** The model as the page knows it. */
export interface Model {
  readonly name: string;
  readonly sha256: string;
  /** Hashes of its earlier forms. */
  readonly formerly?: BundleIndex['formerly'];
  readonly resolution: number;
  readonly geometry: Geometry;
  /** Truncation of faces for which nobody chose another; undefined where the model has none. */
  readonly psi: number | undefined;
  /** Whether locks can hold by the field. */
  readonly hasField: boolean;
  /** The face that the page opens with; undefined where the bundle names none. */
  readonly openWith?: BundleIndex['openWith'];
  /** The classifier's attributes in the order of its answers, then any other directions. */
  readonly directions: readonly DirectionFacts[];
  /** Markdown. */
  readonly card: string;
  /** Why no photos can be opened, in a line; undefined where they can. */
  readonly noPhotos: string | undefined;
}

/** The part that computes faces, as it was started. */
export interface Engine {
  /** The device, in words for people. */
  readonly device: string;
  /** Why another device computes than the one that was tried first, for people. */
  readonly note?: string;
  /** Addresses of all that was loaded, for use without a network, and which of them is the model's index. */
  readonly loaded: readonly string[];
  readonly index: string;
}

/** One face as the worker draws it. */
export interface Drawn {
  /** RGBA of a square: R × R, or larger where it shows a photo. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** Signed distance to each boundary there is. */
  readonly distances: Readonly<Record<string, number>>;
}

/** One face of several, with the classifier's logits [attributes]; or why it cannot be drawn. */
export type Frame = (Drawn & { readonly logits: Float32Array }) | { readonly problem: string };

export interface ResidualsRequest {
  readonly edit: Edit;
  /** How the locks would be held if the attribute were moved from there, for each attribute to be told of. */
  readonly holds: Readonly<Record<string, Hold | undefined>>;
}

/** The worker's functions. Calls are answered in their order. */
export interface FaceWorker {
  /** Reads the model and begins to load ONNX Runtime. */
  load(request: LoadRequest): Promise<Model>;
  /** Opens the networks of the model that was read, and tries them. */
  open(): Promise<Engine>;
  draw(edit: Edit): Promise<Drawn>;
  /** @returns logits [attributes] of the face that was drawn last. */
  score(): Promise<Float32Array>;
  /** Draws and scores several faces together, for strips and galleries. */
  frames(edits: readonly Edit[]): Promise<Frame[]>;
  /** Does the same at the size and zoom of `draw`, for films: photos are larger then than thumbnails are. */
  fullFrames(edits: readonly Edit[]): Promise<Frame[]>;
  /** @returns the share of each direction that the locks leave where the edit ends, 0 to 1. @throws as `draw`. */
  residuals(request: ResidualsRequest): Promise<Record<string, number>>;
  /** @returns the signed distance at which the attribute has this probability on this face. @throws as `resolve`. */
  distanceFor(request: ProbabilityRequest): Promise<number>;
  /** @param text the part of an address after `#`. @returns its edit; undefined where it is empty. @throws as `parseLink`. */
  readLink(text: string): Promise<Edit | undefined>;
  /**
   * Reads a picture or JSON file; in the worker, so that a hostile one cannot hold up the page.
   * @returns undefined for a picture that carries no recipe. @throws as `readDocument`.
   */
  readDocument(file: File): Promise<Document | undefined>;
  /** @returns the same picture with the recipe inside. */
  signPicture(request: { readonly png: Blob; readonly edit: Edit }): Promise<Blob>;
  /** @returns the recipe as JSON. */
  writeRecipe(edit: Edit): Promise<string>;
  /** Decodes a photo and looks for faces. @throws as `decodePhoto`. */
  openPhoto(file: Blob): Promise<OpenedPhoto>;
  /** Finds a face of the photo that was opened last in the generator; tells `InversionProgress` and can be cancelled. */
  openPortrait(request: PortraitRequest): Promise<OpenedPortrait>;
  /** Opens a portrait that was kept, with its photo. */
  openKept(kept: { readonly photo: Blob; readonly portrait: Uint8Array }): Promise<OpenedPortrait>;
  /** @param zoom how many times as wide as the face's square what is drawn is; 0 for the whole photo. */
  setView(zoom: number): Promise<void>;
  /** @returns the whole photo with the edit in it, at full size. */
  exportPhoto(request: { readonly edit: Edit; readonly type: PhotoType }): Promise<Blob>;
}

export interface ProbabilityRequest {
  readonly edit: Edit;
  readonly attribute: string;
  /** In (0, 1). */
  readonly probability: number;
}

/** The recipes in a file. */
export interface Document {
  /** The first of them. */
  readonly edit: Edit;
  /** How many there are. */
  readonly faces: number;
}

/** A photo on the worker's desk. */
export interface OpenedPhoto {
  readonly width: number;
  readonly height: number;
  /** The whole photo, small: RGBA. */
  readonly preview: {
    readonly width: number;
    readonly height: number;
    readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  };
  /** The largest first. */
  readonly faces: readonly SeenFace[];
}

export interface SeenFace {
  readonly box: FaceBox;
  /** RGBA of a square. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

export interface PortraitRequest {
  readonly box: FaceBox;
  /** Takes the encoder's word alone. */
  readonly quick: boolean;
}

/** Signed distances between which an attribute changes and others hardly do: [low, high]. */
export type SafeRange = readonly [number, number];

/** A face of a photo that edits like a seed's. */
export interface OpenedPortrait {
  readonly sha256: string;
  /** To keep, and to open again with `openKept`. */
  readonly file: Uint8Array;
  /** Share of the face's square that lies outside the photo. */
  readonly missing: number;
  /** The photo's own safe ranges, by attribute, of those that have one. */
  readonly safeRanges: Readonly<Record<string, SafeRange>>;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** The formats that photos are saved in here. */
export type PhotoType = 'image/jpeg' | 'image/png';

export type Method = keyof FaceWorker;

/** Stops the search that is going on; it is not queued behind it. */
export interface Cancel {
  readonly cancel: true;
}

export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly request: unknown;
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  /** `mistake`: a UserError's line, to be shown as it is. */
  | { readonly id: number; readonly problem: string; readonly mistake: boolean }
  | { readonly progress: Progress }
  | { readonly portraitProgress: InversionProgress };
