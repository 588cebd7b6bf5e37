// Loads a file and reports how much of it has been loaded.
import { UserError } from '../../core/errors.ts';

/**
 * @param onProgress is called with the bytes that have been loaded so far.
 * @throws UserError with the address and what is wrong with it.
 */
export async function fetchBytes(address: URL, onProgress?: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const place = `${address.origin}${address.pathname}`;
  const broken = (error: unknown) =>
    new UserError(`${place} cannot be loaded: ${(error as Error).message}. Check the connection`);
  const response = await fetch(address).catch((error: unknown) => {
    throw broken(error);
  });
  if (!response.ok) throw new UserError(`${place} cannot be loaded: the server answers ${response.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      parts.push(part.value);
      size += part.value.length;
      onProgress?.(size);
    }
  } catch (error) {
    throw broken(error);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
