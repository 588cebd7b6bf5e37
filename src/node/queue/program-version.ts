// Tells whether two machines run the same program: results are the same bytes only where the code is.
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readWhole } from '../files/files.ts';
import { fromRoot } from '../files/places.ts';
import { onnxRuntime } from '../native/native-packages.ts';
import { packageVersion } from '../runs/manifest.ts';

/** Threads run the compiled program. */
const compiled = fromRoot('dist');

let known: Promise<string> | undefined;

/** @returns `0.1.0-5f0c2a9b71d3`: the package's version and a hash of all code that computes, ONNX Runtime's version included. */
export function programVersion(): Promise<string> {
  known ??= hashed();
  return known;
}

async function hashed(): Promise<string> {
  const hash = createHash('sha256').update(`onnxruntime ${onnxRuntime.env.versions.node}\n`);
  for (const folder of ['core', 'node']) {
    const names = (await readdir(join(compiled, folder), { recursive: true })).filter(name => name.endsWith('.js'));
    for (const name of names.map(each => each.replaceAll('\\', '/')).sort()) {
      hash.update(`${folder}/${name}\n`).update(await readWhole(join(compiled, folder, name)));
    }
  }
  return `${packageVersion}-${hash.digest('hex').slice(0, 12)}`;
}
