// Makes a checkpoint to publish from one of a training: `node tools/release-checkpoint.mjs CHECKPOINT OUT`. It holds only
// the two networks, the generator as its (first) moving average, in half precision: that changes a number by at most
// 0.05 %, less than a training step does. `train gan --start-from` takes it.
import './one-line.mjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { decodeSafetensors, encodeSafetensors } from '../dist/core/formats/safetensors.js';

const [from, to] = process.argv.slice(2);
if (to === undefined) {
  console.error('give a checkpoint and the file to write: node tools/release-checkpoint.mjs CHECKPOINT OUT');
  process.exit(2);
}
const { tensors, metadata } = decodeSafetensors(readFileSync(from), from);
const released = {};
for (const [name, tensor] of Object.entries(tensors)) {
  if (/^(generatorEma|discriminator)\//.test(name)) released[name.replace('generatorEma/', 'generator/')] = tensor;
}
writeFileSync(to, encodeSafetensors(released, metadata, new Set(Object.keys(released))));
