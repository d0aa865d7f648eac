import { invalidValue } from './refusals.ts';

/** One page of a describe, and the marker of the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly marker?: string;
}

/**
 * Cuts a page out of items in the order of their names. RDS takes 20 to 100 records a page and gives 100 (RDS API Reference,
 * DescribeDBInstances); the marker holds the last name, so that a page stays right while items come and go.
 * @throws AwsError InvalidParameterValue for another size
 */
export function pageOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  request: { readonly MaxRecords?: number | undefined; readonly Marker?: string | undefined },
): Page<T> {
  const size = request.MaxRecords ?? 100;
  if (size < 20 || size > 100) {
    throw invalidValue(`Invalid value ${size} for MaxRecords. Must be between 20 and 100`);
  }
  const after = request.Marker === undefined ? '' : Buffer.from(request.Marker, 'base64').toString();
  const rest = items.filter((item) => nameOf(item) > after).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const page = rest.slice(0, size);
  const last = page.at(-1);
  if (rest.length <= size || last === undefined) return { items: page };
  return { items: page, marker: Buffer.from(nameOf(last)).toString('base64') };
}
