/** The `aws-chunked` encoding: chunks with their sizes, then trailing headers (S3 User Guide, "Signature calculations: trailing headers"). */
import { Malformed } from './scalars.ts';

export interface Unchunked {
  readonly body: Uint8Array;
  /** What came after the body, such as its checksum; lower-case names. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** @throws Malformed when the chunks are not as their sizes say. */
export function unchunk(encoded: Uint8Array): Unchunked {
  const source = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (;;) {
    const end = source.indexOf('\r\n', at);
    // A chunk that is signed on its own has its signature after the size.
    const [size = ''] = source.toString('latin1', at, end).split(';');
    if (end < 0 || !/^[0-9a-f]+$/i.test(size)) throw new Malformed('a chunk has no size');
    const start = end + 2;
    const length = Number.parseInt(size, 16);
    if (length === 0)
      return { body: Buffer.concat(chunks), trailers: readTrailers(source.toString('utf8', start)) };
    chunks.push(source.subarray(start, start + length));
    at = start + length + 2;
    if (at > source.length) throw new Malformed('a chunk is shorter than its size');
  }
}

function readTrailers(text: string): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}
