// Makes of a training's checkpoint one to publish: `node tools/release-checkpoint.mjs CHECKPOINT OUT`. It holds the two
// networks and nothing else, the generator as its moving average, and is what `train gan --start-from` takes. Each number
// is rounded to the 8 significant bits of bfloat16 and stays a float32: the zeros at its end compress away, and what
// they change, 0.4 % at most, is in the order of what a training step does.
import { readFileSync, writeFileSync } from 'node:fs';
import { decodeSafetensors, encodeSafetensors } from '../dist/core/formats/safetensors.js';

const [from, to] = process.argv.slice(2);
if (to === undefined) {
  console.error('give a checkpoint and the file to write: node tools/release-checkpoint.mjs CHECKPOINT OUT');
  process.exit(2);
}
const { tensors, metadata } = decodeSafetensors(readFileSync(from), from);
const released = {};
for (const [name, { shape, data }] of Object.entries(tensors)) {
  if (!/^(generatorEma|discriminator)\//.test(name)) continue;
  const bits = new Uint32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  // To the nearest, ties to even: half of what is cut off is added, less one where that would round an even number up.
  for (let i = 0; i < bits.length; i++) bits[i] = ((bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) & 0xffff0000) >>> 0;
  released[name.replace('generatorEma/', 'generator/')] = { shape, data: new Float32Array(bits.buffer) };
}
writeFileSync(to, encodeSafetensors(released, metadata));
