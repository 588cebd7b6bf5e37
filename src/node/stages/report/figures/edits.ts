// Draws what moving each attribute does to it and to all others, as a second network sees it.
import { attributeNames } from '../../../../core/attributes.ts';
import { mean } from '../../../../core/math/statistics.ts';
import type { EditEffect } from '../../../../core/measures/answers/edit-effects.ts';
import { heatMap } from '../../../presentation/charts.ts';
import { escapeHtml, type Figure } from '../../../presentation/html.ts';
import { type Column, htmlTable } from '../../../presentation/table.ts';
import {
  type EditEvaluation,
  type Effect,
  type Pair,
  pairsOf,
  unlockedFaces,
  usualOf,
} from '../../evaluate-edits/stage.ts';
import type { Sources } from '../sources.ts';
import { counted, listed, readable } from './words.ts';

/** The attributes that an evaluation tells of. */
function attributesOf({ attributes = attributeNames }: EditEvaluation): readonly string[] {
  return attributes;
}

/** Draws the pairs, or says in one sentence that there are none. */
function ifAny(pairs: readonly unknown[], draw: () => string): string {
  return pairs.length > 0 ? draw() : '<p class="note">No attribute of this model has a boundary to move along.</p>';
}

export function editsFigure({ edits, editor, runs }: Sources): Figure {
  const pairs = pairsOf(edits.effects);
  const free = { group: 'nothing locked' };
  const locked = { group: 'suggested locks' };
  const held = { group: 'the same, held by the field' };
  const percent = (title: string, value: (pair: Pair) => number | undefined): Column<Pair> => ({
    title,
    value: pair => {
      const share = value(pair);
      return share === undefined ? undefined : 100 * share;
    },
    decimals: 1,
  });
  const columns: Column<Pair>[] = [
    { title: 'attribute', value: pair => readable(pair.free.moved) },
    { ...free, ...percent('agrees (%)', pair => pair.free.all.agreement) },
    { ...free, ...percent('others flip (%)', pair => pair.free.all.flips) },
    { ...locked, title: 'locks', value: pair => pair.locked?.locks.length },
    { ...locked, ...percent('left (%)', pair => pair.locked?.residual) },
    { ...locked, ...percent('agrees (%)', pair => pair.locked?.all.agreement) },
    { ...locked, ...percent('others flip (%)', pair => pair.locked?.all.flips) },
    ...(pairs.some(pair => pair.held !== undefined)
      ? [
          { ...held, ...percent('agrees (%)', pair => pair.held?.all.agreement) },
          { ...held, ...percent('others flip (%)', pair => pair.held?.all.flips) },
          { ...held, title: 'usual', value: (pair: Pair) => (usualOf(pair) === pair.held ? 'yes' : null) },
        ]
      : []),
    { title: 'R²', value: pair => edits.linearity[pair.free.moved], decimals: 2 },
    { title: 'not controllable, because', value: pair => editor.direction(pair.free.moved).reason },
  ];
  const locks = pairs
    .filter(pair => pair.locked !== undefined)
    .map(
      ({ locked: effect }) =>
        `<li>${escapeHtml(`${readable(effect!.moved)}: ${listed(effect!.locks.map(readable))}`)}</li>`,
    );
  const means = (read: (pair: Pair) => number) => (100 * mean(pairs.map(read))).toFixed(1);
  const meansText =
    `Means: ${means(pair => pair.free.all.agreement)} % agree and ${means(pair => pair.free.all.flips)} % of the others ` +
    `flip with nothing locked; ${means(pair => usualOf(pair).all.agreement)} % and ${means(pair => usualOf(pair).all.flips)} % ` +
    'with the suggested locks, held as is usual';
  return {
    title: 'What moves do, attribute by attribute',
    body: ifAny(
      pairs,
      () => `${htmlTable(columns, pairs, meansText)}
<details><summary>The suggested locks</summary><ul>${locks.join('\n')}</ul></details>`,
    ),
    caption:
      `Each attribute was moved on ${counted(edits.faces)} faces${fewerUnlocked(edits, pairs)}, to 10 % and to 90 % of ` +
      "the classifier's probability. " +
      '“Agrees”: the share of these edits after which the judge sees the attribute where it should be, half where a move ' +
      'changes nothing. “Others flip”: ' +
      `the mean share of the other attributes for which its answer changes. Judged by ${edits.judge}. Locks were ` +
      'chosen on other faces than these. “Left”: the share of the direction that the locks leave. R²: of the logit on ' +
      'the signed distance, over the unedited faces.' +
      (pairs.some(pair => pair.held !== undefined)
        ? ' “Held by the field”: along a curve on which the locks keep what the classifier sees; “usual” where edits do so ' +
          'unless told otherwise.'
        : ''),
    command: runs.evaluation.command,
  };
}

function fewerUnlocked({ faces }: EditEvaluation, pairs: readonly Pair[]): string {
  const count = unlockedFaces(pairs);
  return count === undefined || count === faces ? '' : ` (on the first ${counted(count)} of them without the locks)`;
}

export function rescoringFigure({ edits, runs }: Sources): Figure {
  const pairs = pairsOf(edits.effects);
  const map = (title: string, effect: (pair: Pair) => Effect) => {
    const values = pairs.map(pair => effect(pair).all.changes);
    const rows = pairs.map(({ free }) => readable(free.moved));
    const chart = heatMap(
      { rows, columns: attributesOf(edits).map(readable), values, limit: 4, unit: 'change of the logit' },
      title,
    );
    return `<div><h3>${escapeHtml(title)}</h3>${chart}</div>`;
  };
  return {
    title: 'Re-scoring: what moves along',
    body: ifAny(pairs, () => `${map('Nothing locked', ({ free }) => free)}\n${map('Suggested locks', usualOf)}`),
    caption:
      'A row is what was moved, from 10 % to 90 % of the classifier’s probability; its colours are how much the ' +
      `judge’s logit of each attribute changed on average over ${counted(edits.faces)} faces${fewerUnlocked(edits, pairs)}. ` +
      'Orange is more, purple less. A model without entanglement would show the diagonal alone. The numbers are in evaluation.csv.',
    command: runs.evaluation.command,
  };
}

export function cosinesFigure({ edits, runs }: Sources): Figure {
  const names = Object.keys(edits.linearity).map(readable);
  const map = { rows: names, columns: names, values: edits.cosines, limit: 1, unit: 'cosine of two normals' };
  return {
    title: 'Cosines of the normals',
    body: ifAny(names, () => heatMap(map, 'Cosine of each pair of normals')),
    caption:
      `All ${names.length} normals against each other. Dark cells off the diagonal are pairs that share a direction: ` +
      'locking one takes part of the other away.',
    command: runs.boundaries.command,
  };
}

/** Attributes whose effect is shown apart for women and men; where a model has none of them, its first ones are. */
const grouped = ['Young', 'Smiling', 'Eyeglasses'];
/** Changes that are listed for each. */
const mostListed = 5;

export function groupsFigure({ edits, runs }: Sources): Figure {
  const all = pairsOf(edits.effects);
  const known = all.filter(({ free }) => grouped.includes(free.moved));
  const rows = (known.length > 0 ? known : all.slice(0, grouped.length))
    .flatMap(pair =>
      (['women', 'men'] as const).flatMap(group => [
        { of: pair.free, group, effect: pair.free[group] },
        ...(usualOf(pair) === pair.free ? [] : [{ of: usualOf(pair), group, effect: usualOf(pair)[group] }]),
      ]),
    )
    .filter(({ effect }) => effect.faces > 0);
  type Row = (typeof rows)[number];
  const isOfAge = rows.some(({ of }) => of.moved === 'Young');
  const columns: Column<Row>[] = [
    { title: 'moved', value: ({ of }) => `${readable(of.moved)}${of.locked ? ', as is usual' : ''}` },
    { title: 'faces', value: ({ group, effect }) => `${effect.faces} ${group}` },
    { title: 'agrees (%)', value: ({ effect }) => 100 * effect.agreement, decimals: 1 },
    { title: 'others flip (%)', value: ({ effect }) => 100 * effect.flips, decimals: 1 },
    {
      title: 'what changes most beside it (logit)',
      value: ({ of, effect }) => largest(of.moved, effect, attributesOf(edits)),
    },
  ];
  return {
    title: 'Women and men',
    body: ifAny(rows, () =>
      htmlTable(
        columns,
        rows,
        'From the low end to the high end; “as is usual” is with the suggested locks, held as is usual',
      ),
    ),
    caption:
      'The same edits apart for faces in which the judge sees, unedited, a man or none. The changes are those from 10 % ' +
      `to 90 %${isOfAge ? ': for Young, from old to young. The report saw beards and hair loss come to men as they aged' : ''}.`,
    command: runs.evaluation.command,
  };
}

function largest(moved: string, { changes }: EditEffect, attributes: readonly string[]): string {
  return attributes
    .map((attribute, a) => ({ attribute, change: changes[a]! }))
    .filter(({ attribute }) => attribute !== moved)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, mostListed)
    .map(({ attribute, change }) => `${readable(attribute)} ${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)}`)
    .join(', ');
}
