// The browser's entry: what a page needs to run bundles.
export { UserError } from '../core/errors.ts';
