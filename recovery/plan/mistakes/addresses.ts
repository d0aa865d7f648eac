/** What is asked before the switch, and the records that are switched. */
import * as v from 'valibot';
import { type Draft, placed, type Sketch, written } from '../draft.ts';
import { hostNamePattern, recordNamePattern } from '../patterns.ts';
import type { Finding, Path } from '../plan-error.ts';
import type { Check } from '../references.ts';
import type { PlanForm } from '../schema.ts';

const ipv4 = v.pipe(v.string(), v.ipv4());
const ipv6 = v.pipe(v.string(), v.ipv6());
const isIPv4 = (value: string) => v.is(ipv4, value);
const isIPv6 = (value: string) => v.is(ipv6, value);

type Switch = Sketch<NonNullable<PlanForm['traffic']>[number]>;
type DnsRecord = Sketch<NonNullable<Switch['record']>>;

/** A switch is a record, or goes via a health check and says of what name. */
function* oneWayEach({ traffic }: Draft): Iterable<Finding> {
  for (const [place, item] of placed(traffic)) yield* oneWay(['traffic', place], item);
}

const keysOfHealthCheck = ['via', 'name', 'target'] as const;

function* oneWay(path: Path, item: Switch): Iterable<Finding> {
  const keys = keysOfHealthCheck.filter((key) => written(item, key));
  if (written(item, 'record')) {
    for (const key of keys) {
      yield {
        path: [...path, key],
        message: `"${key}" is for a switch via healthCheck, and this one changes a record`,
        fix: `remove ${key} or record`,
      };
    }
    return;
  }
  if (keys.length === 0) {
    const message = 'nothing says how traffic is moved';
    yield { path, message, fix: 'add via: healthCheck with name and target, or a record' };
    return;
  }
  for (const key of keysOfHealthCheck) {
    if (keys.includes(key)) continue;
    const fix = key === 'via' ? 'add via: healthCheck' : `add ${key}`;
    yield { path, message: `"${key}" is missing`, fix };
  }
}

/** Where a switch via a health check leads must be something that a resolver can answer. */
function* targetsThatAreAnswered({ traffic }: Draft): Iterable<Finding> {
  for (const [place, { name, target }] of placed(traffic)) {
    if (target === undefined) continue;
    const path = ['traffic', place, 'target'];
    if (target === name) {
      yield { path, message: 'the name would lead to itself', fix: 'write the name of the recovery Region' };
    } else if (!isIPv4(target) && !isIPv6(target) && !hostNamePattern.test(target)) {
      yield {
        path,
        message: `${target} is neither a domain name nor an address`,
        fix: 'write a full name in lower case without the last dot, or an address',
      };
    }
  }
}

/** A name has failover records or is changed as a record, and each only once. */
function* namesMovedOnce({ traffic }: Draft): Iterable<Finding> {
  const items = placed(traffic);
  for (const [index, [place, { name }]] of items.entries()) {
    if (name === undefined) continue;
    const isTwice = items.some(
      ([, other], at) => (at < index && other.name === name) || other.record?.name === name,
    );
    if (!isTwice) continue;
    yield {
      path: ['traffic', place, 'name'],
      message: `${name} is moved twice`,
      fix: 'remove one of the two',
    };
  }
}

/** Users' name still leads to the lost Region while the recovery is verified. */
function* verifiedElsewhere({ verify, traffic }: Draft): Iterable<Finding> {
  const moved = new Set(placed(traffic).map(([, { record, name }]) => record?.name ?? name));
  for (const [place, { http }] of placed(verify)) {
    const host = /^https?:\/\/([^/:]+)/.exec(http ?? '')?.[1]?.toLowerCase();
    if (host === undefined || !moved.has(host)) continue;
    yield {
      path: ['verify', place, 'http'],
      message: `${host} leads to the primary Region until traffic moves it`,
      fix: 'ask a name that always leads to the recovery Region',
    };
  }
}

/** What is wrong with a record's value for its type (Route 53 Developer Guide, Supported DNS record types). */
function valueProblem({ type, name, value }: DnsRecord): Omit<Finding, 'path'> | undefined {
  if (type === undefined || value === undefined) return undefined;
  switch (type) {
    case 'A':
      if (isIPv4(value)) return undefined;
      return {
        message: `${value} is not an IPv4 address`,
        fix: 'write an IPv4 address, or type: CNAME for a name',
      };
    case 'AAAA':
      if (isIPv6(value)) return undefined;
      return {
        message: `${value} is not an IPv6 address`,
        fix: 'write an IPv6 address, or type: CNAME for a name',
      };
    case 'CNAME':
      if (value === name)
        return { message: 'the record would lead to itself', fix: 'write the name of the recovery Region' };
      if (isIPv4(value) || isIPv6(value)) {
        return {
          message: `${value} is an address, and a CNAME leads to a name`,
          fix: `write type: ${isIPv4(value) ? 'A' : 'AAAA'}`,
        };
      }
      if (recordNamePattern.test(value)) return undefined;
      return {
        message: `${value} is not a domain name`,
        fix: 'write a full name in lower case, without the last dot',
      };
    case 'TXT':
      if (/^"[^"]{0,255}"(?: "[^"]{0,255}")*$/.test(value)) return undefined;
      return {
        message: 'Route 53 wants text in double quotes, 255 characters at most in each',
        fix: `write '"${value.replaceAll('"', '')}"'`,
      };
    default:
      return type satisfies never;
  }
}

function* valuesOfTheirType({ traffic }: Draft): Iterable<Finding> {
  for (const [place, { record }] of placed(traffic)) {
    const problem = record && valueProblem(record);
    if (problem) yield { path: ['traffic', place, 'record', 'value'], ...problem };
  }
}

/** A CNAME stands alone at its name, and a change batch cannot hold one record twice (Route 53 API Reference). */
function* recordsThatAgree({ traffic }: Draft): Iterable<Finding> {
  const records = placed(traffic).flatMap(([place, { record }]) => (record ? [{ place, ...record }] : []));
  for (const [index, later] of records.entries()) {
    const { zone, name, type } = later;
    if (zone === undefined || name === undefined || type === undefined) continue;
    const rivals = records
      .slice(0, index)
      .filter((earlier) => earlier.zone === zone && earlier.name === name);
    const same = rivals.some((earlier) => earlier.type === type);
    const alone = rivals.some((earlier) => earlier.type !== type && [earlier.type, type].includes('CNAME'));
    const path = ['traffic', later.place, 'record'];
    if (same) yield { path, message: `${name} ${type} is changed twice`, fix: 'remove one of the two' };
    else if (alone)
      yield {
        path,
        message: `a CNAME at ${name} allows no other record there`,
        fix: 'use A and AAAA records',
      };
  }
}

/** Addresses and records. */
export const addressChecks: readonly Check[] = [
  verifiedElsewhere,
  oneWayEach,
  valuesOfTheirType,
  recordsThatAgree,
  targetsThatAreAnswered,
  namesMovedOnce,
];
