// Named trees: how the parameters of a network are kept, and how layers find theirs.
import { input } from './ops/leaf.ts';
import type { Shape, Tensor } from './tensor.ts';

/** A parameter's shape, and how its first values are drawn. */
export interface ParameterSpec {
  readonly shape: Shape;
  /** Standard deviation of the normal distribution its values are drawn from; 0 for zeros. */
  readonly deviation: number;
  /** Its mean; 0 if left out. */
  readonly mean?: number;
}

interface Leaf {
  readonly shape: Shape;
}

export type Tree<L extends Leaf> = L | { readonly [name: string]: Tree<L> };

/** A tree of another kind of leaf with the same branches. */
type Mapped<T, To> = T extends Leaf ? To : { readonly [Key in keyof T]: Mapped<T[Key], To> };

/** The tensors for a tree of specs, for layers to take. */
export type Parameters<T> = Mapped<T, Tensor>;

function isLeaf<L extends Leaf>(tree: Tree<L>): tree is L {
  return Array.isArray(tree.shape);
}

/**
 * Replaces each leaf by `f(leaf, path)`, the path being its names joined by `/`.
 * @param path that stands before these names; left out: nothing.
 */
export function mapTree<L extends Leaf, T extends Tree<L>, To>(
  tree: T,
  f: (leaf: L, path: string) => To,
  path = '',
): Mapped<T, To> {
  const walk = (branch: Tree<L>, at: string): unknown =>
    isLeaf(branch)
      ? f(branch, at)
      : Object.fromEntries(
          Object.entries(branch).map(([name, child]) => [name, walk(child, at === '' ? name : `${at}/${name}`)]),
        );
  return walk(tree, path) as Mapped<T, To>;
}

/** The leaves by path, in the tree's order. @param path as that of `mapTree`. */
export function flattenTree<L extends Leaf>(tree: Tree<L>, path = ''): Map<string, L> {
  const leaves = new Map<string, L>();
  mapTree(tree, (leaf: L, at) => leaves.set(at, leaf), path);
  return leaves;
}

/** An input for every parameter, named by its path: `prefix/block/weight`. */
export function parameterInputs<T extends Tree<ParameterSpec>>(tree: T, prefix: string): Parameters<T> {
  return mapTree(tree, (spec: ParameterSpec, path) => input(path, spec.shape), prefix);
}
