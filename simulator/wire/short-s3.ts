/** What of S3 takes the short way: how records are read, written and listed, by clients that add no checksums. */
import { NotSimulated } from '../errors.ts';
import { carried, xmlAnswer } from './carry.ts';
import type { OperationModel } from './model.ts';
import type { Output } from './protocol.ts';

/** The operations, and the members that a wire carries as they are. */
const members: Readonly<Record<string, readonly string[]>> = {
  GetObject: ['Bucket', 'Key'],
  ListObjectsV2: ['Bucket', 'Prefix', 'ContinuationToken'],
  PutObject: ['Bucket', 'Key', 'Body', 'ContentType', 'IfMatch', 'IfNoneMatch'],
};

/** Names that make a host without further rules: no dots, no suffix that AWS reserves. */
const plainBucket = /^(?!.*--|.*-s3alias$)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Keys that no rule for paths changes. */
const plainKey = /^(?:[\w:=+@-][\w.:=+@-]*\/)*[\w:=+@-][\w.:=+@-]*$/;
const plainText = /^[!-~]+$/;

/** Whether a client adds and checks checksums only where it must: nowhere on the short way. */
export interface Checksums {
  readonly requestChecksumCalculation?: string;
  readonly responseChecksumValidation?: string;
}

/** The input that S3 would read, or `undefined` where only the wire can tell. */
export function s3Input({ name }: OperationModel, input: Output, checksums: Checksums): Output | undefined {
  const own = Object.hasOwn(members, name) ? members[name] : undefined;
  const { requestChecksumCalculation: added, responseChecksumValidation: checked } = checksums;
  if (!own || added !== 'WHEN_REQUIRED' || checked !== 'WHEN_REQUIRED') return undefined;
  const given = Object.entries(input).filter(([, value]) => value !== undefined);
  const isPlain = given.every(([member, value]) => own.includes(member) && fits(member, value));
  const copy = Object.fromEntries(given);
  if (!isPlain || copy['Bucket'] === undefined) return undefined;
  if (name === 'ListObjectsV2') return copy;
  if (copy['Key'] === undefined) return undefined;
  return name === 'PutObject' ? withBody(copy) : copy;
}

function fits(member: string, value: unknown): boolean {
  if (member === 'Body') return typeof value === 'string' && value !== '' && value.isWellFormed();
  if (typeof value !== 'string') return false;
  if (member === 'Bucket') return plainBucket.test(value);
  return (member === 'Key' ? plainKey : plainText).test(value);
}

/** What clients add to a body: its length, and a type where nobody gives one. */
function withBody(input: Readonly<Record<string, unknown>>): Output | undefined {
  const { Body } = input;
  if (typeof Body !== 'string') return undefined;
  const bytes = new TextEncoder().encode(Body);
  return { ContentType: 'application/octet-stream', ...input, Body: bytes, ContentLength: bytes.length };
}

/** The output that an S3 client would have, without its metadata; `undefined` where only the wire can tell. */
export function s3Output(
  { name, output: structure }: OperationModel,
  answered: unknown,
): Record<string, unknown> | undefined {
  const { Body, ...others } = answered as Output;
  const isListing = name === 'ListObjectsV2';
  const output = carried(structure, others, isListing ? xmlAnswer : { ...xmlAnswer, format: 'http-date' });
  if (!output || isListing) return output;
  // Clients add a date to the one, and the status of a range is another.
  if ('Expires' in output || 'ContentRange' in output || !Object.values(output).every(isHeader))
    return undefined;
  if (name !== 'GetObject') return output;
  if (!(Body instanceof Uint8Array)) return undefined;
  return { Metadata: {}, ContentLength: Body.byteLength, ...output, Body: new StreamedBody(Body) };
}

function isHeader(value: unknown): boolean {
  if (typeof value === 'string') return plainText.test(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return true;
  return Object.entries(value).every(([key, text]) => key === key.toLowerCase() && isHeader(text));
}

const alreadyRead = 'The stream has already been transformed.';

/** A body that can be read once, as text or as bytes. */
class StreamedBody {
  #bytes: Uint8Array | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = new Uint8Array(bytes);
  }

  async transformToByteArray(): Promise<Uint8Array> {
    const bytes = this.#bytes;
    if (!bytes) throw new Error(alreadyRead);
    this.#bytes = undefined;
    return bytes;
  }

  async transformToString(encoding?: string): Promise<string> {
    const bytes = await this.transformToByteArray();
    if (encoding !== undefined && !Buffer.isEncoding(encoding))
      return new TextDecoder(encoding).decode(bytes);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(encoding);
  }

  transformToWebStream(): never {
    throw new NotSimulated('s3:GetObject with a body read as a web stream, on the short way');
  }
}
