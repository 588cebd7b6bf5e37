// Tells whether two values are the same to the last bit, wherever each was computed.
import { createHash, type Hash } from 'node:crypto';

/**
 * @param value plain data with typed arrays. Serialised bytes would not do: they tell how a number happens to be kept.
 * @returns SHA-256 in hexadecimal of its content.
 */
export function fingerprint(value: unknown): string {
  const hash = createHash('sha256');
  add(hash, value);
  return hash.digest('hex');
}

function add(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    hash.update(`${value.constructor.name} ${value.byteLength} `);
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (Array.isArray(value)) {
    hash.update(`list ${value.length} `);
    for (const each of value) add(hash, each);
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    hash.update(`object ${entries.length} `);
    for (const [name, each] of entries) {
      add(hash, name);
      add(hash, each);
    }
  } else if (typeof value === 'number') {
    hash.update('number ').update(new Uint8Array(Float64Array.of(value).buffer));
  } else {
    const text = String(value);
    hash.update(`${typeof value} ${text.length} ${text} `);
  }
}
