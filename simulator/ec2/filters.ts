import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError, NotSimulated } from '../errors.ts';
import type { Tags } from './state.ts';

type Value = string | number | boolean | undefined;

/** The filters of one describe operation over resources of one kind. */
export interface FilterTable<R> {
  readonly operation: string;
  /** What a resource offers to a filter; it matches when any of its values matches any of the filter's. */
  readonly values: Readonly<Record<string, (resource: R) => Value | readonly Value[]>>;
  /** Filters that AWS documents and that are not modelled, separated by white space. */
  readonly unmodelled: string;
}

const filtersMax = 50;
const valuesMax = 200;

/**
 * A test for resources that pass all filters (values of one filter are alternatives; `*` and `?` are wildcards, `\`
 * escapes them; case matters). EC2 User Guide, "List and filter your resources".
 * @throws AwsError InvalidParameterValue for a filter that EC2 does not have, FilterLimitExceeded above 50 filters or 200 values
 */
export function passing<R extends { readonly tags?: Tags }>(
  table: FilterTable<R>,
  filters: readonly Filter[] | undefined,
): (resource: R) => boolean {
  const given = filters ?? [];
  if (given.length > filtersMax) throw tooMany('filters', filtersMax);
  const tests = given.map((filter) => {
    const offered = reader(table, filter.Name ?? 'null');
    const values = filter.Values ?? [];
    if (values.length === 0)
      throw new NotSimulated(`ec2:${table.operation} with the filter ${filter.Name} and no value`);
    if (values.length > valuesMax) throw tooMany('filter values', valuesMax);
    const patterns = values.map(pattern);
    return (resource: R) => offered(resource).some((value) => patterns.some((regex) => regex.test(value)));
  });
  return (resource) => tests.every((test) => test(resource));
}

function reader<R extends { readonly tags?: Tags }>(
  table: FilterTable<R>,
  name: string,
): (resource: R) => string[] {
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return ({ tags }) => (tags && Object.hasOwn(tags, key) ? [tags[key]!] : []);
  }
  const own = Object.hasOwn(table.values, name) ? table.values[name] : undefined;
  if (own)
    return (resource) =>
      [own(resource)]
        .flat()
        .filter((value) => value !== undefined)
        .map(String);
  if (name === 'tag-key') return ({ tags }) => Object.keys(tags ?? {});
  if (name === 'tag-value' || table.unmodelled.split(/\s+/).includes(name)) {
    throw new NotSimulated(`ec2:${table.operation} with the filter ${name}`);
  }
  throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
}

function pattern(value: string): RegExp {
  const source = value.replace(/\\([\s\S])|[\s\S]/g, (char, escaped: string | undefined) => {
    if (escaped !== undefined) return literal(escaped);
    if (char === '*') return '[\\s\\S]*';
    return char === '?' ? '[\\s\\S]' : literal(char);
  });
  return new RegExp(`^${source}$`);
}

function literal(char: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}

function tooMany(what: string, max: number): AwsError {
  return new AwsError(
    'FilterLimitExceeded',
    `The maximum number of ${what} specified on a single call is ${max}`,
  );
}
