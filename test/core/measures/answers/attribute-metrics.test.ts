// The table of attributes: chosen on some images, measured on others, each metric once.
import { expect, test } from 'vitest';
import { attributeNames } from '../../../../src/core/attributes.ts';
import { attributeMetrics, attributeResults } from '../../../../src/core/measures/answers/attribute-metrics.ts';

test('the table measures on test images what was chosen on validation images', () => {
  const count = 400;
  // The first attribute: a logit that is right but for its offset. The second: one that knows nothing.
  const scored = (offset: number) => {
    const labels = new Uint8Array(count * 40);
    const logits = new Float32Array(count * 40);
    for (let i = 0; i < count; i++) {
      labels[i * 40] = Number(i % 4 === 0);
      logits[i * 40] = (i % 4 === 0 ? 1 : -1) + offset;
      labels[i * 40 + 1] = Number(i % 10 === 0);
      logits[i * 40 + 1] = Math.sin(i);
    }
    return { labels, logits };
  };
  const [first, second] = attributeResults(attributeNames, scored(2), scored(2), scored(2));
  expect(first).toMatchObject({ attribute: attributeNames[0], testAccuracy: 1, majorityBaseline: 0.75 });
  expect(Math.abs(first!.threshold - 2)).toBeLessThan(1);
  expect(first).toMatchObject({ gain: 0.25, labelFrequency: 0.25, answerFrequency: 0.25, auc: 1 });
  expect(first!.gainError).toBeCloseTo(Math.sqrt((0.25 - 0.25 ** 2) / count), 12);
  expect(first!.calibrationError).toBeLessThan(0.02);
  expect(first!.rawCalibrationError).toBeGreaterThan(0.4);
  expect(second).toMatchObject({ gain: 0, gainError: 0, answerFrequency: 0 });
});

test('every metric has a field and a heading of its own, and a number in every row', () => {
  for (const name of ['key', 'title'] as const) {
    expect(new Set(attributeMetrics.map(metric => metric[name])).size).toBe(attributeMetrics.length);
  }
  const answers = { labels: Uint8Array.from({ length: 80 }, (_, at) => Number(at < 40)), logits: new Float32Array(80) };
  const rows = attributeResults(attributeNames, answers, answers, answers);
  expect(rows.length).toBe(40);
  for (const row of rows) {
    for (const { key } of attributeMetrics) expect(row[key], key).toEqual(expect.any(Number));
  }
});
