// Chooses the form of an answer by the request's Accept.
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import type { AnswerFormat } from './drawing.ts';
import { Refusal } from './problem.ts';

const types = { png: 'image/png', webp: 'image/webp', json: 'application/json' } as const satisfies Record<
  AnswerFormat,
  string
>;
const formats = Object.keys(types) as AnswerFormat[];

/** PNG is for those who take anything. @throws Refusal 406 where Accept names none of the three. */
export function acceptedFormat(context: Context): AnswerFormat {
  const chosen = accepts(context, {
    header: 'Accept',
    supports: formats,
    default: 'png',
    match: wanted => {
      for (const { type, q } of wanted) {
        const fits = (format: AnswerFormat) =>
          [types[format], `${types[format].split('/')[0]}/*`, '*/*'].includes(type);
        const found = q > 0 ? formats.find(fits) : undefined;
        if (found !== undefined) return found;
      }
      return '';
    },
  });
  const format = formats.find(each => each === chosen);
  if (format !== undefined) return format;
  throw new Refusal(406, `Accept must take ${Object.values(types).join(', ')} or any of them`);
}

export function mediaType(format: AnswerFormat): string {
  return types[format];
}
