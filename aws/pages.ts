import type { Answer } from '../recovery/answer.ts';
import type { Access } from './access.ts';
import { type CallOptions, call } from './call.ts';

/** More pages than any account of this size has: a listing that does not end is a refusal, not an endless loop. */
const pagesMax = 50;

/** How a listing is read, and what is kept of it. */
export interface Listing<Page, Item> {
  /** As `service:Action`, for records and sentences. */
  readonly asked: string;
  /** Requests the page that a token stands for, the first one without; the signal aborts it at the deadline. */
  readonly send: (token: string | undefined, abortSignal: AbortSignal) => Promise<Page>;
  /** The token of the next page; services call it by different names. */
  readonly next: (page: Page) => string | undefined;
  readonly items: (page: Page) => readonly Item[];
}

/**
 * Reads all pages of a listing, each by a call of its own; the first refusal ends it. Not the SDK's paginators: they take one
 * signal for all pages and are over at the first error, so that no page could have its deadline or be asked for again.
 */
export async function allPages<Page, Item>(
  access: Access,
  { asked, send, next, items }: Listing<Page, Item>,
  options?: CallOptions,
): Promise<Answer<readonly Item[]>> {
  const found: Item[] = [];
  let token: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await call(access, asked, (abortSignal) => send(token, abortSignal), options);
    if (!answer.ok) return answer;
    found.push(...items(answer.value));
    token = next(answer.value);
    if (!token) return { ok: true, value: found };
  }
  return { ok: false, kind: 'unlisted', code: 'TooManyPages', message: `more than ${pagesMax} pages`, asked };
}

/** Reads by ids where a call takes only so many, one call after the other; the first refusal ends it. */
export async function allBatches<Id, Item>(
  ids: readonly Id[],
  size: number,
  read: (batch: Id[]) => Promise<Answer<readonly Item[]>>,
): Promise<Answer<readonly Item[]>> {
  const found: Item[] = [];
  for (const batch of batchesOf(ids, size)) {
    const answer = await read(batch);
    if (!answer.ok) return answer;
    found.push(...answer.value);
  }
  return { ok: true, value: found };
}

/** Ids in their order, `size` at a time: what one call takes. */
export function batchesOf<Id>(ids: readonly Id[], size: number): readonly Id[][] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, i) => ids.slice(i * size, (i + 1) * size));
}
