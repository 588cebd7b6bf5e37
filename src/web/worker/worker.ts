// The worker: holds the model and computes faces, so that the page never waits.
import { type Bundle, bundleFiles, readBundle } from '../../core/editor/bundle.ts';
import { FaceEditor } from '../../core/editor/face-editor.ts';
import { computesRight } from '../../core/editor/known-face.ts';
import { whyNoPhotos } from '../../core/editor/portrait-finder.ts';
import { UserError } from '../../core/errors.ts';
import { toUint8 } from '../../core/images/pixels.ts';
import { ganModel } from '../../core/models/gan-kinds.ts';
import type { Device } from '../../core/runtime/device.ts';
import type {
  Answer,
  Call,
  Cancel,
  Drawn,
  Edit,
  Engine,
  FaceWorker,
  Frame,
  LoadRequest,
  Model,
} from '../shared/protocol.ts';
import { bundleAt, hashBytes } from './bundle.ts';
import { wasmDevice, webgpuDevice } from './device.ts';
import { distanceFor } from './distance-for.ts';
import { encodePhoto, readDocument, signPicture, writeRecipe } from './documents.ts';
import { fetchBytes } from './fetch-bytes.ts';
import { PhotoDesk, rgbaOf } from './photo-desk.ts';
import { parseLink } from './read-link.ts';
import { residualsOf } from './residuals.ts';

/** The worker's own `postMessage`; the DOM's types have only the window's. */
declare function postMessage(message: Answer, transfer?: readonly ArrayBuffer[]): void;

/** Opens the networks of the model that was read. */
let open: () => Promise<Engine>;
let editor: FaceEditor;
let desk: PhotoDesk;
/** The image [1, 3, R, R] that was drawn last, and the editor that drew it. */
let last: { readonly by: FaceEditor; readonly image: Float32Array };

/** @returns the editor that knows the face: that of the portrait which is open, or the model's own. */
function editorOf(edit: Edit): FaceEditor {
  return desk.portraitOf(edit)?.editor ?? editor;
}

const faceWorker: FaceWorker = {
  async load(request) {
    const progress = progressOf(request);
    const loaded: string[] = [];
    const { read, place, addresses } = bundleAt(request.bundle, progress.file);
    const bundleRead = readBundle(
      async name => {
        const bytes = await read(name);
        if (name === bundleFiles.index) progress.expect(bytes);
        return bytes;
      },
      hashBytes,
      place,
    );
    const runtimeBegun = beginRuntime(request, progress.file, loaded);
    // Awaited together, so that the first failure is reported and the second is not an unhandled rejection.
    const [bundle, device] = await Promise.all([bundleRead, runtimeBegun]);
    open = async () => {
      const opened = await openEditor(device, bundle, request, progress.file, loaded);
      editor = opened.editor;
      desk = new PhotoDesk(opened.device, request.faceFinder);
      if (whyNoPhotos(bundle) === undefined) loaded.push(...desk.files); // kept for use without a network
      return engineOf(opened, request, [...addresses, ...loaded], addresses[0]!);
    };
    return modelOf(bundle);
  },
  open: () => open(),

  async draw(edit) {
    const known = editorOf(edit);
    const { latent, distances } = known.edit(edit);
    const image = await known.render([latent]);
    last = { by: known, image };
    return { pixels: desk.drawn(edit, image) ?? rgbaOf(toUint8(image)), distances };
  },

  score: () => last.by.score(last.image),

  frames: edits => framesOf(edits, (edit, image) => desk.drawnSmall(edit, image)),
  fullFrames: edits => framesOf(edits, (edit, image) => desk.drawn(edit, image)),

  residuals: async request => residualsOf(editorOf(request.edit), request),

  distanceFor: request => distanceFor(editorOf(request.edit), request),

  async readLink(text) {
    const edit = parseLink(text, editor.bundle);
    return edit && withPsi(edit);
  },
  async readDocument(file) {
    const document = await readDocument(file, editor.bundle);
    return document && { edit: withPsi(document.edit), faces: document.faces };
  },
  signPicture: ({ png, edit }) => signPicture(png, edit, editor.bundle),
  writeRecipe: async edit => writeRecipe(edit, editor.bundle),

  openPhoto: file => cancellable(signal => desk.openPhoto(file, signal)),
  openPortrait: request =>
    cancellable(signal =>
      desk.openPortrait(editor, request, {
        signal,
        onProgress: progress => {
          postMessage({ portraitProgress: progress });
          return new Promise(done => setTimeout(done)); // lets a message to cancel in
        },
      }),
    ),
  openKept: kept => desk.openKept(editor, kept),
  setView: async zoom => desk.setView(zoom),
  async exportPhoto({ edit, type }) {
    const known = editorOf(edit);
    const photo = await desk.edited(edit, await known.render([known.edit(edit).latent]));
    return encodePhoto(photo, type, desk.quality, edit, editor.bundle);
  },
};

/** @param onPhoto puts an edited face into its photo; undefined for a face of no photo. */
async function framesOf(edits: readonly Edit[], onPhoto: PhotoDesk['drawn']): Promise<Frame[]> {
  const frames: Frame[] = [];
  // A portrait's editor draws no other faces, and no other draws the portrait's.
  for (const known of new Set(edits.map(editorOf))) {
    const plans = edits.flatMap((edit, i) => (editorOf(edit) === known ? [{ i, edit, plan: planOf(edit) }] : []));
    const drawable = plans.flatMap(({ i, edit, plan }) => ('latent' in plan ? [{ i, edit, ...plan }] : []));
    for (const { i, plan } of plans) if ('problem' in plan) frames[i] = plan;
    if (drawable.length === 0) continue;
    const images = await known.render(drawable.map(({ latent }) => latent));
    const logits = await known.score(images);
    const [size, count] = [images.length / drawable.length, editor.attributes.length];
    for (const [row, { i, edit, distances }] of drawable.entries()) {
      const image = images.subarray(row * size, (row + 1) * size);
      const pixels = onPhoto(edit, image) ?? rgbaOf(toUint8(image));
      frames[i] = { pixels, distances, logits: logits.slice(row * count, (row + 1) * count) };
    }
  }
  return frames;
}

type Plan = { readonly latent: Float64Array; readonly distances: Drawn['distances'] } | { readonly problem: string };

/** Plans one frame; one that cannot be drawn does not spoil the others. */
function planOf(edit: Edit): Plan {
  try {
    return editorOf(edit).edit(edit);
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message };
    throw error;
  }
}

/** Adds up the bytes of several files that load at once. */
function progressOf({ runtimes }: LoadRequest) {
  const done = new Map<string, number>();
  let bundleBytes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    const sum = [...done.values()].reduce((a, b) => a + b, 0);
    postMessage({ progress: { done: sum, total: Math.max(sum, bundleBytes + runtimes.wasm.wasmBytes) } });
  };
  return {
    file: (name: string, bytes: number) => {
      done.set(name, bytes);
      if (timer === undefined) timer = setTimeout(tell, 30);
    },
    /** Reads from the index how many bytes the other files have; `readBundle` checks that index later. */
    expect: (index: Uint8Array) => {
      const sizes = new TextDecoder().decode(index).matchAll(/"bytes": (\d{1,12})/g);
      bundleBytes = [...sizes].reduce((sum, [, digits]) => sum + Number(digits), index.length);
    },
  };
}

type TellBytes = (name: string, bytes: number) => void;

/** Begins to load ONNX Runtime; meanwhile a model can be read and its networks put into graphs. */
async function beginRuntime(request: LoadRequest, tell: TellBytes, loaded: string[]): Promise<Device> {
  const kind = request.device !== 'wasm' && (await hasGpu(request.device === 'webgpu')) ? 'webgpu' : 'wasm';
  const { mjs, wasm } = request.runtimes[kind];
  const bytes = fetchBytes(new URL(wasm), count => tell(wasm, count));
  loaded.push(mjs, wasm);
  const files = { mjs, wasm: bytes.then(({ buffer }) => buffer) };
  return kind === 'webgpu' ? webgpuDevice(files) : wasmDevice(request.threads, files);
}

/** An editor on the device that draws, and a line for people where it is not the one that was tried first. */
interface Opened {
  readonly editor: FaceEditor;
  readonly device: Device;
  readonly note?: string;
}

/**
 * Opens the editor and draws the bundle's known face, which also prepares memory and threads. Where the GPU refuses the
 * networks, or computes other values, the processor draws.
 * @throws UserError where the processor computes other values too.
 */
async function openEditor(
  device: Device,
  bundle: Bundle,
  request: LoadRequest,
  tell: TellBytes,
  loaded: string[],
): Promise<Opened> {
  if (device.name === 'wasm') {
    const opened = await FaceEditor.open(device, bundle, { hash: hashBytes });
    const isRight = await computesRight(opened);
    if (isRight === undefined) await opened.score(await opened.render([opened.sample(0)]));
    if (isRight !== false) return { editor: opened, device };
    throw new UserError(
      'this browser must compute what other machines do; a known face comes out different. Try another',
    );
  }
  const instead = async (note: string): Promise<Opened> => {
    const processor = await beginRuntime({ ...request, device: 'wasm' }, tell, loaded);
    return { ...(await openEditor(processor, bundle, request, tell, loaded)), note };
  };
  let isRight: boolean | undefined;
  try {
    const opened = await FaceEditor.open(device, bundle, { hash: hashBytes });
    try {
      isRight = await computesRight(opened);
    } finally {
      if (isRight !== true) await opened.release();
    }
    if (isRight) return { editor: opened, device };
  } catch {
    return instead('The processor draws: the GPU refuses the networks.');
  }
  if (isRight === undefined) return instead('The processor draws: this model has no known face to try the GPU with.');
  return instead('The processor draws: the GPU makes another face than it should.');
}

/** Whether there is a GPU, and JSPI (`WebAssembly.Suspending`), which the runtime's build for GPUs needs. */
async function hasGpu(imitatedToo: boolean): Promise<boolean> {
  const { gpu } = navigator as { readonly gpu?: { requestAdapter(): Promise<unknown> } };
  if (gpu === undefined || !('Suspending' in WebAssembly)) return false;
  const adapter = await gpu.requestAdapter().catch(() => null);
  const imitated = (adapter as { info?: { isFallbackAdapter?: boolean } } | null)?.info?.isFallbackAdapter === true;
  return adapter !== null && (imitatedToo || !imitated);
}

function modelOf(bundle: Bundle): Model {
  const { sha256, formerly, openWith, resolution, directions, contents } = bundle;
  const cardBytes = contents[bundleFiles.modelCard];
  const card = cardBytes === undefined ? '' : new TextDecoder().decode(cardBytes);
  const { geometry } = ganModel(bundle.generator.architecture);
  const space = { geometry, psi: geometry === 'linear' ? (bundle.psi ?? 1) : undefined };
  const names = { name: bundle.name, sha256, formerly, openWith };
  const hasField = bundle.field !== undefined;
  const noPhotos =
    whyNoPhotos(bundle) &&
    `the model ${bundle.name} opens no photos: it has no network that finds a photo's face. Open the studio with another model`;
  return { ...names, hasField, resolution, ...space, directions, card, noPhotos };
}

function engineOf(
  { device: { name }, note }: Opened,
  { threads }: LoadRequest,
  loaded: readonly string[],
  index: string,
): Engine {
  const device = name === 'webgpu' ? 'GPU' : threads > 1 ? `${threads} threads` : '1 thread';
  return { device, ...(note && { note }), loaded, index };
}

/** Adds the bundle's truncation to an edit that does not say its own. */
function withPsi(edit: Edit): Edit {
  const { geometry, bundle } = editor;
  return 'seed' in edit && geometry === 'linear' ? { ...edit, psi: edit.psi ?? bundle.psi ?? 1 } : edit;
}

let controller: AbortController | undefined;

/** Runs work that a message can cancel. */
async function cancellable<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  controller = new AbortController();
  try {
    return await work(controller.signal);
  } finally {
    controller = undefined;
  }
}

/** @returns the pixels of a result, which are handed over rather than copied. */
function buffersOf(result: unknown): ArrayBuffer[] {
  const drawn = (Array.isArray(result) ? result : [result]) as readonly (Partial<Drawn> | undefined)[];
  return drawn.flatMap(each => (each?.pixels === undefined ? [] : [each.pixels.buffer]));
}

/** Answers one call after the other, because a session cannot be run twice at once. */
let queue = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<Call | Cancel>) => {
  if ('cancel' in data) return controller?.abort(new UserError('stopped'));
  queue = queue.then(() => answer(data));
});

async function answer({ id, method, request }: Call): Promise<void> {
  try {
    const result = await (faceWorker[method] as (request: unknown) => Promise<unknown>)(request);
    postMessage({ id, result }, buffersOf(result));
  } catch (error) {
    const mistake = error instanceof UserError;
    postMessage({ id, problem: error instanceof Error ? error.message : String(error), mistake });
  }
}
