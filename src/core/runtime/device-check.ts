// A small computation whose result is known: whether a device computes at all, before a model is blamed for it.
import { conv, input, square } from '../graph/ops.ts';
import type { Device } from './device.ts';
import { Program } from './program.ts';

/**
 * Runs a convolution, which GPUs take from a library of its own, with a kernel that changes nothing.
 * @returns one line that says what is wrong with the device or its runtime; undefined where nothing is.
 */
export async function deviceFailure(device: Device): Promise<string | undefined> {
  const squared = square(conv(input('image', [1, 1, 3, 3]), input('kernel', [1, 1, 3, 3]), 1));
  const image = Float32Array.from({ length: 9 }, (_, at) => at - 4);
  const kernel = Float32Array.from({ length: 9 }, (_, at) => Number(at === 4));
  try {
    const program = await Program.compile(device, { outputs: { squared } });
    const results = await program.run({ image, kernel });
    await program.release();
    const [expected, computed] = [image.map(value => value * value), results.squared!].map(values => values.join(' '));
    return computed === expected ? undefined : `it computes ${computed} where ${expected} is right`;
  } catch (error) {
    return briefly(error);
  }
}

/** @returns an error's first line, without the place in ONNX Runtime's source with which its messages begin. */
export function briefly(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return line.replace(/^\/onnxruntime_src\/.* was false\. /, '').trim();
}
