// The two packages that bring programs in machine language, loaded when they are first used: where such a program is
// missing, help and `doctor` still run, and all else ends in a line that says how to get it.
import { createRequire } from 'node:module';
import type * as onnxRuntimePackage from 'onnxruntime-node';
import type sharpPackage from 'sharp';
import { UserError } from '../../core/errors.ts';

const require = createRequire(import.meta.url);

// From 1.29 on, ONNX Runtime's programs for Node report their use to Microsoft and leave an identifier in the home folder.
// It reads this when it is loaded, and the variables of a thread are those of its process: so here, and not in a thread.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

/** Computes networks: https://www.npmjs.com/package/onnxruntime-node. */
export const onnxRuntime = lazily<typeof onnxRuntimePackage>('onnxruntime-node', () => {});

let isOwnProcess = false;

/** Called by the command line and its threads: what packages do for a whole process is only set in one of our own. */
export function inOwnProcess(): void {
  isOwnProcess = true;
}

/** Reads and writes pictures: https://www.npmjs.com/package/sharp. */
export const sharp = lazily<typeof sharpPackage>('sharp', loaded => {
  if (!isOwnProcess) return;
  // Pictures are decoded side by side, each on one thread; that is faster than many threads on a small picture.
  loaded.concurrency(1);
  loaded.cache(false);
});

/** Names of the packages, as npm knows them. */
export const nativePackages = ['onnxruntime-node', 'sharp'] as const;

/** @returns one line that says why a package cannot be loaded, or undefined where it can. */
export function missingProgram(name: (typeof nativePackages)[number]): string | undefined {
  try {
    require(name);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** @returns what stands in for a package until something of it is used. @param prepare is called once it is loaded. */
function lazily<Package extends object>(name: string, prepare: (loaded: Package) => void): Package {
  let known: Package | undefined;
  const load = (): Package => {
    if (known === undefined) {
      known = loadedPackage<Package>(name);
      prepare(known);
    }
    return known;
  };
  // A function, because sharp is one and is called.
  return new Proxy(function standIn() {} as unknown as Package, {
    get: (_, key) => Reflect.get(load(), key),
    apply: (_, self, values) => Reflect.apply(load() as (...all: unknown[]) => unknown, self, values),
  });
}

/** Brings the programs: they come as packages of their own, and none needs a script, of which one would fetch CUDA. */
export const installAgain = 'Run npm install --ignore-scripts where face-tuning is installed, without --omit=optional';

/** @throws UserError where the package or its program is missing. */
function loadedPackage<Package>(name: string): Package {
  try {
    return require(name) as Package;
  } catch (error) {
    throw new UserError(
      `${name} must have a program for ${platform()}; ${reasonOf(error)}. ${installAgain}; \`face-tuning doctor\` shows ` +
        'what is missing',
    );
  }
}

/** `linux x64`, or `linux x64 (musl)`, where usual programs for Linux do not run. */
export function platform(): string {
  const { glibcVersionRuntime } =
    (process.report?.getReport() as { header?: { glibcVersionRuntime?: string } })?.header ?? {};
  const isMusl = process.platform === 'linux' && glibcVersionRuntime === undefined;
  return `${process.platform} ${process.arch}${isMusl ? ' (musl)' : ''}`;
}

/** The first line of an error; sharp's goes on with advice of its own. */
function reasonOf(error: unknown): string {
  const lines = String((error as Error).message)
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
  return lines[0]!.replace(/[.:]$/, '').slice(0, 200);
}
