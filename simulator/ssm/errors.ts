import { AwsError } from '../errors.ts';

/** A member that breaks a constraint of the API, as Systems Manager words it for every operation. */
export function constraintError(member: string, value: string, rule: string): AwsError {
  const what = `Value '${value}' at '${member}' failed to satisfy constraint: ${rule}`;
  return validationError(`1 validation error detected: ${what}`);
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** @throws AwsError ValidationException for a number outside a range; an absent one is left alone. */
export function checkRange(member: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined) return;
  if (value < least)
    throw constraintError(member, String(value), `Member must have value greater than or equal to ${least}`);
  if (value > most)
    throw constraintError(member, String(value), `Member must have value less than or equal to ${most}`);
}

/** @throws AwsError ValidationException for a list that is too long. */
export function checkCount(member: string, list: readonly unknown[] | undefined, most: number): void {
  if (!list || list.length <= most) return;
  throw constraintError(
    member,
    `[${list.join(', ')}]`,
    `Member must have length less than or equal to ${most}`,
  );
}

/** One page of a list, behind a token that says where the next begins. @throws AwsError InvalidNextToken */
export function pageOf<T>(
  all: readonly T[],
  token: string | undefined,
  size: number,
): { readonly page: readonly T[]; readonly next: { NextToken?: string } } {
  const start = token === undefined ? 0 : Number.parseInt(/^page-(\d+)$/.exec(token)?.[1] ?? '', 10);
  if (Number.isNaN(start)) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  const end = start + size;
  return { page: all.slice(start, end), next: end < all.length ? { NextToken: `page-${end}` } : {} };
}
