// Chooses the form of an answer by the request's Accept.
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { Refusal } from './problem.ts';

const types = { png: 'image/png', webp: 'image/webp', jpeg: 'image/jpeg', json: 'application/json' } as const;
type Format = keyof typeof types;

/** The pictures of generated faces, and of photos. */
export const facePictures = ['png', 'webp'] as const satisfies readonly Format[];
export const photoPictures = ['jpeg', 'png', 'webp'] as const satisfies readonly Format[];

/** The forms of their answers. The first is for those who take anything. */
export const faceFormats = [...facePictures, 'json'] as const;
export const photoFormats = [...photoPictures, 'json'] as const;

/** @throws Refusal 406 where Accept names none of the formats. */
export function acceptedFormat<Offered extends Format>(context: Context, formats: readonly Offered[]): Offered {
  const chosen = accepts(context, {
    header: 'Accept',
    supports: [...formats],
    default: formats[0]!,
    match: wanted => {
      const refused = wanted.filter(({ q }) => q === 0).map(({ type }) => type);
      for (const { type, q } of wanted) {
        const fits = (format: Offered) => [types[format], `${types[format].split('/')[0]}/*`, '*/*'].includes(type);
        const found = q > 0 ? formats.find(format => fits(format) && !refused.includes(types[format])) : undefined;
        if (found !== undefined) return found;
      }
      return '';
    },
  });
  const format = formats.find(each => each === chosen);
  if (format !== undefined) return format;
  const offered = formats.map(each => types[each]).join(', ');
  throw new Refusal(406, `Accept must take ${offered} or any of them`);
}

export function mediaType(format: Format): string {
  return types[format];
}
