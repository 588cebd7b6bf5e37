// No two uses of a seed draw from the same stream, and every use stands in the table.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { attributeNames } from '../../../src/core/attributes.ts';
import { brightnessName } from '../../../src/core/images/brightness.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { streams } from '../../../src/core/math/streams.ts';

const source = resolve(import.meta.dirname, '../../../src');

test.each(Object.entries(streams))('%s: no number stands twice', (_, group) => {
  const numbers = Object.values<unknown>(group).filter(value => typeof value === 'number');
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const number of numbers) expect(() => createRandom(0, number)).not.toThrow();
});

test('no two attributes share a stream', () => {
  const names = [...attributeNames, brightnessName];
  expect(new Set(names.map(streams.fit.attribute)).size).toBe(names.length);
});

test('no latent of a face is a row of the initial weights, of fields, of generators of today and of those from when these drew from 0', () => {
  const { face, synthesize, evaluateGenerator, tune, trainGan, fit } = streams;
  const drawnFrom = [face.latent, evaluateGenerator.latents, tune.faces, ...[0, 1, 2 ** 31].map(synthesize.shard)];
  expect(drawnFrom).not.toContain(trainGan.steps);
  expect(drawnFrom).not.toContain(fit.field.steps);
  expect([evaluateGenerator.latents, tune.faces]).not.toContain(0);
});

test('shards and splits have streams of their own', () => {
  const numbers = [0, 1, 2, 3];
  for (const stream of [streams.synthesize.shard, streams.limit.pictures]) {
    expect(new Set(numbers.map(stream)).size).toBe(numbers.length);
  }
});

test('the numbers are those that runs of before were made with', () => {
  expect(streams.trainGan).toEqual({
    ...{ steps: 2 ** 32, imageOrder: 1, widening: 2, grid: 3, whitening: 20, judgedReals: 21, judgedLatents: 22 },
    ...{ qualityReals: 16, qualityLatents: 17, qualityDirections: 18, qualityPairs: 19 },
  });
  expect(streams.trainClassifier).toEqual({ initialWeights: 0, imageOrder: 1, steps: 2, people: 3 });
  expect(streams.evaluateGenerator).toEqual({ latents: 5, train: 1, test: 2, directions: 3, pairs: 4 });
  expect(streams.face.latent + streams.editor.trials + streams.subset.pictures).toBe(0);
  expect([streams.synthesize.shard(7), streams.limit.pictures(2)]).toEqual([7, 2]);
  expect(streams.fit.attribute('Smiling')).toBe(3990420408);
  expect(streams.fit.field).toEqual({ steps: 2 ** 32 + 1, imageOrder: 1 });
});

test('every random generator of the sources names its stream', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(path => /\.tsx?$/.test(path));
  const calls = files
    .filter(path => !path.endsWith('core/math/random.ts'))
    .flatMap(path =>
      [...readFileSync(join(source, path), 'utf8').matchAll(/\bcreateRandom\(([^)]*)/g)].map(([, given]) => ({
        path,
        given: given!,
      })),
    );
  expect(calls.length).toBeGreaterThan(20);
  // TrainingState is given its trainer's group.
  const named = /streams\.\w+/;
  expect(calls.filter(({ given }) => !named.test(given))).toEqual([]);
});
