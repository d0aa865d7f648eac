import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Answer } from '../recovery/answer.ts';
import { mapAnswer } from '../recovery/answer.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';
import { allPages } from './pages.ts';

export type Ledger = ReturnType<typeof openLedger>;

/** A record as it was read, with the version that a conditional write names. */
export interface LedgerEntry {
  readonly value: unknown;
  readonly etag: string;
}

/** How a claim ended: won, with the record as it now stands; or lost, with the record that was there. */
export interface Claim {
  readonly won: boolean;
  readonly entry: LedgerEntry;
}

/**
 * What a step remembers is in the ledger: a stray refusal of it cannot be waited out from one call to the next. Every call of
 * ours needs several of its records, so that in a Region in trouble it is asked more often than anything else.
 */
const always = { repeatDenied: true, attempts: 5 } as const;

/**
 * S3 answers in milliseconds as a rule; a request without an answer after some seconds is better asked again (S3 User Guide,
 * performance design patterns).
 */
const patience = { ...always, deadlineSeconds: 3, repeatUnknown: true } as const;

/**
 * The ledger: JSON records in one S3 bucket. S3 is strongly consistent, and conditional writes make a lock of a key
 * (S3 User Guide, conditional requests).
 */
export function openLedger(access: Access, bucket: string) {
  const client = openClient(S3Client, access, access.region, {
    // Names of buckets become names of hosts, which an endpoint of one's own has not.
    ...(access.transport.endpoint !== undefined && { forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const put = async (
    key: string,
    value: unknown,
    condition: { IfNoneMatch?: string; IfMatch?: string },
  ): Promise<Answer<string>> =>
    mapAnswer(
      await call(
        access,
        's3:PutObject',
        (abortSignal) =>
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
        condition.IfMatch || condition.IfNoneMatch ? { ...always, deadlineSeconds: 5 } : patience,
      ),
      (output) => output.ETag ?? '',
    );
  const read = (key: string): Promise<Answer<LedgerEntry | undefined>> =>
    readEntry(access, client, bucket, key);
  return {
    /** The record at a key, or undefined when there is none. */
    read,
    /** The keys under a prefix, in S3's order. */
    list: (prefix: string): Promise<Answer<readonly string[]>> => listKeys(access, client, bucket, prefix),
    /** Writes over whatever is there: for keys that one step alone writes. */
    write: (key: string, value: unknown): Promise<Answer<string>> => put(key, value, {}),
    /**
     * Writes a key that must not exist, or must still be as it was read. `value.nonce` tells one's own write from another's:
     * when the condition fails because an earlier try of ours was written and its answer lost, that counts as won. A write
     * that arrives late meets a newer record and changes nothing.
     */
    claim: async (
      key: string,
      value: { readonly nonce: string },
      replaces?: LedgerEntry,
    ): Promise<Answer<Claim>> => {
      const written = await put(key, value, replaces ? { IfMatch: replaces.etag } : { IfNoneMatch: '*' });
      if (written.ok) return { ok: true, value: { won: true, entry: { value, etag: written.value } } };
      if (written.kind !== 'conflict' && written.kind !== 'unknown') return written;
      const found = await read(key);
      if (!found.ok) return found;
      const entry = found.value;
      if (!entry || entry.etag === replaces?.etag) return written;
      return { ok: true, value: { won: (entry.value as { nonce?: unknown }).nonce === value.nonce, entry } };
    },
  };
}

async function readEntry(
  access: Access,
  client: S3Client,
  bucket: string,
  key: string,
): Promise<Answer<LedgerEntry | undefined>> {
  const answer = await call(
    access,
    's3:GetObject',
    async (abortSignal): Promise<LedgerEntry> => {
      const output = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), { abortSignal });
      return {
        value: JSON.parse((await output.Body?.transformToString()) ?? 'null'),
        etag: output.ETag ?? '',
      };
    },
    patience,
  );
  if (!answer.ok && answer.kind === 'absent') return { ok: true, value: undefined };
  return answer;
}

function listKeys(
  access: Access,
  client: S3Client,
  bucket: string,
  prefix: string,
): Promise<Answer<readonly string[]>> {
  return allPages(
    access,
    {
      asked: 's3:ListBucket',
      send: (ContinuationToken, abortSignal) =>
        client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken }), {
          abortSignal,
        }),
      next: ({ NextContinuationToken }) => NextContinuationToken,
      items: ({ Contents = [] }) => Contents.flatMap(({ Key }) => Key ?? []),
    },
    patience,
  );
}
