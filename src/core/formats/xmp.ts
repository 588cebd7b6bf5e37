// Says inside a picture that a trained model made or edited it, in the words that photo software and search engines read.
// Format: XMP (ISO 16684-1), in PNG under the keyword of XMP part 3, §1.1.5; the property is IPTC's.
import { xmpAddress } from './jpeg.ts';
import { addPngText, readPngTexts } from './png-text.ts';

/** The keyword of the PNG text that holds XMP. */
export const xmpKeyword = 'XML:com.adobe.xmp';

/** https://cv.iptc.org/newscodes/digitalsourcetype: made, or changed in parts, by a model trained on sampled content. */
const sourceTypes = {
  generated: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
  edited: 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia',
} as const;

/** Whether a model made the whole picture, or edited a photo. */
export type SourceType = keyof typeof sourceTypes;

/** The element that holds recipes in pictures of all formats but PNG. */
const recipeElement = 'faceTuning:recipes';

/** @param recipes JSON that is put into it. @returns a packet of XMP. */
export function xmpPacket(source: SourceType, recipes?: string): string {
  const asEscape = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const json = recipes?.replace(/[<>&]/g, asEscape); // no character of it then means anything to XML
  return [
    '<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">',
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about=""',
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="face-tuning"',
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"',
    json === undefined
      ? ` Iptc4xmpExt:DigitalSourceType="${sourceTypes[source]}"/>`
      : ` Iptc4xmpExt:DigitalSourceType="${sourceTypes[source]}" xmlns:faceTuning="urn:face-tuning:recipe">` +
        `<${recipeElement}>${json}</${recipeElement}></rdf:Description>`,
    '</rdf:RDF>',
    '</x:xmpmeta>',
    '<?xpacket end="r"?>',
  ].join('\n');
}

/** @returns the recipes' JSON that a packet of XMP holds, or undefined. */
export function recipesInXmp(packet: string): string | undefined {
  return packet.match(new RegExp(`<${recipeElement}>([^<]*)</${recipeElement}>`))?.[1];
}

/**
 * Looks for a packet in a file whose format need not be known: its wrapper is there to be found so (XMP part 1, §7.3.1).
 * @returns the first one's text, or undefined.
 */
export function scannedXmp(bytes: Uint8Array): string | undefined {
  const [begin, end] = ['<?xpacket begin=', '<?xpacket end='].map(text => new TextEncoder().encode(text));
  const from = placeOf(begin!, bytes, 0);
  const to = from < 0 ? -1 : placeOf(end!, bytes, from);
  return to < 0 ? undefined : new TextDecoder().decode(bytes.subarray(from, to));
}

function placeOf(part: Uint8Array, bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(part[0]!, from); at >= 0; at = bytes.indexOf(part[0]!, at + 1)) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/**
 * Puts a packet into a JPEG (XMP part 3, §1.1.3: one segment APP1 behind its address).
 * @param jpeg a whole JPEG. @throws RangeError for a packet beyond 65,504 bytes.
 */
export function addJpegXmp(jpeg: Uint8Array, packet: string): Uint8Array<ArrayBuffer> {
  const content = new TextEncoder().encode(xmpAddress + packet);
  if (content.length > 65_533) throw new RangeError(`XMP of ${content.length} bytes does not fit into a JPEG`);
  const place = jpeg[3] === 0xe0 ? 4 + jpeg[4]! * 256 + jpeg[5]! : 2; // behind JFIF's segment, which must be the first
  const file = new Uint8Array(jpeg.length + content.length + 4);
  file.set(jpeg.subarray(0, place));
  file.set([0xff, 0xe1, (content.length + 2) >> 8, (content.length + 2) & 255], place);
  file.set(content, place + 4);
  file.set(jpeg.subarray(place), place + 4 + content.length);
  return file;
}

/** @param png a PNG file. @returns a copy that says what it is; the file itself where it holds XMP already. */
export function markSynthetic(png: Uint8Array, source: SourceType = 'generated'): Uint8Array {
  return readPngTexts(png, xmpKeyword).length > 0 ? png : addPngText(png, xmpKeyword, xmpPacket(source), 'IDAT');
}
