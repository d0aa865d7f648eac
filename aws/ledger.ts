import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Answer } from '../recovery/answer.ts';
import { mapAnswer } from '../recovery/answer.ts';
import { type Access, clientConfig } from './access.ts';
import { call } from './call.ts';

export type Ledger = ReturnType<typeof openLedger>;

/** A record as it was read, with the version that a conditional write names. */
export interface LedgerEntry {
  readonly value: unknown;
  readonly etag: string;
}

/**
 * The ledger: JSON records in one S3 bucket. S3 is strongly consistent, and conditional writes make a lock of a key
 * (S3 User Guide, conditional requests).
 */
export function openLedger(access: Access, bucket: string) {
  const client = new S3Client({
    ...clientConfig(access),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const put = async (
    key: string,
    value: unknown,
    condition: { IfNoneMatch?: string; IfMatch?: string },
  ): Promise<Answer<string>> =>
    mapAnswer(
      await call(access, 's3:PutObject', (abortSignal) =>
        client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: JSON.stringify(value),
            ContentType: 'application/json',
            ...condition,
          }),
          { abortSignal },
        ),
      ),
      (output) => output.ETag ?? '',
    );
  const read = (key: string): Promise<Answer<LedgerEntry | undefined>> =>
    readEntry(access, client, bucket, key);
  return {
    /** The record at a key, or undefined when there is none. */
    read,
    /** Writes over whatever is there: for keys that one step alone writes. */
    write: (key: string, value: unknown): Promise<Answer<string>> => put(key, value, {}),
    /**
     * Writes a key that must not exist, or must still be as it was read. `value.nonce` tells one's own write from another's:
     * when the condition fails because an earlier try of ours was written and its answer lost, that counts as won.
     */
    claim: async (
      key: string,
      value: { readonly nonce: string },
      replaces?: LedgerEntry,
    ): Promise<Answer<'won' | LedgerEntry>> => {
      const written = await put(key, value, replaces ? { IfMatch: replaces.etag } : { IfNoneMatch: '*' });
      if (written.ok) return { ok: true, value: 'won' };
      if (written.kind !== 'conflict' && written.kind !== 'unknown') return written;
      const found = await read(key);
      if (!found.ok) return found;
      if (!found.value) return written;
      const isOurs = (found.value.value as { nonce?: unknown }).nonce === value.nonce;
      return { ok: true, value: isOurs ? 'won' : found.value };
    },
  };
}

async function readEntry(
  access: Access,
  client: S3Client,
  bucket: string,
  key: string,
): Promise<Answer<LedgerEntry | undefined>> {
  const answer = await call(access, 's3:GetObject', async (abortSignal): Promise<LedgerEntry> => {
    const output = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
    return { value: JSON.parse((await output.Body?.transformToString()) ?? 'null'), etag: output.ETag ?? '' };
  });
  if (!answer.ok && answer.kind === 'absent') return { ok: true, value: undefined };
  return answer;
}
