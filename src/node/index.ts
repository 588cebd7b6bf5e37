// Placeholder until the library's Node entry exists.
export { UserError } from '../core/errors.ts';
