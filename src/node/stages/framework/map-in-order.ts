// Does asynchronous work on many items a few at a time, handing the results on in order and holding only a few.

/**
 * Yields work(item) for each item, in the items' order, with at most `width` of them in progress or waiting to be
 * taken: memory does not grow with the number of items.
 * @throws the first failure, in order. Nobody waits for later work that was started, and its failures are ignored.
 */
export async function* mapInOrder<Item, Result>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const started: Promise<Result>[] = [];
  for (const item of items) {
    const result = work(item);
    result.catch(() => {}); // it is reported when its turn comes
    started.push(result);
    if (started.length >= width) yield await started.shift()!;
  }
  for (const result of started) yield await result;
}
