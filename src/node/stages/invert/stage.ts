// Stage `invert`: finds the face of a photo in a style generator, and keeps it as a portrait to edit.
import { join } from 'node:path';
import { z } from 'zod';
import { bundleFiles } from '../../../core/editor/bundle.ts';
import type { FaceEditor } from '../../../core/editor/face-editor.ts';
import type { Photo } from '../../../core/portraits/photo.ts';
import { readBundleFolder } from '../../artefacts/bundle.ts';
import { openDevice } from '../../devices/device.ts';
import { readWhole, writeJson, writeWhole } from '../../files/files.ts';
import { sharp } from '../../native/native-packages.ts';
import { openPhotoBundle } from '../../photos/bundle.ts';
import { type OpenedPhoto, portraitFiles } from '../../photos/portrait-run.ts';
import { readPhoto } from '../../photos/read-photo.ts';
import { encodeGrid } from '../../presentation/image-grid.ts';
import { textTable } from '../../presentation/table.ts';
import { withRun } from '../../runs/run-folder.ts';
import { deviceOptions, pathOption, runOptions } from '../framework/options.ts';
import { defineStage } from '../framework/stage.ts';
import { checkOpensPhotos, checkPhotoOptions, openPhoto, photoOptions } from './open-photo.ts';

const { seed: _noRandomChoices, ...folderOptions } = runOptions;

const options = z.strictObject({
  photo: pathOption().describe('photo with a face: JPEG, PNG, WebP, AVIF or TIFF'),
  bundle: pathOption().describe('folder of a model bundle with a style generator and an encoder'),
  ...photoOptions,
  ...deviceOptions,
  ...folderOptions,
});

/** Side of each picture in the overview, in pixels. */
const overviewSide = 256;

export const invert = defineStage({
  name: 'invert',
  description: "Find the face of a photo in a bundle's generator and keep it as a portrait, for edit --portrait.",
  examples: [
    'me.jpg --bundle models/mine --out portraits/me',
    'group.jpg --face 2 --bundle models/mine --out portraits/friend',
    'me.jpg --points "120,80 180,82 150,150" --bundle models/mine --out portraits/me',
  ],
  options,
  argument: 'photo',
  async run(config, context) {
    const { photo, bundle, out, resume, force } = config;
    checkPhotoOptions(config);
    await openDevice(config); // a missing device is reported before anything is read or begun
    checkOpensPhotos(await readBundleFolder(bundle));
    await readPhoto(photo);
    const inputs = { photo, bundle: join(bundle, bundleFiles.index) };
    const details = { stage: 'invert', options, config, inputs, resume, force, log: context.log };
    return withRun(out, details, async run => {
      const editor = await openPhotoBundle(bundle, config);
      const bytes = await readWhole(photo);
      const opened = await openPhoto(photo, editor, config, context);
      const { portrait, file } = opened;
      const copy = `${portraitFiles.photo}.${file.format === 'jpeg' ? 'jpg' : file.format}`;
      const { resolution } = editor.bundle;
      const { reconstruction } = portrait;
      await writeWhole(run.file(copy), bytes);
      await writeWhole(run.file(portraitFiles.portrait), portrait.file);
      await writeWhole(run.file(portraitFiles.crop), await encodeGrid(portrait.crop, { resolution, columns: 1 }));
      const made = await encodeGrid(reconstruction, { resolution, columns: 1 });
      await writeWhole(run.file(portraitFiles.reconstruction), made);
      await writeWhole(run.file(portraitFiles.picture), await overview(opened, editor, reconstruction));
      const { figures, box, missing, sha256 } = portrait;
      await writeJson(run.file(portraitFiles.figures), { attributes: editor.attributes, ...figures, box, missing });
      await portrait.release();
      await editor.release();
      const { encoded, refined, tuned, agreement } = figures;
      return { out, photo: copy, portrait: sha256, box, missing, encoded, refined, tuned, agreement };
    });
  },
  print: ({ out, encoded, refined, tuned, agreement }) => {
    const rows = [
      { after: 'encoder', ...encoded },
      ...(refined ? [{ after: 'refining', ...refined }] : []),
      ...(tuned ? [{ after: 'tuning', ...tuned }] : []),
    ];
    const table = textTable(
      [
        { title: 'after', value: row => row.after },
        { title: 'PSNR (dB)', value: row => row.psnr, decimals: 1 },
        { title: 'feature distance', value: row => row.featureDistance, decimals: 3 },
      ],
      rows,
    );
    const same = `${(100 * agreement).toFixed(0)} % of the attributes are seen as in the photo`;
    return [`${out}: ${same}`, '', table].join('\n');
  },
});

/** @returns a PNG: the photo, its crop, the reconstruction, and where the generator was tuned what that makes of it. */
async function overview({ portrait }: OpenedPhoto, editor: FaceEditor, tuned: Float32Array): Promise<Uint8Array> {
  const { resolution } = editor.bundle;
  const latent = Float32Array.from(portrait.editor.edit({ ...portrait.start, moves: [] }).latent);
  const faces = [portrait.crop, await editor.render([latent]), ...(portrait.figures.tuned ? [tuned] : [])];
  const tiles = [photoTile(portrait.photo), ...faces.map(face => faceTile(face, resolution))];
  const row = { across: tiles.length, shim: 4, background: '#ffffff' };
  return sharp(await Promise.all(tiles), { join: row })
    .png({ adaptiveFiltering: true })
    .toBuffer();
}

/** The whole photo, fitted into a white square. @returns a PNG. */
function photoTile({ width, height, channels, pixels }: Photo): Promise<Uint8Array> {
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false })
    .flatten({ background: '#ffffff' })
    .resize(overviewSide, overviewSide, { fit: 'contain', background: '#ffffff' })
    .png()
    .toBuffer();
}

/** @param face [3, R, R] in [-1, 1]. @returns a PNG. */
async function faceTile(face: Float32Array, resolution: number): Promise<Uint8Array> {
  const picture = sharp(await encodeGrid(face, { resolution, columns: 1 }));
  return picture.resize(overviewSide, overviewSide, { kernel: 'cubic' }).png().toBuffer();
}
