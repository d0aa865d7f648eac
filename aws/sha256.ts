import { hash } from 'node:crypto';

type Data = string | ArrayBuffer | ArrayBufferView;

/** The block of SHA-256 in bytes (FIPS 180-4). */
const blockBytes = 64;

/**
 * SHA-256, and HMAC with it where there is a secret, as SDK clients take it: what is hashed is kept and hashed in one piece.
 * For the short texts of a signature that takes a fifth of the time of Node's hash objects, which cost a rehearsal, with some
 * ten thousand signatures, a fifteenth of its time.
 */
export class Sha256 {
  readonly #pads: { readonly inner: Uint8Array; readonly outer: Uint8Array } | undefined;
  #parts: Uint8Array[] = [];

  constructor(secret?: Data) {
    if (secret === undefined) return;
    const bytes = bytesOf(secret);
    // A longer key is hashed first (RFC 2104).
    const key = bytes.length > blockBytes ? digestOf([bytes]) : bytes;
    this.#pads = { inner: padded(key, 0x36), outer: padded(key, 0x5c) };
  }

  update(data: Data): void {
    this.#parts.push(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    if (!this.#pads) return digestOf(this.#parts);
    return digestOf([this.#pads.outer, digestOf([this.#pads.inner, ...this.#parts])]);
  }

  reset(): void {
    this.#parts = [];
  }
}

function padded(key: Uint8Array, pad: number): Uint8Array {
  return new Uint8Array(blockBytes).map((_, index) => (key[index] ?? 0) ^ pad);
}

function digestOf(parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha256', Buffer.concat(parts), 'buffer');
}

function bytesOf(data: Data): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}
