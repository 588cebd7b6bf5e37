// The schema of a list of attributes, apart from their names, so that a page need not load it.
import { z } from 'zod';
import { attributeNamePattern, attributeNames, mostAttributes } from '../attributes.ts';

/** A list of attributes as files keep it: in the order of the columns of scores and labels. */
export const attributeListSchema = z
  .array(z.string().regex(attributeNamePattern, 'must be letters without accents, digits, _ and -, at most 64'))
  .max(mostAttributes)
  .refine(names => new Set(names.map(name => name.toLowerCase())).size === names.length, 'must name each once')
  .default([...attributeNames]);
