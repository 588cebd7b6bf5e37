// Animations: the frames in their order and time, back again where asked, and the same bytes for the same frames.
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { type AnimationFormat, encodeAnimation } from '../../../src/node/presentation/animation.ts';

const reds = [0, 80, 160, 240];
let frames: Buffer[];
beforeAll(async () => {
  const frame = (r: number) => sharp({ create: { width: 8, height: 6, channels: 3, background: { r, g: 0, b: 0 } } });
  frames = await Promise.all(reds.map(red => frame(red).png().toBuffer()));
});

async function redsOf(file: Buffer): Promise<number[]> {
  const { pages = 1 } = await sharp(file).metadata();
  return Promise.all(
    Array.from({ length: pages }, async (_, page) => (await sharp(file, { page }).raw().toBuffer())[0]!),
  );
}

test.each<AnimationFormat>(['webp', 'gif'])('%s', async format => {
  const timing = { delay: 120, loop: 3, pingPong: false };
  const file = await encodeAnimation(frames, { format, ...timing });
  expect(await sharp(file).metadata()).toMatchObject({
    format,
    width: 8,
    pages: 4,
    loop: 3,
    delay: reds.map(() => 120),
  });
  const shown = await redsOf(file);
  for (const [i, red] of reds.entries()) expect(Math.abs(shown[i]! - red)).toBeLessThan(12);
  expect(await encodeAnimation(frames, { format, ...timing })).toEqual(file);

  const back = await redsOf(await encodeAnimation(frames, { format, ...timing, pingPong: true }));
  expect(back).toEqual([...shown, shown[2], shown[1]]);
});

test('one frame is a picture, there and back', async () => {
  const file = await encodeAnimation(frames.slice(0, 1), { format: 'webp', delay: 100, loop: 0, pingPong: true });
  expect((await redsOf(file)).length).toBe(1);
});
