// The field in plain arithmetic against its graph, and its slopes against central differences.
import { expect, test } from 'vitest';
import { mostAttributes } from '../../../src/core/attributes.ts';
import { interpret } from '../../../src/core/graph/interpreter.ts';
import * as ops from '../../../src/core/graph/ops.ts';
import { flattenTree } from '../../../src/core/graph/tree.ts';
import { createRandom, normals } from '../../../src/core/math/random.ts';
import { Field, field, fieldArchitectureSchema, fieldSpec } from '../../../src/core/models/field.ts';
import { constants, type Weights } from '../../../src/core/models/weights.ts';
import { initialValues } from '../../../src/core/nn/initialise.ts';

const architecture = { latentSize: 6, widths: [9, 7], outputs: ['Young', 'Male', 'Brightness'] };
const random = createRandom(1);
const weights: Weights = Object.fromEntries(
  [...flattenTree(fieldSpec(architecture))].map(([path, spec]) => {
    const data = initialValues({ ...spec, deviation: spec.deviation || 0.3 }, random);
    return [path, { shape: spec.shape, data }];
  }),
);
const fitted = new Field(architecture, weights);
const latent = Float64Array.from(normals(random, 6));

test('values are those of the graph', () => {
  const tree = constants(fieldSpec(architecture), weights, 'float64');
  const [expected] = interpret([field(tree, ops.input('latents', [1, 6]))], { latents: latent });
  expect([...fitted.values(latent, ['Young', 'Male', 'Brightness'])]).toEqual(
    [...expected!].map(x => expect.closeTo(x, 12)),
  );
  expect(fitted.values(latent, ['Male'])[0]).toBeCloseTo(expected![1]!, 12);
});

test('slopes are those of central differences, output by output', () => {
  const { values, slopes } = fitted.slopes(latent, ['Brightness', 'Young']);
  expect(values).toEqual(fitted.values(latent, ['Brightness', 'Young']));
  for (let i = 0; i < 6; i++) {
    const beside = (by: number) =>
      fitted.values(
        latent.map((x, at) => (at === i ? x + by : x)),
        ['Brightness', 'Young'],
      );
    const [above, below] = [beside(1e-5), beside(-1e-5)];
    for (const k of [0, 1]) expect(slopes[k]![i]).toBeCloseTo((above[k]! - below[k]!) / 2e-5, 7);
  }
});

test('what it does not know, and weights of another shape, are refused', () => {
  expect(fitted.has('Young')).toBe(true);
  expect(fitted.has('dimples')).toBe(false);
  expect(() => fitted.values(latent, ['dimples'])).toThrow(/^the field must know an attribute to hold it.*dimples/);
  expect(() => new Field({ ...architecture, widths: [9] }, weights)).toThrow(/layer 1 must have 3 × 9/);
});

test('a field predicts as many attributes as a classifier may learn, and brightness', () => {
  const outputs = Array.from({ length: mostAttributes + 1 }, (_, i) => `attribute-${i}`);
  expect(fieldArchitectureSchema.parse({ ...architecture, outputs }).outputs).toHaveLength(1001);
  expect(() => fieldArchitectureSchema.parse({ ...architecture, outputs: [...outputs, 'more'] })).toThrow();
});
