import type { Answer } from '../recovery/answer.ts';

/** More pages than any account of this size has: a listing that does not end is a refusal, not an endless loop. */
const pagesMax = 50;

/** Reads all pages of a listing; the first refusal ends it. */
export async function allPages<Item>(
  readPage: (
    token: string | undefined,
  ) => Promise<Answer<{ readonly items: readonly Item[]; readonly next: string | undefined }>>,
  asked: string,
): Promise<Answer<readonly Item[]>> {
  const items: Item[] = [];
  let token: string | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await readPage(token);
    if (!answer.ok) return answer;
    items.push(...answer.value.items);
    token = answer.value.next;
    if (!token) return { ok: true, value: items };
  }
  return { ok: false, kind: 'unlisted', code: 'TooManyPages', message: `more than ${pagesMax} pages`, asked };
}
