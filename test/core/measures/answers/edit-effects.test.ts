// Effects of an edit, counted by hand on two faces and three attributes.
import { expect, test } from 'vitest';
import { editEffect } from '../../../../src/core/measures/answers/edit-effects.ts';

const thresholds = [0, 0, 1];
const before = Float32Array.of(-1, 2, 0, 1, -2, 3);
const low = Float32Array.of(-2, 2, 0, 0.5, 2, 3);
const high = Float32Array.of(3, -1, 0, 4, -2, 3);

test('agreement, flips and changes', () => {
  const effect = editEffect({ before, low, high }, thresholds, { moved: 0, locked: [] });
  expect(effect.faces).toBe(2);
  // Low: face 0 is absent, as wanted; face 1 is not. High: both are present.
  expect(effect.agreement).toBe(3 / 4);
  // Attribute 1 flips on face 0 at the high end and on face 1 at the low end; attribute 2 never.
  expect(effect.flipsOf).toEqual([1 / 4, 2 / 4, 0]);
  expect(effect.flips).toBe(1 / 4);
  expect(effect.changes).toEqual([(5 + 3.5) / 2, (-3 - 4) / 2, 0]);
});

test('of some faces only', () => {
  const effect = editEffect({ before, low, high }, thresholds, { moved: 0, locked: [] }, row => row === 1);
  expect(effect).toMatchObject({ faces: 1, agreement: 1 / 2, flips: 1 / 4 });
  expect(editEffect({ before, low, high }, thresholds, { moved: 0, locked: [] }, () => false).agreement).toBeNaN();
});

test('flips of locked attributes, and errors over the faces', () => {
  const effect = editEffect({ before, low, high }, thresholds, { moved: 0, locked: [1, 0] });
  expect(effect.lockedFlips).toBe(1 / 2); // the moved attribute is not held, whatever was locked
  // Agreement is 1 on face 0 and 1/2 on face 1: a deviation of √(1/8), over √2.
  expect(effect.errors.agreement).toBeCloseTo(1 / 4, 12);
  expect(effect.errors.lockedFlips).toBe(0);
  expect(editEffect({ before, low, high }, thresholds, { moved: 0, locked: [] }).lockedFlips).toBeNaN();
});

test('edits that agree and leave the locked attributes as they were', () => {
  const locked = editEffect({ before, low, high }, thresholds, { moved: 0, locked: [1] });
  // Low: face 0 agrees and holds; face 1 does neither. High: both agree, and attribute 1 flips on face 0.
  expect(locked.heldAgreement).toBe(2 / 4);
  expect(locked.errors.heldAgreement).toBe(0); // one of two on either face
  expect(editEffect({ before, low, high }, thresholds, { moved: 0, locked: [2] }).heldAgreement).toBe(3 / 4);
  expect(editEffect({ before, low, high }, thresholds, { moved: 0, locked: [] }).heldAgreement).toBe(3 / 4);
});

test('where nothing changes, half agree and the attribute appears on no face', () => {
  const effect = editEffect({ before, low: before, high: before }, thresholds, { moved: 0, locked: [1] });
  expect(effect).toMatchObject({ agreement: 1 / 2, heldAgreement: 1 / 2, appears: 0, flips: 0 });
});
