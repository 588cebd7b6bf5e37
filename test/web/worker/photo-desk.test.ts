// A search that is given up at its very end leaves the photo that was open, and the new portrait's memory is freed.
import { expect, test, vi } from 'vitest';
import type { FaceEditor } from '../../../src/core/editor/face-editor.ts';
import type { Photo } from '../../../src/core/portraits/photo.ts';
import type { Device } from '../../../src/core/runtime/device.ts';
import { PhotoDesk } from '../../../src/web/worker/photo-desk.ts';

const photo: Photo = { width: 8, height: 8, channels: 4, pixels: new Uint8Array(4 * 64) };
vi.mock('../../../src/web/worker/decode-photo.ts', () => ({
  decodePhoto: async () => ({ photo, quality: undefined }),
}));
vi.mock('../../../src/core/portraits/face-finder.ts', () => ({
  FaceFinder: { open: async () => ({ find: async () => [], release: async () => {} }) },
  faceFinderFiles: {},
}));

test('a search that is given up as its portrait is made is given up', async () => {
  const desk = new PhotoDesk({} as Device, 'http://localhost/');
  const end = new AbortController();
  const { signal } = end;
  await desk.openPhoto(new Blob(), signal);
  const release = vi.fn(async () => {});
  const openPortrait = async () => {
    end.abort(new Error('given up'));
    return { sha256: 'ab', release };
  };
  const box = { x: 4, y: 4, side: 8, angle: 0 };
  const opened = desk.openPortrait({ openPortrait } as unknown as FaceEditor, { box, quick: false }, { signal });
  await expect(opened).rejects.toThrow('given up');
  expect(release).toHaveBeenCalledOnce();
});
