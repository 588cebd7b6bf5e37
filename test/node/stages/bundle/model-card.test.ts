// A model card's account of images from a generator that was measured.
import { expect, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import type { FinishedRun } from '../../../../src/node/runs/run-folder.ts';
import { withEditSection } from '../../../../src/node/stages/bundle/edit-section.ts';
import {
  type ModelCardFacts,
  modelCard,
  type PictureSource,
  withBoundarySection,
} from '../../../../src/node/stages/bundle/model-card.ts';
import { tinyGan, tinyStyle } from '../../../helpers/tiny-networks.ts';

const run = (summary: object): FinishedRun => ({
  folder: 'run',
  manifest: { packageVersion: '0.1.0' } as FinishedRun['manifest'],
  config: {},
  summary: summary as FinishedRun['summary'],
  file: name => name,
});
const network = { weights: 'float16', difference: 0 } as const;
const facts: ModelCardFacts = {
  ...{ name: 'tiny', description: '', architecture: tinyGan, directions: [], curve: [], shownFaces: 4 },
  ...{ generator: run({ imagesShown: 1000 }), classifier: run({}), boundaries: run({}) },
  networks: { generator: network, classifier: network },
  pictures: 'unknown',
};
const figures = {
  swd: [],
  msSsim: [],
  nearest: [],
  precisionRecall: [{ of: 'generated, training', images: 12, precision: 0.75, recall: 0.5 }],
};

test('precision, recall and Fréchet distance stand with the network in whose features they are', () => {
  const features = 'the classifier of preset judge, seed 1 (88.83 % of test labels right)';
  const frechet = [{ of: 'training, test', images: 10, distance: 0.123456 }];
  const card = modelCard({ ...facts, quality: run({ ...figures, features, frechet }) });
  expect(card).toContain('| generated, training | 12 | 0.750 | 0.500 |');
  expect(card).toContain('| training, test | 10 | 0.1235 |');
  expect(card.split(`In the features of ${features}`)).toHaveLength(3);
});

test('the kind of its generator is named', () => {
  expect(modelCard(facts)).toContain('latents of 16 numbers (PGGAN, Karras et al. 2018)');
  const styled = modelCard({ ...facts, architecture: tinyStyle });
  expect(styled).toContain('(a style generator, after Karras et al. 2020)');
  expect(styled).toContain('Seeds 0 to 3 at ψ 1, in all their variety');
});

test('the average that was kept is told: the last, or the best by a judge', () => {
  expect(modelCard(facts)).toContain('The generator is the moving average after 1 thousand images shown. `train gan`');
  const best = { imagesShown: 900_000, halfLifeKimg: 10, frechet: 0.6, features: 'judge' };
  const judged = modelCard({ ...facts, generator: run({ imagesShown: 1_500_000, best }) });
  expect(judged).toContain('moving average (half-life 10 thousand images) after 900 of the 1500 thousand images shown');
});

test('attributes that were measured after all others are told with their own judge and faces', () => {
  const of = (attribute: string, judged: object) =>
    ({ attribute, boundary: null, controllable: true, judged }) as never;
  const figures = { agreement: 0.9, flips: 0.1 };
  const attributes = [of('Young', { ...figures, faces: 128 }), of('Bald', { ...figures, faces: 8, own: true })];
  const card = withEditSection('', { attributes, again: ['Bald'], judge: 'itself', faces: 8 });
  expect(card).toContain('Each was moved on 128 faces');
  expect(card).toContain(
    'Said by a judge that labelled nothing. Measured after all others, on 8 faces, said by itself: Bald. ',
  );
});

test('boundaries that were fitted anew stand where those before stood, and nothing else changes', () => {
  const card = withEditSection(modelCard(facts), { attributes: [], judge: 'a judge', faces: 2 });
  const known = { attribute: 'Young', threshold: 0, controllable: true };
  const metrics = { dataSize: 77, trainingAccuracy: 1, testAccuracy: 0.9, f1: 0.9, auc: 0.95, heldOutAuc: 0.8 };
  const directions = [{ ...known, boundary: { intercept: 0, metrics } }];
  const anew = withBoundarySection(card, { samples: 'matched', directions, note: 'Fitted by hand.' });
  const headings = (text: string) => text.match(/^## .*/gm);
  expect(headings(anew)).toEqual(headings(card));
  expect(anew).toMatch(
    /## Boundaries\n\nFitted by hand\. Accuracy, F1 and AUC on test faces of pairs .*\n\n.*\| Young \| 77 \|/s,
  );
  const calibrated = { ...directions[0]!, controllable: false, reason: 'it moves too little' };
  expect(withBoundarySection(card, { directions: [calibrated] })).not.toContain('too little'); // that is of its edits
  expect(withBoundarySection(anew, { directions: [] })).toBe(withBoundarySection(card, { directions: [] }));
  expect(withBoundarySection(card, { directions: [] })).toBe(card);
});

test('boundaries are told as they were found: by their stage, on their faces, without folders of the maker', () => {
  const { manifest } = facts.boundaries;
  const config = { samples: 'all', labels: ['/home/ann/private/dimples.csv'], synthesis: '/home/ann/synthesis' };
  const fitted = modelCard({ ...facts, boundaries: { ...facts.boundaries, config } });
  expect(fitted).toContain('on test faces of every kind');
  expect(fitted).toContain('"dimples.csv"');
  expect(fitted).not.toContain('ann');
  expect(modelCard(facts)).toContain('half have the attribute, so chance is 0.5');
  const matched = { samples: 'confident', matched: ['Young', 'Bald'] };
  expect(modelCard({ ...facts, boundaries: { ...facts.boundaries, config: matched } })).toMatch(
    /surest about \(.*\), for Young, Bald on test faces of pairs that .*\), and the AUC/,
  );
  const imported = modelCard({
    ...facts,
    boundaries: { ...facts.boundaries, manifest: { ...manifest, stage: 'import boundaries' } },
  });
  expect(imported).toContain('`import boundaries`:\n\n```sh\nface-tuning import boundaries ');
});

test('figures of before Fréchet distances were measured are told as they were', () => {
  const card = modelCard({ ...facts, quality: run(figures) });
  expect(card).toContain('In the features of the classifier. Precision');
  expect(card).not.toContain('Fréchet');
  expect(modelCard(facts)).not.toContain('Quality of the images');
});

test('the terms of CelebA are told by where the pictures come from, whatever the attributes are called', () => {
  const scored = (attribute: string) => ({
    attribute,
    threshold: 0,
    boundary: null,
    controllable: false,
    reason: 'rare',
  });
  const [celebas, own] = [attributeNames.map(scored), [scored('red_scarf')]];
  const bound = 'this model is bound by the same terms';
  const cardOf = (pictures: PictureSource, directions: ModelCardFacts['directions']) =>
    modelCard({ ...facts, pictures, directions });
  expect(cardOf('celeba', celebas)).toContain(bound);
  expect(cardOf('celeba', celebas)).toContain('Their 40 labels are judgements of annotators');
  expect(cardOf('celeba', own)).toContain(bound);
  expect(cardOf('celeba', own)).toContain('Labelled by the maker were: red_scarf.');
  expect(cardOf('own', celebas)).not.toContain(bound);
  expect(cardOf('own', celebas)).toContain("Pictures and labels of the maker's own");
  expect(cardOf('unknown', celebas)).toContain(bound);
  expect(cardOf('unknown', own)).not.toContain(bound);
  expect(cardOf('unknown', own)).not.toContain("the maker's own");
  expect(cardOf('unknown', own)).toContain('it does not know whose pictures they hold. Labelled were: red_scarf.');
});

test('figures of pictures that the generator did not learn from say so, and nothing of learning by heart', () => {
  const card = modelCard({ ...facts, quality: run({ ...figures, otherPictures: true }) });
  expect(card).toContain('The generator was trained on other pictures than these');
  expect(card).not.toContain('What was learnt by heart');
  expect(modelCard({ ...facts, quality: run(figures) })).toContain('What was learnt by heart');
});

test('photographs count as new to those networks alone that were not trained on them', () => {
  const shares = { count: 1, shares: [1] };
  const groups = { all: shares, women: shares, men: shares, young: shares, older: shares };
  const attributes = [{ of: 'test', attributes: ['red_scarf'], groups }];
  const told = (others: object) =>
    /in generated faces and in (photographs.*?)\./.exec(
      modelCard({ ...facts, quality: run({ ...figures, attributes, ...others }) }),
    )?.[1];
  expect(told({})).toBe('photographs that neither network was trained on');
  expect(told({ otherPictures: true })).toBe('photographs that the classifier was not trained on');
  expect(told({ otherLabelled: true })).toBe('photographs that the generator was not trained on');
  expect(told({ otherPictures: true, otherLabelled: true })).toBe('photographs');
});

test('what was chosen on the faces that figures are of is told, and so are the faces that half precision was tried on', () => {
  const judged = { faces: 2, agreement: 0.9, flips: 0.1 };
  const attribute = { attribute: 'Young', boundary: null, controllable: true, judged };
  const sectionOf = (facts: object) =>
    withEditSection('', { attributes: [{ ...attribute, ...facts }], judge: 'a judge', faces: 2 });
  expect(sectionOf({})).toContain('On these, too, locks were taken back where they hid the change. ');
  expect(sectionOf({ judgedByField: judged })).toContain('hid the change, and the usual way was chosen. ');
  expect(modelCard(facts)).toMatch(/half precision changes pixels of the faces below by [\d.]+ of 255 at most/);
});
