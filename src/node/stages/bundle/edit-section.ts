// The section of a model card that `calibrate` writes: how far what edits do is what they say.
import { ownJudgeName } from '../../../core/calibration/judge.ts';
import type { DirectionFacts } from '../../../core/directions/direction.ts';
import { countOf } from '../../../core/errors.ts';
import { type Column, markdownTable } from '../../presentation/table.ts';
import { withSection } from './model-card.ts';

const editHeading = '## What edits do';

/** @param byField whether the same edits were judged with their locks held by the field. */
const editColumns = (byField: boolean): readonly Column<DirectionFacts>[] => [
  { title: 'attribute', value: ({ attribute }) => attribute },
  { title: 'agrees', value: ({ judged }) => judged?.agreement, decimals: 3 },
  { title: 'others flip', value: ({ judged }) => judged?.flips, decimals: 3 },
  ...(byField ? heldColumns : []),
  { title: 'safe range', value: ({ boundary }) => boundary?.safeRange?.map(end => end.toFixed(1)).join(' … ') },
  { title: 'suggested locks', value: ({ suggestedLocks }) => suggestedLocks?.join(', ') },
  { title: 'not controllable, because', value: ({ controllable, reason }) => (controllable ? null : reason) },
];

const heldColumns: readonly Column<DirectionFacts>[] = [
  { title: 'agrees, by field', value: ({ judgedByField }) => judgedByField?.agreement, decimals: 3 },
  { title: 'others flip, by field', value: ({ judgedByField }) => judgedByField?.flips, decimals: 3 },
  { title: 'usual', value: ({ hold, judged }) => judged && (hold ?? 'linear') },
];
const heldNote =
  '*By field* are the same edits along a curve on which the field’s scores of the locks stay; *usual* is the way that ' +
  'edits take where nobody chooses. ';

export interface EditFacts {
  readonly attributes: readonly DirectionFacts[];
  /** Those that were measured after all others; none: all were measured together. */
  readonly again?: readonly string[];
  /** The judge's name, and how many faces it looked at: of those measured after all others, where there are any. */
  readonly judge: string;
  readonly faces: number;
}

/** @returns the card with what is known of the bundle's edits, in place of what was known before. */
export function withEditSection(card: string, { attributes, again = [], judge, faces }: EditFacts): string {
  const controllable = attributes.filter(attribute => attribute.controllable).length;
  const byField = attributes.some(({ judgedByField }) => judgedByField !== undefined);
  const asBefore = attributes.find(({ attribute, judged }) => again.length > 0 && judged && !again.includes(attribute));
  const first = asBefore?.judged ?? { faces, own: undefined };
  const firstJudge = asBefore === undefined ? judge : first.own ? ownJudgeName : 'a judge that labelled nothing';
  const later =
    again.length === 0 ? '' : `Measured after all others, on ${faces} faces, said by ${judge}: ${again.join(', ')}. `;
  const section = `${editHeading}

${controllable} of ${countOf(attributes.length, 'attributes')} do what they say. Each was moved on ${first.faces} faces to 10 % and to 90 % of the classifier's probability, with its suggested locks, which were chosen on other faces and kept only where they were better than none on these, that of brightness also where it was hardly worse. On these, too, locks were taken back where they hid the change${byField ? ', and the usual way was chosen' : ''}. *Agrees* is the share of these edits after which the attribute is seen where it should be, half of them where a move changes nothing; *others flip* the mean share of the other attributes whose answer changed. Said by ${firstJudge}. ${later}${byField ? heldNote : ''}The safe range, in signed distance, is where the attribute's median logit rises and fewer than 15 % of the others flip, with the suggested locks in the usual way.

${markdownTable(editColumns(byField), attributes)}
`;
  return withSection(card, editHeading, section);
}
