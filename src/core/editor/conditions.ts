// The conditions of an edit: checked as far as types cannot, and the way in which its locks are held.
import { saidOf } from '../attributes.ts';
import { type Hold, holdNames, usualHold } from '../directions/hold.ts';
import type { Move } from '../editing/moves.ts';
import type { Recipe } from '../editing/recipe.ts';
import type { AnyStart } from '../editing/start.ts';
import { checkOption, didYouMean, UserError } from '../errors.ts';
import type { Field } from '../models/field.ts';
import { type Geometry, geometryNames } from '../models/latents.ts';
import type { Bundle } from './bundle.ts';
import type { Conditions } from './requests.ts';

/** The model that a request is checked against. */
interface RequestedModel {
  readonly name: string;
  /** Numbers that a latent may have. */
  readonly latentSizes: readonly number[];
  /** Where its latents lie. */
  readonly geometry: Geometry;
  /** Whether this is the editor of a portrait, whose generator was tuned to it. */
  readonly ofPortrait: boolean;
}

/**
 * Checks what types cannot, and what programs without types leave open.
 * @throws UserError for no face or several, psi without a seed, numbers that are none, and ways of editing that there are not.
 */
export function checkConditions(request: Conditions, model: RequestedModel): void {
  const { name, latentSizes, ofPortrait } = model;
  const { seed, psi, latent, portrait, locks, hold, geometry, layers } = request as Conditions & AnyStart;
  checkKeys(request);
  const starts = Object.entries({ seed, latent, portrait }).filter(([, value]) => value !== undefined);
  if (starts.length !== 1) {
    const got = starts.map(([start]) => start).join(' and ') || 'none of them';
    throw new UserError(`an edit must start from one seed, latent or portrait; got ${got}`);
  }
  if (psi !== undefined && seed === undefined) {
    throw new UserError(`psi truncates faces of a seed, not a ${starts[0]![0]}; got ${psi}. Leave it out`);
  }
  if (seed !== undefined && ofPortrait) {
    throw new UserError(
      "the editor of a portrait must edit that portrait; got a seed. Give it to the model's own editor",
    );
  }
  if (latent !== undefined) {
    if (typeof latent?.length !== 'number') throw new UserError(`a latent must be a list of numbers; got ${latent}`);
    // The length comes first: there may be millions of numbers, or none any more where their buffer went elsewhere.
    const fits = latentSizes.includes(latent.length);
    if (!fits || !Array.from(latent).every(Number.isFinite)) {
      const got = `${latent.length}${fits ? ', NaN or infinity among them' : ''}`;
      throw new UserError(`a latent of ${name} must have ${latentSizes.join(' or ')} finite numbers; got ${got}`);
    }
  }
  checkOption('a portrait', portrait, 'text');
  checkOption('locks', locks, 'a list');
  checkOneOf('hold', hold, holdNames);
  checkOneOf('geometry', geometry, geometryNames);
  if (geometry === 'sphere' && model.geometry === 'linear') {
    throw new UserError(`geometry must be linear for ${name}, whose latents lie on no sphere. Leave it out`);
  }
  if (layers !== undefined && (typeof layers !== 'object' || layers === null)) {
    throw new UserError(`layers must be an object, attribute by attribute; got ${layers}`);
  }
}

/** Keys of requests, recipes and what resolves to them; others are somebody's own, unless they are nearly one of these. */
const knownKeys = [
  ...['seed', 'psi', 'latent', 'portrait', 'moves', 'locks', 'hold', 'geometry', 'layers', 'steps'],
  ...['bundle', 'strip', 'wanted', 'schemaVersion'],
];

/** @throws UserError for a key that is nearly a known one: locks that are misspelt would hold nothing. */
function checkKeys(request: object): void {
  for (const key of Object.keys(request)) {
    if (knownKeys.includes(key)) continue;
    const begun = knownKeys.filter(known => known.startsWith(key.slice(0, 3).toLowerCase())); // `model` is not nearly `moves`
    const near = didYouMean(key, begun);
    if (near !== '') throw new UserError(`an edit has no "${key}".${near}`);
  }
}

function checkOneOf(option: string, value: string | undefined, names: readonly string[]): void {
  if (value === undefined || names.includes(value)) return;
  const near = didYouMean(`${value}`, names);
  throw new UserError(`${option} must be ${names.join(' or ')}; got "${value}"${near && `.${near}`}`);
}

/** A model, and where its latents lie. */
interface EditedModel {
  readonly bundle: Bundle;
  readonly geometry: Geometry;
}

/**
 * @returns how the locks of an edit are held. Layers and other geometries are for straight lines alone, so who asks for them
 *   gets these; and so do recipes that do not say, which are older than curves.
 */
function holdOf(request: Conditions, moves: readonly Move[], model: EditedModel): Hold {
  const { hold, geometry = model.geometry } = request;
  const isStraight =
    choosesLayers(request, moves) || geometry !== model.geometry || (request as Partial<Recipe>).bundle !== undefined;
  return hold ?? (isStraight ? 'linear' : usualHold(model.bundle.directions, moves));
}

/** @returns whether layers are chosen for something that moves. */
function choosesLayers({ layers }: Conditions, moves: readonly Move[]): boolean {
  return moves.some(({ attribute }) => saidOf(layers, attribute) !== undefined);
}

/**
 * @returns the field whose scores are followed and held along a curve; undefined for edits in a straight line.
 * @throws UserError where there is no field, or a straight line is asked for too.
 */
export function fieldFor(
  request: Conditions,
  moves: readonly Move[],
  model: EditedModel,
  field: Field | undefined,
): Field | undefined {
  if (holdOf(request, moves, model) === 'linear') return undefined;
  if (field === undefined) {
    throw new UserError(`hold must be linear for ${model.bundle.name}, which has no field. Leave it out`);
  }
  if (choosesLayers(request, moves)) {
    throw new UserError('layers can be chosen for moves with hold linear only; the field moves all layers');
  }
  if ((request.geometry ?? model.geometry) !== model.geometry) {
    throw new UserError(`geometry must be ${model.geometry} with hold field; got ${request.geometry}. Leave it out`);
  }
  return field;
}
