// A device that is not there is told in one line, with why and with what works, before anything is written.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { UserError } from '../../../src/core/errors.ts';
import { openBundle } from '../../../src/node/artefacts/bundle.ts';
import { stages } from '../../../src/node/cli/stages.ts';
import { type DeviceName, deviceNames, openDevice } from '../../../src/node/devices/device.ts';
import { tryDevice } from '../../../src/node/devices/device-trial.ts';
import { silentLog } from '../../../src/node/log/log.ts';
import { optionsOf } from '../../../src/node/stages/framework/option-schema.ts';
import { mistake } from '../../helpers/mistake.ts';
import { temporaryFolder } from '../../helpers/temp-folder.ts';

const out = join(temporaryFolder(), 'out.png');
const trials = await Promise.all(deviceNames.map(tryDevice));
const working = trials.filter(({ works }) => works).map(({ device }) => device);
const missing = trials.filter(({ works }) => !works).map(({ device }) => device as DeviceName);
if (missing.length === 0) console.warn('skipped: tests of missing devices, because every device works here');

/** The line that must be printed for a missing device. */
function line(name: DeviceName): string {
  const trial = trials.find(({ device }) => device === name)!;
  if (trial.works) throw new Error(`${name} works`);
  expect(trial.reason).toMatch(/^[^\n]{10,200}$/);
  return `device ${name} does not work here: ${trial.reason}; choose one that does: ${working.join(', ')}`;
}

test('the processor works, and is opened without a trial', async () => {
  expect(working).toContain('cpu');
  for (const threads of [-1, 1.5, Number.NaN]) {
    await expect(openDevice({ device: 'cpu', threads })).rejects.toThrow('threads must be a whole number from 1');
  }
  const { name, target, writesInPlace } = await openDevice({ device: 'cpu', threads: 1 });
  expect({ name, target, writesInPlace }).toEqual({ name: 'cpu', target: { fusedMatMul: true }, writesInPlace: true });
});

test('an unknown name is refused with a suggestion', async () => {
  await expect(openBundle('absent', { device: 'webgp' as DeviceName })).rejects.toThrow(
    new UserError('a device must be one of cpu, webgpu, cuda; got "webgp". Did you mean "webgpu"?'),
  );
});

describe.skipIf(missing.length === 0)('a missing device', () => {
  const users = stages.filter(({ name, options }) => 'device' in options.shape && name !== 'doctor');

  test.each(users.map(stage => [stage.name, stage] as const))(
    'stops %s before it reads or writes',
    async (_, stage) => {
      const given = optionsOf(stage)
        .filter(({ key, required }) => required || ['out', 'move'].includes(key))
        .map(({ key, type }) => [key, key === 'out' ? out : type === 'array' ? ['Young=1'] : 'absent']);
      const config = stage.options.parse({ ...Object.fromEntries(given), device: missing[0] });
      const context = { log: silentLog, signal: new AbortController().signal };
      await expect(stage.run(config, context)).rejects.toThrow(new UserError(line(missing[0]!)));
      expect([existsSync(out), existsSync(`${out}.partial`), existsSync(`${out}.lock`)]).toEqual([false, false, false]);
    },
  );

  test.each(missing)('%s is one line and exit code 2 on the command line', name => {
    expect(mistake('pipeline', '--celeba', 'absent', '--out', out, '--device', name)).toBe(line(name));
    expect(existsSync(out)).toBe(false);
  });
});

describe('a device that breaks its process', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('does not break ours', async () => {
    vi.stubEnv('NODE_OPTIONS', '--no-such-option-of-node');
    const reason = 'it ends the process, or hangs';
    expect(await tryDevice('crashing')).toEqual({ device: 'crashing', works: false, reason });
  });
});
