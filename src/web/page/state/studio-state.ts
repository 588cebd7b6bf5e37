// Everything the studio shows, as one object of signals. Actions write to it; everybody else is handed a read-only view.
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { InversionProgress } from '../../../core/portraits/inversion/networks.ts';
import type { Point } from '../../../core/portraits/photo.ts';
import type {
  Drawn,
  Edit,
  Engine,
  Frame,
  Model,
  OpenedPhoto,
  OpenedPortrait,
  Progress,
} from '../../shared/protocol.ts';
import type { FaceWorkerClient } from '../face-worker-client.ts';
import { faceOf, sameBut } from './edits.ts';
import type { Figures } from './figures.ts';

export type Phase =
  | { readonly kind: 'loading'; readonly progress: Progress | undefined }
  | { readonly kind: 'failed'; readonly problem: string }
  | { readonly kind: 'ready' };

/** A face on the screen, with the edit that made it. */
export interface Shown extends Drawn {
  readonly edit: Edit;
}

export interface HistoryEntry {
  /** `Young to 22 %`. */
  readonly label: string;
  readonly edit: Edit;
  /** Changes with the same tag that follow each other closely are one entry. */
  readonly tag: string;
  /** Time of the change, in milliseconds of the clock. */
  readonly at: number;
  /** Whether the person chose how its locks are held. */
  readonly isHoldChosen: boolean;
}

/** A face to choose, in the gallery or among the recent ones. */
export interface Thumbnail {
  readonly edit: Edit;
  readonly frame: Frame;
}

/** The face with less to more of an attribute. */
export interface Strip {
  readonly attribute: string;
  readonly frames: readonly Thumbnail[];
}

export type Message = { readonly text: string } & (
  | { readonly kind: 'news' | 'problem' }
  /** About a face that could not be had; it is over once another edit than `besides` is on the screen. */
  | { readonly kind: 'refused'; readonly besides: Edit }
);

export type DialogName = 'export' | 'help' | 'photo';

/** How far a photo has come that is being opened. */
export type PhotoStep =
  | { readonly kind: 'choose' }
  | { readonly kind: 'camera' }
  | { readonly kind: 'reading' }
  /** `clicks`: places in the photo, in its pixels, where the person has pointed so far; undefined while faces are offered. */
  | { readonly kind: 'faces'; readonly photo: OpenedPhoto; readonly clicks: readonly Point[] | undefined }
  | { readonly kind: 'finding'; readonly progress: InversionProgress | undefined; readonly photo: OpenedPhoto };

/** A face of a photo that edits like a seed's. */
export interface OpenPortrait extends OpenedPortrait {
  /** The file that it came from. */
  readonly source: File;
}

/** A portrait that is kept in this browser. */
export interface KeptPortrait {
  readonly sha256: string;
  /** Whether another model made it than the one that is open, which has to find the face in the photo anew. */
  readonly isOfOther: boolean;
  readonly name: string;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** The numbers beside the sliders: probabilities, or signed distances for experts. */
export type Units = 'probability' | 'distance';

export interface StudioState {
  readonly phase: Signal<Phase>;
  readonly model: Signal<Model | undefined>;
  readonly engine: Signal<Engine | undefined>;
  /** The wanted face; the screen follows. */
  readonly edit: Signal<Edit>;
  /** The face as it is drawn. */
  readonly shown: Signal<Shown | undefined>;
  /** The same face without moves. */
  readonly before: Signal<Shown | undefined>;
  /** Figures of both, for people to read: they change less often than the picture. */
  readonly figures: Signal<{ readonly before: Figures; readonly after: Figures } | undefined>;
  /** Share of each direction that the locks leave, 0 to 1. */
  readonly residuals: Signal<Readonly<Record<string, number>>>;
  /** The attribute in use, whose strip is shown. */
  readonly active: Signal<string>;
  /** Attributes whose typed probability is searched for, each with whether its last search is still wanted. */
  readonly searches: Signal<ReadonlyMap<string, () => boolean>>;
  /** The strip that was drawn last; that of the attribute in use and the face on the screen follows a little later. */
  readonly strip: Signal<Strip>;
  /** Its frames where they are of the attribute in use and the wanted face; none until then. */
  readonly fittingStrip: ReadonlySignal<readonly Thumbnail[]>;
  /** The frame that the playing strip shows in place of the face. */
  readonly playing: Signal<Drawn | undefined>;
  readonly history: Signal<{ readonly entries: readonly HistoryEntry[]; readonly at: number }>;
  readonly gallery: Signal<readonly Thumbnail[]>;
  readonly recent: Signal<readonly Thumbnail[]>;
  /** Place of the divider, 0 to 1; left of it the face before the edit is shown. */
  readonly divider: Signal<number>;
  /** Whether the face before the edit is shown, as long as a key or button is held. */
  readonly peeking: Signal<boolean>;
  readonly units: Signal<Units>;
  /** The text in the search field. */
  readonly query: Signal<string>;
  /** The photo that is being opened. */
  readonly photo: Signal<PhotoStep>;
  /** The face of a photo that was opened last. */
  readonly portrait: Signal<OpenPortrait | undefined>;
  /** Portraits that are kept in this browser, the latest first. */
  readonly kept: Signal<readonly KeptPortrait[]>;
  /** How much of the photo around the face is shown; see `FaceWorker.setView`. */
  readonly zoom: Signal<number>;
  readonly dialog: Signal<DialogName | undefined>;
  /** The film that is being recorded. */
  readonly recording: Signal<symbol | undefined>;
  readonly message: Signal<Message | undefined>;
  /** Whether the page and its model are kept for use without a network. */
  readonly offline: Signal<boolean>;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
}

/** The state for those who show it: it has the same signals, but their values cannot be set. */
export type ReadonlyState = {
  readonly [Name in keyof StudioState]: ReadonlySignal<StudioState[Name]['value']>;
};

/** State and worker; every action gets them. */
export interface Studio {
  readonly state: StudioState;
  /** Replaced by a new one after a failure. */
  faceWorker: FaceWorkerClient;
}

export function createState(): StudioState {
  const edit = signal<Edit>(faceOf(0));
  const active = signal('Young');
  const strip = signal<Strip>({ attribute: 'Young', frames: [] });
  const history = signal<StudioState['history']['value']>({ entries: [], at: -1 });
  return {
    phase: signal<Phase>({ kind: 'loading', progress: undefined }),
    model: signal(undefined),
    engine: signal(undefined),
    edit,
    shown: signal(undefined),
    before: signal(undefined),
    figures: signal(undefined),
    residuals: signal({}),
    active,
    searches: signal(new Map()),
    strip,
    fittingStrip: computed(() => {
      const { attribute, frames } = strip.value;
      const isOf = ({ edit: drawn }: Thumbnail) => sameBut(attribute, drawn, edit.value);
      return attribute === active.value && frames.slice(0, 1).every(isOf) ? frames : [];
    }),
    playing: signal(undefined),
    history,
    gallery: signal([]),
    recent: signal([]),
    divider: signal(0),
    peeking: signal(false),
    units: signal<Units>('probability'),
    query: signal(''),
    photo: signal<PhotoStep>({ kind: 'choose' }),
    portrait: signal(undefined),
    kept: signal([]),
    zoom: signal(1.6),
    dialog: signal(undefined),
    recording: signal(undefined),
    message: signal(undefined),
    offline: signal(false),
    canUndo: computed(() => history.value.at > 0),
    canRedo: computed(() => history.value.at < history.value.entries.length - 1),
  };
}
