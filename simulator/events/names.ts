import { AwsError } from '../errors.ts';

/** @throws AwsError `ValidationException` */
export function checkName(name: string | undefined, longest: number, what: string): asserts name is string {
  if (name !== undefined && name.length <= longest && /^[.\-_A-Za-z0-9]+$/.test(name)) return;
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${name}' at '${what}' failed to satisfy constraint`,
  );
}

/** A bus's name, given as a name or as an ARN; the default bus if absent. */
export function busNameOf(nameOrArn: string | undefined): string {
  return nameOrArn === undefined ? 'default' : nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}

/** One page of a list. @throws AwsError `ValidationException` for a token that is none of ours */
export function pageOf<T>(
  items: readonly T[],
  limit: number | undefined,
  token: string | undefined,
): { page: T[]; NextToken?: string } {
  const from = token === undefined ? 0 : Number(/^page-(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(from)) throw new AwsError('ValidationException', `Invalid NextToken ${token}`);
  const to = from + (limit ?? 100);
  return { page: items.slice(from, to), ...(to < items.length && { NextToken: `page-${to}` }) };
}
