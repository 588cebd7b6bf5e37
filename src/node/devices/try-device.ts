// The program that tries a device: computes a little on the one that is named, and prints null or why that failed.
import { conv, input, square } from '../../core/graph/ops.ts';
import { Program } from '../../core/runtime/program.ts';
import { providerDevice } from './device.ts';

/** Runs a convolution, which GPUs take from a library of its own, with a kernel that changes nothing. */
async function failureOf(device: string): Promise<string | null> {
  const squared = square(conv(input('image', [1, 1, 3, 3]), input('kernel', [1, 1, 3, 3]), 1));
  const image = Float32Array.from({ length: 9 }, (_, at) => at - 4);
  const kernel = Float32Array.from({ length: 9 }, (_, at) => Number(at === 4));
  try {
    const program = await Program.compile(providerDevice(device, 1), { outputs: { squared } });
    const results = await program.run({ image, kernel });
    await program.release();
    const [expected, computed] = [image.map(value => value * value), results.squared!].map(values => values.join(' '));
    return computed === expected ? null : `it computes ${computed} where ${expected} is right`;
  } catch (error) {
    return briefly(error);
  }
}

/** Drops the place in ONNX Runtime's source with which its messages begin. */
function briefly(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return line.replace(/^\/onnxruntime_src\/.* was false\. /, '').trim();
}

process.stdout.write(`${JSON.stringify(await failureOf(process.argv[2]!))}\n`);
