// After the report's figures: what moving each attribute does to it and to all others, as a second network sees it.
import { attributeNames } from '../../../../core/attributes.ts';
import { mean } from '../../../../core/math/statistics.ts';
import type { EditEffect } from '../../../../core/measures/answers/edit-effects.ts';
import { heatMap } from '../../../presentation/charts.ts';
import { escapeHtml, type Figure } from '../../../presentation/html.ts';
import { type Column, htmlTable } from '../../../presentation/table.ts';
import { type Effect, pairsOf } from '../../evaluate-edits/edits.ts';
import type { Sources } from '../sources.ts';
import { counted, listed, readable } from './words.ts';

type Pair = ReturnType<typeof pairsOf>[number];

/** With the suggested locks where there are some. */
const best = ({ free, locked }: Pair): Effect => locked ?? free;

/** Figures of all pairs, or one sentence where the model has none. */
function ifAny(pairs: readonly unknown[], draw: () => string): string {
  return pairs.length > 0 ? draw() : '<p class="note">No attribute of this model has a boundary to move along.</p>';
}

export function editsFigure({ edits, editor, runs }: Sources): Figure {
  const pairs = pairsOf(edits.effects);
  const [free, locked] = [{ group: 'nothing locked' }, { group: 'suggested locks' }];
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
    `flip with nothing locked; ${means(pair => best(pair).all.agreement)} % and ${means(pair => best(pair).all.flips)} % ` +
    'with the suggested locks';
  return {
    title: 'What moves do, attribute by attribute',
    body: ifAny(
      pairs,
      () => `${htmlTable(columns, pairs, meansText)}
<details><summary>The suggested locks</summary><ul>${locks.join('\n')}</ul></details>`,
    ),
    caption:
      `Each attribute was moved on ${counted(edits.faces)} faces, on ${counted(pairs[0]?.free.all.faces ?? 0)} with nothing locked, to 10 % and to 90 % of the classifier's probability. ` +
      '“Agrees”: after so many of these edits the attribute is seen where it should be. “Others flip”: the mean share ' +
      `of the other attributes whose answer is another than on the unedited face. Said by ${edits.judge}. Locks were ` +
      'chosen on other faces than these. “Left”: how much of the direction the locks leave. R²: of the logit on the ' +
      'signed distance, over the unedited faces.',
    command: runs.evaluation.command,
  };
}

export function rescoringFigure({ edits, runs }: Sources): Figure {
  const pairs = pairsOf(edits.effects);
  const map = (title: string, effect: (pair: Pair) => Effect) => {
    const values = pairs.map(pair => effect(pair).all.changes);
    const rows = pairs.map(({ free }) => readable(free.moved));
    const chart = heatMap(
      { rows, columns: attributeNames.map(readable), values, limit: 4, unit: 'change of the logit' },
      title,
    );
    return `<div><h3>${escapeHtml(title)}</h3>${chart}</div>`;
  };
  return {
    title: 'Re-scoring: what moves along',
    body: ifAny(pairs, () => `${map('Nothing locked', ({ free }) => free)}\n${map('Suggested locks', best)}`),
    caption:
      'A row is what was moved, from 10 % to 90 % of the classifier’s probability; its colours are how much the ' +
      `judge’s logit of each attribute changed on average over ${counted(edits.faces)} faces. Purple is more, orange ` +
      'less. A model without entanglement would show the diagonal alone. The figures are in evaluation.csv.',
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
      `All ${names.length} normals against each other. What is dark off the diagonal shares a direction: a lock on one ` +
      'takes part of the other away.',
    command: runs.boundaries.command,
  };
}

/** Attributes whose effect is told apart for women and men: the report saw men lose hair and beard as they age. */
const told = ['Young', 'Smiling', 'Eyeglasses'];
/** Changes that are told of each. */
const mostTold = 5;

export function groupsFigure({ edits, runs }: Sources): Figure {
  const pairs = pairsOf(edits.effects).filter(({ free }) => told.includes(free.moved));
  const rows = pairs
    .flatMap(pair =>
      (['women', 'men'] as const).flatMap(group => [
        { of: pair.free, group, effect: pair.free[group] },
        ...(pair.locked === undefined ? [] : [{ of: pair.locked, group, effect: pair.locked[group] }]),
      ]),
    )
    .filter(({ effect }) => effect.faces > 0);
  type Row = (typeof rows)[number];
  const columns: Column<Row>[] = [
    { title: 'moved', value: ({ of }) => `${readable(of.moved)}${of.locked ? ', locked' : ''}` },
    { title: 'faces', value: ({ group, effect }) => `${effect.faces} ${group}` },
    { title: 'agrees (%)', value: ({ effect }) => 100 * effect.agreement, decimals: 1 },
    { title: 'others flip (%)', value: ({ effect }) => 100 * effect.flips, decimals: 1 },
    { title: 'what changes most beside it (logit)', value: ({ of, effect }) => largest(of.moved, effect) },
  ];
  return {
    title: 'Women and men',
    body: ifAny(rows, () =>
      htmlTable(columns, rows, 'From the low end to the high end; “locked” is with the suggested locks'),
    ),
    caption:
      'The same edits apart for faces in which the judge sees, unedited, a man or none. The changes are those from 10 % ' +
      'to 90 %: for Young, from old to young. The report saw beards and hair loss come to men as they aged.',
    command: runs.evaluation.command,
  };
}

function largest(moved: string, { changes }: EditEffect): string {
  return attributeNames
    .map((attribute, a) => ({ attribute, change: changes[a]! }))
    .filter(({ attribute }) => attribute !== moved)
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change))
    .slice(0, mostTold)
    .map(({ attribute, change }) => `${readable(attribute)} ${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)}`)
    .join(', ');
}
