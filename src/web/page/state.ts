// Everything the studio shows, as one object of signals; only actions write to it.
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { probabilityOf } from '../../core/editor/probability.ts';
import type { Drawn, Edit, Frame, Model, Progress } from '../shared/protocol.ts';
import type { EngineClient } from './client.ts';

export type Phase =
  | { readonly kind: 'loading'; readonly progress: Progress | undefined }
  | { readonly kind: 'failed'; readonly problem: string }
  | { readonly kind: 'ready' };

/** A face on the screen, with the edit that made it. */
export interface Shown extends Drawn {
  readonly edit: Edit;
}

/** What is known of a face in figures. */
export interface Figures {
  /** What the classifier says, calibrated, [40]. */
  readonly probabilities: readonly number[];
  /** Signed distance to each boundary there is. */
  readonly distances: Readonly<Record<string, number>>;
}

export interface HistoryEntry {
  /** `Young → 22 %`. */
  readonly label: string;
  readonly edit: Edit;
  /** Changes of one thing that follow each other closely are one entry. */
  readonly tag: string;
  /** Milliseconds of the clock. */
  readonly at: number;
}

/** A face to choose, in the gallery or among the recent ones. */
export interface Thumbnail {
  readonly edit: Edit;
  readonly frame: Frame;
}

export interface Message {
  readonly text: string;
  /** `refused`: about an edit that could not be drawn; the next that can makes it pointless. */
  readonly kind: 'news' | 'problem' | 'refused';
}

export type Dialog = 'export' | 'help';

/** What the sliders speak: probabilities, or signed distances for experts. */
export type Units = 'probability' | 'distance';

export interface StudioState {
  readonly phase: Signal<Phase>;
  readonly model: Signal<Model | undefined>;
  /** What the person wants; the screen follows. */
  readonly edit: Signal<Edit>;
  /** The face as it is drawn. */
  readonly shown: Signal<Shown | undefined>;
  /** The same face without moves. */
  readonly before: Signal<Shown | undefined>;
  /** Of both, for 40 rows to read: it changes less often than the picture. */
  readonly figures: Signal<{ readonly before: Figures; readonly after: Figures } | undefined>;
  /** How much of each direction the locks leave, 0 to 1. */
  readonly residuals: Signal<Readonly<Record<string, number>>>;
  /** The attribute whose strip is shown. */
  readonly active: Signal<string>;
  readonly strip: Signal<readonly Thumbnail[]>;
  /** The frame that an animation shows instead of the face. */
  readonly playing: Signal<Drawn | undefined>;
  readonly history: Signal<{ readonly entries: readonly HistoryEntry[]; readonly at: number }>;
  readonly gallery: Signal<readonly Thumbnail[]>;
  readonly recent: Signal<readonly Thumbnail[]>;
  /** Where the divider stands, 0 to 1: left of it the face is as it was before. */
  readonly divider: Signal<number>;
  /** Whether the key is held that shows the face as it was before. */
  readonly peeking: Signal<boolean>;
  readonly units: Signal<Units>;
  readonly query: Signal<string>;
  readonly dialog: Signal<Dialog | undefined>;
  readonly message: Signal<Message | undefined>;
  /** Whether all that is needed is kept for use without a network. */
  readonly offline: Signal<boolean>;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
}

/** What every action gets. */
export interface Studio {
  readonly state: StudioState;
  /** Another one after a failure. */
  engine: EngineClient;
}

export function createState(): StudioState {
  const history = signal<StudioState['history']['value']>({ entries: [], at: -1 });
  return {
    phase: signal<Phase>({ kind: 'loading', progress: undefined }),
    model: signal(undefined),
    edit: signal(faceOf(0)),
    shown: signal(undefined),
    before: signal(undefined),
    figures: signal(undefined),
    residuals: signal({}),
    active: signal('Young'),
    strip: signal([]),
    playing: signal(undefined),
    history,
    gallery: signal([]),
    recent: signal([]),
    divider: signal(0),
    peeking: signal(false),
    units: signal<Units>('probability'),
    query: signal(''),
    dialog: signal(undefined),
    message: signal(undefined),
    offline: signal(false),
    canUndo: computed(() => history.value.at > 0),
    canRedo: computed(() => history.value.at < history.value.entries.length - 1),
  };
}

/**
 * The face of a seed as it is. @param model left out before there is one.
 * @param psi its truncation; left out, the model's, if it has any.
 */
export function faceOf(seed: number, model?: Pick<Model, 'geometry' | 'psi'>, psi = model?.psi): Edit {
  return { seed, ...(psi !== undefined && { psi }), moves: [], locks: [], geometry: model?.geometry ?? 'sphere' };
}

/** The face that an edit starts from, without the edit. */
export function unedited(edit: Edit): Edit {
  const start =
    'seed' in edit ? { seed: edit.seed, ...(edit.psi !== undefined && { psi: edit.psi }) } : { latent: edit.latent };
  return { ...start, moves: [], locks: [], geometry: edit.geometry };
}

/** Whether two edits start from the same face, truncated alike, in the same geometry. */
export function sameStart(a: Edit, b: Edit): boolean {
  if (a.geometry !== b.geometry) return false;
  if ('seed' in a || 'seed' in b) return 'seed' in a && 'seed' in b && a.seed === b.seed && a.psi === b.psi;
  return a.latent.length === b.latent.length && [...a.latent].every((x, i) => x === b.latent[i]);
}

/** Whether two edits are the same in every word. */
export function sameEdit(a: Edit, b: Edit): boolean {
  const said = ({ moves, locks, layers }: Edit) => JSON.stringify([moves, locks, layers]);
  return sameStart(a, b) && said(a) === said(b);
}

/** @param logits [40]. */
export function probabilitiesOf(model: Model, logits: Float32Array): readonly number[] {
  return Array.from(logits, (logit, column) => probabilityOf(model.directions[column]!, logit));
}
