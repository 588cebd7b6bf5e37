// The program that tries a device: computes a little on the one that is named, and prints null or why that failed.
import { deviceFailure } from '../../core/runtime/device-check.ts';
import { providerDevice } from './device.ts';

const failure = await deviceFailure(providerDevice(process.argv[2]!, 1));
process.stdout.write(`${JSON.stringify(failure ?? null)}\n`);
