// Draws figures 4 to 6: unselected faces, and typical faces edited with one and with several attributes locked.
import { scoredBoundaries } from '../../../../core/calibration/probe.ts';
import { usualHold } from '../../../../core/directions/hold.ts';
import { asLatentMove, type Move } from '../../../../core/editing/moves.ts';
import { parseMoveRange } from '../../../../core/editing/strip.ts';
import type { FaceEditor } from '../../../../core/editor/face-editor.ts';
import { probabilityOf } from '../../../../core/editor/probability.ts';
import { UserError } from '../../../../core/errors.ts';
import { length } from '../../../../core/math/linear-algebra.ts';
import { mean } from '../../../../core/math/statistics.ts';
import { escapeHtml, type Figure, imageHtml } from '../../../presentation/html.ts';
import { encodeGrid } from '../../../presentation/image-grid.ts';
import { htmlTable } from '../../../presentation/table.ts';
import { edit } from '../../edit/stage.ts';
import { drawStrips } from '../../edit/strips.ts';
import { commandOf } from '../../framework/command-line.ts';
import type { Source } from '../sources.ts';
import { listed, readable } from './words.ts';

/** The part of a report's sources that these figures need. */
export interface FaceSources {
  readonly editor: FaceEditor;
  /** Truncation of the faces. Left out: the model's own. */
  readonly psi?: number | undefined;
  readonly runs: { readonly generator: Pick<Source, 'command'>; readonly bundle: Pick<Source, 'folder'> };
}

/** Approximate side of a face on the page, in pixels. */
const shownSide = 96;
const seedsFrom = (count: number) => Array.from({ length: count }, (_, seed) => seed);
const scaleOf = (editor: FaceEditor) => Math.max(1, Math.round(shownSide / editor.bundle.resolution));

export async function samplesFigure({ editor, psi, runs }: FaceSources): Promise<Figure> {
  const [count, columns] = [40, 8];
  const { resolution } = editor.bundle;
  const images = await editor.render(seedsFrom(count).map(seed => editor.sample(seed, psi)));
  const scale = scaleOf(editor);
  const png = await encodeGrid(images, { resolution, columns, scale, kernel: 'cubic', gap: 2 });
  return {
    number: 4,
    title: 'Faces as they come',
    body: imageHtml(png, columns * (resolution * scale + 2) - 2, `${count} generated faces`),
    caption:
      `${count} generated faces of ${resolution}×${resolution}, seeds 0 to ${count - 1} in order` +
      `${editor.geometry === 'linear' ? ` at ψ ${psi ?? editor.bundle.psi ?? 1}` : ''}: none was chosen or left out.`,
    command: runs.generator.command,
    pictures: { 'samples.png': png },
  };
}

interface StripPlan {
  readonly moved: string;
  /** Whether it goes from more to less. */
  readonly falls?: boolean;
  readonly locks: readonly string[];
  /** Left out: those of `shownSeeds`. */
  readonly seeds?: readonly number[];
  /** Whose faces these are, for the name of the command's file. */
  readonly group?: string;
}

/** The edits of the report's figures 5 and 6. */
const ageWithGender: StripPlan = { moved: 'Young', falls: true, locks: ['Male'] };
const severalLocks: readonly StripPlan[] = [
  { moved: 'Young', falls: true, locks: ['Male', 'Bald', 'Wearing_Lipstick'] },
  { moved: 'Eyeglasses', locks: ['Male', 'Young'] },
];
/** The report's reach to either side, in σ. */
const farthest = 3;

/** @returns the plan's move: as far as the report's, but no farther than the attribute's safe range. */
function moveOf({ bundle }: FaceEditor, { moved, falls = false }: StripPlan): string {
  const known = bundle.directions.find(({ attribute }) => attribute === moved);
  const [low, high] = known?.boundary?.safeRange ?? [-farthest, farthest];
  const ends = [Math.max(-farthest, low), Math.min(farthest, high)].map(end => Math.trunc(10 * end) / 10);
  return `${moved}=${(falls ? ends.reverse() : ends).join('..')}`;
}

/**
 * Seeds by how near their face is to the mean face: those that lie far out are torn, and a strip is to show what an edit
 * does. On the sphere all lie equally far.
 */
function shownSeeds({ editor, psi }: FaceSources): number[] {
  const distance = (seed: number) => (editor.geometry === 'sphere' ? 0 : length(editor.sample(seed, psi)));
  const distances = seedsFrom(searched).map(distance);
  return seedsFrom(searched).sort((a, b) => distances[a]! - distances[b]!);
}

/** Whether the model knows age and gender, so that the report's edits can be shown. */
export function knowsAge({ attributes }: FaceEditor): boolean {
  return attributes.includes('Young') && attributes.includes('Male');
}

/** Edits for attributes of one's own: each of the first ones is moved while the next ones are locked. */
function ownPlans(editor: FaceEditor, locks: number): readonly StripPlan[] {
  const names = scoredBoundaries(editor).map(({ attribute }) => attribute);
  const others = (name: string) => names.filter(other => other !== name).slice(0, locks);
  return names.slice(0, 2).map(moved => ({ moved, locks: others(moved) }));
}

export async function ageFigure(sources: FaceSources): Promise<Figure> {
  const known = knowsAge(sources.editor);
  const plan = known ? ageWithGender : ownPlans(sources.editor, 1)[0];
  if (plan === undefined)
    return { number: 5, title: 'One attribute locked', body: nothingToMove, caption: '', command: '' };
  const { heading, ...drawn } = await strip(sources, plan);
  return { number: 5, title: known ? 'Age with gender locked' : heading, caption: stripCaption(sources), ...drawn };
}

export async function locksFigure(sources: FaceSources): Promise<Figure> {
  const strips = [];
  const own = ownPlans(sources.editor, 3);
  const plans = knowsAge(sources.editor) ? severalLocks : own.filter(({ locks }) => locks.length > 0);
  for (const plan of plans) strips.push(await strip(sources, plan));
  return {
    number: 6,
    title: 'Several attributes locked',
    body:
      strips.map(({ heading, body }) => `<section><h3>${escapeHtml(heading)}</h3>\n${body}</section>`).join('\n') ||
      (own.length > 0 ? nothingToLock : nothingToMove),
    caption: strips.length > 0 ? stripCaption(sources) : '',
    command: strips.map(({ command }) => command).join('\n'),
    pictures: Object.assign({}, ...strips.map(({ pictures }) => pictures)),
  };
}

/** Shows age for women and men apart: do beards and bald heads come with it, and to whom? */
export async function groupStripsFigure(sources: FaceSources): Promise<Figure> {
  const { editor, psi } = sources;
  const { index: male, details } = editor.attribute('Male');
  const logits = await editor.score(await editor.render(seedsFrom(searched).map(seed => editor.sample(seed, psi))));
  const isMan = (seed: number) => logits[seed * editor.attributes.length + male]! > details.threshold;
  const shown = shownSeeds(sources);
  const all = [
    { name: 'women', sees: 'no man', seeds: shown.filter(seed => !isMan(seed)) },
    { name: 'men', sees: 'a man', seeds: shown.filter(isMan) },
  ];
  const groups = all.filter(({ seeds }) => seeds.length >= faces);
  const few = all.filter(({ seeds }) => seeds.length < faces);
  const strips = [];
  for (const { name, seeds } of groups) {
    const plan = { ...ageWithGender, seeds: seeds.slice(0, faces), group: name };
    strips.push({ name, ...(await strip(sources, plan)) });
  }
  return {
    title: 'Age of women and of men',
    body: strips.map(({ name, body }) => `<section><h3>${name}</h3>\n${body}</section>`).join('\n') || '<p>None.</p>',
    caption:
      `From young to old with gender locked, ${faces} faces each in which the classifier sees ` +
      `${listed(groups.map(({ sees }) => sees)) || 'either'}${choiceOf(editor)}.` +
      few.map(({ sees }) => ` It sees ${sees} in fewer than ${faces} of the first ${searched} seeds.`).join(''),
    command: strips.map(({ command }) => command).join('\n'),
  };
}

const nothingToMove = '<p class="note">No attribute of this model has a boundary to move along.</p>';
const nothingToLock = '<p class="note">This model moves a single attribute, so there is no other to lock.</p>';

const heldByField = 'Along a curve: the locks hold what the field, fitted to the classifier’s answers, sees of them.';
const faces = 6;
const steps = 7;
/** Seeds among which faces to show are looked for. */
const searched = 40;

/** @returns how `shownSeeds` chooses, in words. */
function choiceOf({ geometry }: FaceEditor): string {
  return geometry === 'sphere' ? '' : `, of the first ${searched} those nearest the mean face`;
}

function stripCaption(sources: FaceSources): string {
  const seeds = shownSeeds(sources).slice(0, faces);
  return (
    `${faces} generated faces, seeds ${listed(seeds.map(String))}${choiceOf(sources.editor)}, one a row, in ${steps} steps. Under them the mean ` +
    'probability that the classifier gives, over these faces: the moved attribute should change, a locked one should not. ' +
    'The boundaries were fitted to the labels of this classifier, so it is no independent judge.'
  );
}

/** Draws one strip. Locks without a boundary are left out and named; a move without one becomes a note. */
async function strip(sources: FaceSources, plan: StripPlan) {
  const { editor, psi, runs } = sources;
  const { locks, seeds = shownSeeds(sources).slice(0, faces), group } = plan;
  const move = moveOf(editor, plan);
  const range = parseMoveRange(move);
  const has = (name: string) => editor.bundle.movable.some(({ attribute }) => attribute === name);
  const [held, lost] = [locks.filter(has), locks.filter(lock => !has(lock))];
  const heading = `${readable(range.to.attribute)} moved, ${listed(held.map(readable)) || 'nothing'} locked`;
  const out = `${[range.to.attribute, ...held, 'locked', ...(group === undefined ? [] : [group])].join('-')}.png`;
  const scale = scaleOf(editor);
  const drawn = { move: [move], lock: held, seed: seeds, psi, scale, out };
  const command = commandOf(edit, { bundle: runs.bundle.folder, ...drawn });
  const notes = lost.map(name => `${readable(name)} could not be locked: ${reasonFor(editor, name)}.`);
  try {
    const request = { seeds, moves: [range], locks: held, psi, steps } as const;
    const { png, images, residuals } = await drawStrips(editor, { ...request, scale });
    const residual = residuals[range.to.attribute]!;
    notes.push(`The locks leave ${(100 * residual).toFixed(0)} % of the direction of ${readable(range.to.attribute)}.`);
    if (usualHold(editor.bundle.directions, [range.to]) === 'field') notes.push(heldByField);
    const logits = await editor.score(images);
    const watched = [range.to.attribute, ...held];
    const width = steps * (editor.bundle.resolution * scale + 2) - 2;
    const ticks = stepLabels(range).map(label => `<span>${escapeHtml(label)}</span>`);
    const alt = `${faces} generated faces, ${heading}, in ${steps} steps`;
    const body = [
      `<div class="frames"><div class="ticks" aria-hidden="true">${ticks.join('')}</div>${imageHtml(png, width, alt)}</div>`,
      probabilityTable(editor, watched, stepLabels(range), logits),
      ...notes.map(note => `<p class="aside">${escapeHtml(note)}</p>`),
    ];
    return { heading, body: body.join('\n'), command, pictures: { [out]: png } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const reason = has(range.to.attribute)
      ? error.message
      : `${readable(range.to.attribute)} has no boundary: ${reasonFor(editor, range.to.attribute)}.`;
    return { heading, body: `<p class="note">Not drawn. ${escapeHtml(reason)}</p>`, command, pictures: {} };
  }
}

function reasonFor(editor: FaceEditor, attribute: string): string {
  const direction = editor.bundle.directions.find(each => each.attribute === attribute);
  return direction === undefined ? 'the model does not know it' : (direction.reason ?? 'it has no boundary');
}

/** `+3 σ`, …, `−3 σ`. */
function stepLabels({ from, to }: ReturnType<typeof parseMoveRange>): string[] {
  const strength = (given: Move) => {
    const move = asLatentMove(given);
    return move.kind === 'relative' ? move.strength : move.distance;
  };
  const [start, end] = [from === undefined ? 0 : strength(from), strength(to)];
  return Array.from({ length: steps }, (_, step) => {
    const value = start + ((end - start) * step) / (steps - 1);
    return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Number(Math.abs(value).toFixed(1))} σ`;
  });
}

/** @param logits [faces · steps, attributes]. */
function probabilityTable(
  editor: FaceEditor,
  watched: readonly string[],
  labels: readonly string[],
  logits: Float32Array,
): string {
  const meanAt = (attribute: string, step: number) => {
    const { index, details } = editor.attribute(attribute);
    const values = seedsFrom(faces).map(face => logits[(face * steps + step) * editor.attributes.length + index]!);
    return mean(values.map(logit => probabilityOf(details, logit)));
  };
  const rows = watched.map((attribute, i) => ({ attribute, moved: i === 0 }));
  const columns = [
    {
      title: 'probability',
      value: (row: (typeof rows)[number]) => `${readable(row.attribute)}${row.moved ? ' (moved)' : ' (locked)'}`,
    },
    ...labels.map((title, step) => ({
      title,
      value: (row: (typeof rows)[number]) => meanAt(row.attribute, step),
      decimals: 2,
    })),
  ];
  return htmlTable(columns, rows, '');
}
