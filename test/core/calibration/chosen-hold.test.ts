// The way that a direction's edits hold locks: by what arrives with every lock held, but never for a dead slider.
import { expect, test } from 'vitest';
import { betterHold, usualLocks } from '../../../src/core/calibration/chosen-hold.ts';
import type { FaceEditor } from '../../../src/core/editor/face-editor.ts';

const effect = (heldAgreement: number, appears: number) => ({ heldAgreement, appears });

test('the field where more edits arrive with every lock held', () => {
  expect(betterHold(effect(0.7, 0.9), effect(0.8, 0.8))).toBe('field');
  expect(betterHold(effect(0.8, 0.9), effect(0.7, 0.9))).toBe('linear');
  expect(betterHold(effect(0.8, 0.9), effect(0.8, 0.9))).toBe('linear');
});

test('not where the attribute then hardly appears, unless it hardly did before', () => {
  expect(betterHold(effect(0.4, 0.8), effect(0.5, 0.3))).toBe('linear');
  expect(betterHold(effect(0.2, 0.02), effect(0.5, 0.3))).toBe('field');
  expect(betterHold(effect(0.2, 0.4), effect(0.5, 0.3))).toBe('linear');
});

test('locks that leave the attribute no way are not among the usual ones', () => {
  const boundary = (attribute: string, normal: number[]) => ({
    attribute,
    normal: Float64Array.from(normal),
    intercept: 0,
  });
  const movable = [boundary('Bangs', [1, 0, 0]), boundary('Male', [0.9999, 0.0141, 0]), boundary('Smiling', [0, 0, 1])];
  const editor = { bundle: { movable } } as unknown as FaceEditor;
  expect(usualLocks('Bangs', editor, [])).toEqual(['Smiling']);
  expect(usualLocks('Smiling', editor, ['Bangs'])).toEqual(['Male']);
});

test('a list of one’s own without those that people set first locks what moves along most', () => {
  const boundary = (attribute: string, at: number) => ({
    attribute,
    normal: Float64Array.from({ length: 8 }, (_, i) => Number(i === at)),
    intercept: 0,
  });
  const movable = ['ears', 'tail', 'fur', 'paws', 'nose', 'eyes'].map(boundary);
  const editor = { bundle: { movable } } as unknown as FaceEditor;
  expect(usualLocks('ears', editor, ['tail', 'unknown', 'eyes', 'paws', 'fur', 'nose'])).toEqual([
    'tail',
    'eyes',
    'paws',
    'fur',
  ]);
  expect(usualLocks('ears', editor, [])).toEqual([]);
});
