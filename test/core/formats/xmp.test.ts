// A picture says once where it comes from, in XML that any reader of XMP understands.
import { parseHTML } from 'linkedom';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readPngTexts } from '../../../src/core/formats/png-text.ts';
import { markSynthetic, xmpKeyword } from '../../../src/core/formats/xmp.ts';

test('says that a trained model made it, once, where photo software looks', async () => {
  const png = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } })
    .png()
    .toBuffer();
  const marked = markSynthetic(png);
  expect(markSynthetic(marked)).toBe(marked);
  const [text] = readPngTexts(marked, xmpKeyword);
  const description = parseHTML(text!).document.querySelector('rdf\\:Description');
  expect(description?.getAttribute('Iptc4xmpExt:DigitalSourceType')).toBe(
    'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
  );
  const { xmp } = await sharp(Buffer.from(marked)).metadata();
  expect(xmp?.toString()).toBe(text); // sharp finds it as XMP too
});
