// Networks ready to run: any number of rows, in one piece or several, in Node's runtime and in the browser's.
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { createRandom } from '../../../src/core/math/random.ts';
import { classifierRunner, generatorOnnx, generatorRunner } from '../../../src/core/models/inference.ts';
import { sampleLatents } from '../../../src/core/models/latents.ts';
import { Program } from '../../../src/core/runtime/program.ts';
import { cpuDevice } from '../../../src/node/devices/device.ts';
import { wasmDevice } from '../../../src/web/worker/device.ts';
import { tinyClassifier, tinyClassifierWeights, tinyGan, tinyGeneratorWeights } from '../../helpers/tiny-networks.ts';

const latents = sampleLatents(createRandom(3), 11, tinyGan.latentSize);

test.each([cpuDevice(1), wasmDevice(1)])('rows do not depend on how many run at a time, on $name', async device => {
  const whole = await generatorRunner(device, tinyGan, tinyGeneratorWeights, 11);
  const pieces = await generatorRunner(device, tinyGan, tinyGeneratorWeights, 4);
  const images = await whole.generate(latents);
  expect(images.length).toBe(11 * 3 * 8 * 8);
  expect(await pieces.generate(latents)).toEqual(images);
  const classify = await classifierRunner(device, tinyClassifier, tinyClassifierWeights, 3);
  expect((await classify.run(images)).length).toBe(11 * 40);
  expect(await classify.run(new Float32Array(0))).toEqual(new Float32Array(0));
  for (const runner of [whole, pieces, classify]) await runner.release();
});

test.each([cpuDevice(1), wasmDevice(1)])('a network released at work or before says so, on $name', async device => {
  const runner = await generatorRunner(device, tinyGan, tinyGeneratorWeights, 1);
  const running = expect(runner.generate(latents)).rejects.toThrow(
    new UserError('the model has been released; open it again'),
  );
  await runner.release();
  await running;
  await expect(runner.generate(latents)).rejects.toThrow('the model has been released');
});

test('an exported network says its shapes, the batch left open', async () => {
  const device = cpuDevice(1);
  const program = await Program.open(device, generatorOnnx(tinyGan, tinyGeneratorWeights, device.target));
  expect([...program.inputs]).toEqual([['input', ['batch', 16]]]);
  expect([...program.outputs]).toEqual([['output', ['batch', 3, 8, 8]]]);
  await program.release();
});
