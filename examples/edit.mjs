// Makes one face older while its gender stays, and shows it before and after.
import { writeFile } from 'node:fs/promises';
import { encodeGrid, openBundle } from 'face-tuning';

const editor = await openBundle(); // the shipped model, or a bundle's folder
const older = editor.edit({ seed: 7, moves: ['Young=-2'], locks: ['Male'] });
const images = await editor.render([editor.sample(7), older.latent]); // [2, 3, R, R], about [-1, 1]
const { resolution } = editor.bundle;
await writeFile('older.png', await encodeGrid(images, { resolution, columns: 2, scale: 4 }));
const [{ residual }] = older.steps; // how much of the direction the lock leaves
console.log(`older.png: ${Math.round(100 * residual)} % of the direction is left`);
await editor.release();
