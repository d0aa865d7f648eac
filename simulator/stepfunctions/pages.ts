import { AwsError } from '../errors.ts';
import { invalid } from './names.ts';

const defaultPage = 100;
const largestPage = 1000;

/** One page of a list: `maxResults` items (100 if absent or 0) from where `nextToken` left off. */
export function pageOf<T>(
  items: readonly T[],
  maxResults: number | undefined,
  nextToken: string | undefined,
): { readonly page: T[]; readonly nextToken: string | undefined } {
  const size = maxResults || defaultPage;
  if (size < 0 || size > largestPage) {
    throw invalid('maxResults', String(size), `Member must have value less than or equal to ${largestPage}`);
  }
  const from = nextToken === undefined ? 0 : readToken(nextToken);
  const to = from + size;
  return { page: items.slice(from, to), nextToken: to < items.length ? writeToken(to) : undefined };
}

function writeToken(offset: number): string {
  return Buffer.from(`offset:${offset}`).toString('base64');
}

function readToken(token: string): number {
  const offset = /^offset:(\d+)$/.exec(Buffer.from(token, 'base64').toString())?.[1];
  if (offset === undefined) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  return Number(offset);
}
