// Makes the optional packages that programs in Node load ordinary ones, for images that shall have all of them:
// `npm prune --omit=dev` would take them away, as this repository has them for its tests.
import { readFileSync, writeFileSync } from 'node:fs';

const facts = JSON.parse(readFileSync('package.json', 'utf8'));
const { 'onnxruntime-web': _, ...inNode } = facts.peerDependencies;
facts.dependencies = { ...facts.dependencies, ...inNode };
for (const name of Object.keys(inNode)) {
  delete facts.devDependencies[name];
  delete facts.peerDependencies[name];
  delete facts.peerDependenciesMeta[name];
}
writeFileSync('package.json', `${JSON.stringify(facts, null, 2)}\n`);
