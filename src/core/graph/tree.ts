// Named trees: how the parameters of a network are kept, and how layers find theirs.
import { input } from './ops/leaf.ts';
import type { Shape, Tensor } from './tensor.ts';

/** How a parameter starts: its shape and how its first values are drawn. */
export interface ParameterSpec {
  readonly shape: Shape;
  /** Standard deviation of the normal distribution its values are drawn from; 0 for zeros. */
  readonly deviation: number;
  /** Added to every value; 0 unless given. */
  readonly offset?: number;
}

export type SpecTree = ParameterSpec | { readonly [name: string]: SpecTree };

/** A tree of another kind of leaf with the same branches. */
export type Mapped<Tree, Leaf> = Tree extends ParameterSpec
  ? Leaf
  : { readonly [Key in keyof Tree]: Mapped<Tree[Key], Leaf> };

function isSpec(tree: SpecTree): tree is ParameterSpec {
  return Array.isArray((tree as ParameterSpec).shape);
}

/** Replaces each leaf by `f(leaf, path)`, the path being its names joined by `/`. */
export function mapTree<Tree extends SpecTree, Leaf>(
  tree: Tree,
  f: (spec: ParameterSpec, path: string) => Leaf,
  path = '',
): Mapped<Tree, Leaf> {
  const walk = (branch: SpecTree, at: string): unknown =>
    isSpec(branch)
      ? f(branch, at)
      : Object.fromEntries(
          Object.entries(branch).map(([name, child]) => [name, walk(child, at === '' ? name : `${at}/${name}`)]),
        );
  return walk(tree, path) as Mapped<Tree, Leaf>;
}

/** The leaves by path, in the tree's order. */
export function flattenSpecs(tree: SpecTree, path = ''): Map<string, ParameterSpec> {
  const leaves = new Map<string, ParameterSpec>();
  mapTree(tree, (spec, at) => leaves.set(at, spec), path);
  return leaves;
}

/** An input for every parameter, named by its path: `prefix/block/weight`. */
export function parameterInputs<Tree extends SpecTree>(tree: Tree, prefix: string): Mapped<Tree, Tensor> {
  return mapTree(tree, (spec, path) => input(path, spec.shape), prefix);
}
