// Hostile input: damages good files, and holds their readers to a result or a UserError of one line, within a second.
import fc from 'fast-check';
import { expect } from 'vitest';
import { UserError } from '../../src/core/errors.ts';

interface Change {
  /** Place in the file, from 0, its beginning, to 1. */
  readonly at: number;
  readonly kind: 'replace' | 'insert' | 'remove' | 'cut';
  readonly bytes: Uint8Array;
}

const telling = ['0', '-1', '1e999', 'null', '[]', '{}', '"', '\n', '\0', '99999999999999', '__proto__'];

const changes: fc.Arbitrary<Change> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom('replace', 'insert', 'remove', 'cut'),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc.constantFrom(...telling).map(text => new TextEncoder().encode(text)),
  ),
});

function changed(file: Uint8Array, { at, kind, bytes }: Change): Uint8Array {
  const start = Math.floor(at * file.length);
  const end = kind === 'insert' ? start : start + bytes.length;
  return Uint8Array.from([
    ...file.subarray(0, start),
    ...(kind === 'replace' || kind === 'insert' ? bytes : []),
    ...(kind === 'cut' ? [] : file.subarray(end)),
  ]);
}

/** The file after one to four changes, never unchanged. */
export function mutations(file: Uint8Array): fc.Arbitrary<Uint8Array> {
  const mutated = fc.array(changes, { minLength: 1, maxLength: 4 }).map(list => list.reduce(changed, file));
  return mutated.filter(bytes => Buffer.compare(bytes, file) !== 0);
}

/** Reads mutations of a good file. @param runs how many; fewer of what takes long to read. */
export async function survivesMutations(
  good: Uint8Array,
  read: (bytes: Uint8Array) => unknown,
  runs = 2000,
): Promise<void> {
  let done = 0;
  await fc.assert(
    fc.asyncProperty(mutations(good), async bytes => {
      const begun = performance.now();
      try {
        await read(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        expect((error as Error).message).toMatch(/^[^\n]{1,600}$/);
      }
      expect(performance.now() - begun).toBeLessThan(1000);
      done++;
    }),
    { numRuns: runs },
  );
  expect(done).toBe(runs);
}
