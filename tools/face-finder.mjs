// Carries over the face detector and the landmark network of @vladmandic/face-api (MIT) to ONNX, so that one runtime
// serves all: node tools/face-finder.mjs <folder of the package> models/face-finder. Weights stay in their 8 bits.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeOnnx, onnxTypes } from '#dist/core/graph/onnx-format.js';

const [source, target] = process.argv.slice(2);
if (target === undefined)
  throw new Error('usage: node tools/face-finder.mjs <folder of @vladmandic/face-api> <target>');

/** Collects nodes and weights of one network. */
class Builder {
  nodes = [];
  initializers = [];
  #weights = new Map();

  constructor(model) {
    const [{ weights }] = JSON.parse(readFileSync(join(source, 'model', `${model}-weights_manifest.json`), 'utf8'));
    const bytes = readFileSync(join(source, 'model', `${model}.bin`));
    let at = 0;
    for (const { name, shape, quantization } of weights) {
      const size = shape.reduce((product, length) => product * length, 1);
      if (quantization?.dtype !== 'uint8') throw new Error(`${name} is not of 8 bits`);
      this.#weights.set(name, { shape, ...quantization, bytes: bytes.subarray(at, at + size) });
      at += size;
    }
    if (at !== bytes.length) throw new Error(`${model} has ${bytes.length} bytes; its manifest names ${at}`);
  }

  /** Adds a node. @returns the name of its output. */
  node(opType, input, attributes = {}, output = `${opType}${this.nodes.length}`) {
    this.nodes.push({ name: output, opType, domain: '', input, output: [output], attributes });
    return output;
  }

  floats(name, values, dims = [values.length]) {
    const rawData = new Uint8Array(Float32Array.from(values).buffer);
    this.initializers.push({ name, dims, dataType: onnxTypes.float, rawData });
    return name;
  }

  /** Adds a weight as bytes, and what makes numbers of them. @param axes its new order of axes. */
  weight(name, axes) {
    const { shape, scale, min, bytes } = this.#weights.get(name);
    const dims = (axes ?? shape.map((_, i) => i)).map(axis => shape[axis]);
    const rawData = axes === undefined ? bytes : transposed(bytes, shape, axes);
    this.initializers.push({ name, dims, dataType: 2, rawData });
    const numbers = this.node('Cast', [name], { to: onnxTypes.float });
    const scaled = this.node('Mul', [numbers, this.floats(`${name}/scale`, [scale])]);
    return this.node('Add', [scaled, this.floats(`${name}/min`, [min])]);
  }

  /** A convolution of the kernel [height, width, in, out]. */
  conv(x, name, attributes) {
    return this.node(
      'Conv',
      [x, this.weight(`${name}/filters`, [3, 2, 0, 1]), this.weight(`${name}/bias`)],
      attributes,
    );
  }

  /** A convolution of each channel [height, width, channels, 1], then one across channels. */
  separableConv(x, name, attributes) {
    const depthwise = this.weight(`${name}/depthwise_filter`, [2, 3, 0, 1]);
    const group = this.#weights.get(`${name}/depthwise_filter`).shape[2];
    const each = this.node('Conv', [x, depthwise], { ...attributes, group });
    return this.node('Conv', [
      each,
      this.weight(`${name}/pointwise_filter`, [3, 2, 0, 1]),
      this.weight(`${name}/bias`),
    ]);
  }

  /** Bytes as numbers about 0. @param mean of red, green and blue. */
  normalised(input, mean) {
    const centred = this.node('Sub', [input, this.floats('mean', mean, [1, 3, 1, 1])]);
    return this.node('Mul', [centred, this.floats('byte', [1 / 255])]);
  }

  bytes(name, side, output) {
    return encodeOnnx({
      name,
      nodes: this.nodes,
      initializers: this.initializers,
      inputs: [{ name: 'input', shape: ['batch', 3, side, side] }],
      outputs: [{ name: 'output', shape: ['batch', ...output] }],
    });
  }
}

function transposed(bytes, shape, axes) {
  const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, length) => product * length, 1));
  const result = new Uint8Array(bytes.length);
  const dims = axes.map(axis => shape[axis]);
  for (let at = 0; at < result.length; at++) {
    let rest = at;
    let from = 0;
    for (let i = dims.length - 1; i >= 0; i--) {
      from += (rest % dims[i]) * strides[axes[i]];
      rest = Math.floor(rest / dims[i]);
    }
    result[at] = bytes[from];
  }
  return result;
}

const side = { detector: 416, landmarks: 112 };

function detector() {
  const net = new Builder('tiny_face_detector_model');
  const leaky = x => net.node('LeakyRelu', [x], { alpha: { float: 0.1 } });
  const pool = (x, stride) =>
    net.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [stride, stride], auto_pad: 'SAME_UPPER' });
  let x = net.normalised('input', [117.001, 114.697, 97.404]);
  x = pool(leaky(net.conv(x, 'conv0', {})), 2);
  for (const layer of [1, 2, 3, 4, 5]) {
    x = leaky(net.separableConv(x, `conv${layer}`, { pads: [1, 1, 1, 1] }));
    x = pool(x, layer === 5 ? 1 : 2);
  }
  net.node('Identity', [net.conv(x, 'conv8', {})], {}, 'output');
  const cells = side.detector / 32;
  return net.bytes('face detector', side.detector, [25, cells, cells]);
}

function landmarks() {
  const net = new Builder('face_landmark_68_model');
  const relu = x => net.node('Relu', [x]);
  const add = (x, y) => net.node('Add', [x, y]);
  const same = { auto_pad: 'SAME_UPPER' };
  let x = net.normalised('input', [122.782, 117.001, 104.298]);
  for (const block of [0, 1, 2, 3]) {
    const strides = { ...same, strides: [2, 2] };
    const name = `dense${block}`;
    const one = relu(
      block === 0 ? net.conv(x, `${name}/conv0`, strides) : net.separableConv(x, `${name}/conv0`, strides),
    );
    const two = net.separableConv(one, `${name}/conv1`, same);
    const three = net.separableConv(relu(add(one, two)), `${name}/conv2`, same);
    const four = net.separableConv(relu(add(one, add(two, three))), `${name}/conv3`, same);
    x = relu(add(one, add(two, add(three, four))));
  }
  const features = net.node('Flatten', [net.node('GlobalAveragePool', [x])]);
  net.node('Gemm', [features, net.weight('fc/weights'), net.weight('fc/bias')], {}, 'output');
  return net.bytes('68 landmarks', side.landmarks, [136]);
}

mkdirSync(target, { recursive: true });
writeFileSync(join(target, 'detector.onnx'), detector());
writeFileSync(join(target, 'landmarks.onnx'), landmarks());
copyFileSync(join(source, 'LICENSE'), join(target, 'LICENSE'));
