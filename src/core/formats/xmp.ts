// Says inside a picture that a trained model made it, in the words that photo software and search engines read.
// Format: XMP (ISO 16684-1), in PNG under the keyword of XMP part 3, §1.1.5; the property is IPTC's.
import { addPngText, readPngTexts } from './png-text.ts';

/** The keyword of the PNG text that holds XMP. */
export const xmpKeyword = 'XML:com.adobe.xmp';

/** https://cv.iptc.org/newscodes/digitalsourcetype: made by a model that was trained on sampled content. */
const sourceType = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia';

const packet = [
  '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
  '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
  '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
  '<rdf:Description rdf:about=""',
  ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="face-tuning"',
  ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"',
  ` Iptc4xmpExt:DigitalSourceType="${sourceType}"/>`,
  '</rdf:RDF>',
  '</x:xmpmeta>',
  '<?xpacket end="r"?>',
].join('\n');

/** @param png a PNG file. @returns a copy that says it is synthetic; the file itself where it holds XMP already. */
export function markSynthetic(png: Uint8Array): Uint8Array {
  return readPngTexts(png, xmpKeyword).length > 0 ? png : addPngText(png, xmpKeyword, packet, 'IDAT');
}
