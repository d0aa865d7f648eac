import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError } from '../errors.ts';
import { type FilterTable, passing } from './filters.ts';
import { findAll, isVisible, type Kind, type Resource } from './kinds.ts';
import type { Tags } from './state.ts';

/** How one describe operation chooses among the resources of a kind. */
export interface Selection<R> {
  readonly kind: Kind;
  readonly filters: FilterTable<R>;
  readonly minResults: number;
  readonly maxResults: number;
  /** Whether ids and MaxResults may come together; EC2 refuses it for instances, volumes, snapshots and images. */
  readonly idsWithMaxResults?: boolean;
}

/** The members that describe operations share. */
export interface Query {
  readonly ids?: readonly string[] | undefined;
  readonly Filters?: readonly Filter[] | undefined;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface Page<R> {
  readonly found: R[];
  readonly NextToken?: string;
}

/**
 * What a describe finds. Resources come in the order of their ids, which says nothing about their age: EC2 promises no
 * order, and a caller that takes the first for the newest must fail here.
 * @throws AwsError InvalidParameterCombination for ids together with MaxResults, `….NotFound`, InvalidParameterValue
 */
export function select<R extends Resource & { readonly tags?: Tags }>(
  all: ReadonlyMap<string, R>,
  selection: Selection<R>,
  query: Query,
  nowMs: number,
): Page<R> {
  const ids = query.ids ?? [];
  if (ids.length > 0 && query.MaxResults !== undefined && !selection.idsWithMaxResults) {
    throw new AwsError(
      'InvalidParameterCombination',
      `The parameter ${selection.kind.idsParameter} cannot be used with the parameter maxResults`,
    );
  }
  const passes = passing(selection.filters, query.Filters);
  const candidates =
    ids.length > 0
      ? findAll(selection.kind, all, [...new Set(ids)], nowMs)
      : [...all.values()].filter((resource) => isVisible(resource, nowMs));
  const found = candidates.filter(passes).sort(byId);
  return page(found, selection, query);
}

/** One page of rows that are in the order of their ids. A token says where the last page ended. */
export function page<R extends { readonly id: string }>(
  sorted: readonly R[],
  limits: { readonly minResults: number; readonly maxResults: number },
  query: Query,
): Page<R> {
  const size = pageSize(limits, query.MaxResults);
  const after = query.NextToken === undefined ? undefined : decodeToken(query.NextToken);
  const rest = after === undefined ? sorted : sorted.filter(({ id }) => id > after);
  const found = rest.slice(0, size);
  return found.length < rest.length ? { found, NextToken: encodeToken(found.at(-1)!.id) } : { found };
}

function pageSize(
  limits: { readonly minResults: number; readonly maxResults: number },
  given: number | undefined,
) {
  if (given === undefined) return Number.POSITIVE_INFINITY;
  const bad = (expectation: string) =>
    new AwsError(
      'InvalidParameterValue',
      `Value ( ${given} ) for parameter maxResults is invalid. ${expectation}`,
    );
  if (given < limits.minResults) throw bad(`Expecting a value greater than ${limits.minResults}.`);
  if (given > limits.maxResults) throw bad(`Expecting a value less than or equal to ${limits.maxResults}.`);
  return given;
}

const tokenPrefix = 'after:';

function encodeToken(lastId: string): string {
  return Buffer.from(tokenPrefix + lastId).toString('base64');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith(tokenPrefix))
    throw new AwsError('InvalidPaginationToken', 'The specified pagination token is not valid.');
  return text.slice(tokenPrefix.length);
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
