// Architectures in files: what is wrong with one is named.
import { expect, test } from 'vitest';
import { ganArchitectureSchema } from '../../../src/core/models/gan-architecture.ts';
import { ganDetailsSchema } from '../../../src/node/artefacts/networks.ts';

const style = { kind: 'style', resolution: 8, latentSize: 8, fmapBase: 16, fmapMax: 8, fmapDecay: 1 };

test.each([
  ['a field of the wrong type', { ...style, latentSize: 'wide' }, 'latentSize'],
  [
    'a field left out, in a file from before there were kinds',
    { ...style, kind: undefined, latentSize: undefined },
    'latentSize',
  ],
  ['a kind of a later version', { ...style, kind: 'diffusion' }, 'kind'],
])('%s', (_, architecture, field) => {
  for (const schema of [ganArchitectureSchema, ganDetailsSchema]) {
    const paths = schema.safeParse(architecture).error?.issues.map(issue => issue.path[0]);
    expect(paths).toContain(field);
  }
});
