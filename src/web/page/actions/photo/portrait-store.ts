// Keeps portraits with their photos in this browser's own database, and nowhere else.

/** A portrait as it is kept. */
export interface StoredPortrait {
  readonly sha256: string;
  /** The model that it belongs to. */
  readonly model: string;
  /** Time at which it was kept, in milliseconds of the clock. */
  readonly at: number;
  readonly photo: File;
  readonly portrait: Uint8Array;
  /** RGBA of a square. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

const [database, store] = ['face-tuning', 'portraits'];

/** @throws where the browser keeps nothing, such as in a private window, or has no room. */
export async function storePortrait(portrait: StoredPortrait): Promise<void> {
  await inStore('readwrite', portraits => portraits.put(portrait));
}

export async function forgetStored(sha256: string): Promise<void> {
  await inStore('readwrite', portraits => portraits.delete(sha256));
}

export async function storedPortrait(sha256: string): Promise<StoredPortrait | undefined> {
  return inStore('readonly', portraits => portraits.get(sha256) as IDBRequest<StoredPortrait | undefined>);
}

/** @returns all of them, the latest first. */
export async function storedPortraits(): Promise<StoredPortrait[]> {
  const all = await inStore('readonly', portraits => portraits.getAll() as IDBRequest<StoredPortrait[]>);
  return all.sort((a, b) => b.at - a.at);
}

/** @returns the hashes of all of them, without reading the photos. */
export async function storedKeys(): Promise<string[]> {
  return inStore('readonly', portraits => portraits.getAllKeys() as IDBRequest<string[]>);
}

async function inStore<Result>(
  mode: IDBTransactionMode,
  work: (portraits: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opening = indexedDB.open(database, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(store, { keyPath: 'sha256' });
  const opened = await resultOf(opening);
  try {
    const transaction = opened.transaction(store, mode);
    const finished = new Promise<void>((done, fail) => {
      transaction.oncomplete = () => done();
      transaction.onabort = () => fail(transaction.error);
    });
    const result = await resultOf(work(transaction.objectStore(store)));
    await finished; // only then is it on the disk
    return result;
  } finally {
    opened.close();
  }
}

function resultOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}
