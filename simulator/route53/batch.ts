import { isWithin } from './names.ts';
import type { ParsedChange } from './shapes.ts';
import {
  type Alias,
  type RecordBook,
  type RecordSet,
  type RecordType,
  recordKey,
  setIdentifierOf,
} from './state.ts';
import { invalidSet, valueProblems } from './values.ts';

/** What a batch is judged against besides the records themselves. */
export interface BatchContext {
  readonly zone: { readonly id: string; readonly name: string };
  /** Why a name of an AWS service cannot be an alias target, or `undefined`. */
  aliasProblem(alias: Alias, type: RecordType): string | undefined;
}

export type BatchResult =
  | { readonly ok: true; readonly records: RecordBook }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Applies a batch as a whole: either every change holds and a new book results, or none does and each objection is
 * named (Route 53 API Reference, ChangeResourceRecordSets: a batch is transactional). Whether records go together is
 * judged on the result, so that a CNAME may replace an A record in one batch.
 */
export function applyBatch(
  context: BatchContext,
  before: RecordBook,
  changes: readonly ParsedChange[],
): BatchResult {
  const records = new Map(before);
  const touched = new Map<string, ParsedChange['action']>();
  const problems: string[] = [];
  for (const change of changes) {
    const key = recordKey(change.record);
    const problem = inBatchProblem(change, touched.get(key)) ?? changeProblem(context, records, change);
    touched.set(key, change.action);
    if (problem) problems.push(problem);
    else if (change.action === 'DELETE') records.delete(key);
    else records.set(key, change.record);
  }
  for (const change of changes) {
    if (change.action !== 'DELETE')
      problems.push(...valueProblems(change.record), ...fitProblems(context, records, change.record));
  }
  problems.push(...apexProblems(context, records));
  return problems.length === 0 ? { ok: true, records } : { ok: false, problems: [...new Set(problems)] };
}

/** A batch may delete a set and make it anew; any other second change to the same set is refused. */
function inBatchProblem(
  change: ParsedChange,
  earlier: ParsedChange['action'] | undefined,
): string | undefined {
  if (earlier === undefined || (earlier === 'DELETE' && change.action !== 'DELETE')) return undefined;
  return invalidSet(change.record);
}

function changeProblem(
  context: BatchContext,
  records: RecordBook,
  { action, record }: ParsedChange,
): string | undefined {
  if (!isWithin(record.name, context.zone.name)) {
    return `RRSet with DNS name ${record.name} is not permitted in zone ${context.zone.name}`;
  }
  const current = records.get(recordKey(record));
  switch (action) {
    case 'CREATE':
      return current
        ? `Tried to create resource record set ${described(record)} but it already exists`
        : undefined;
    case 'DELETE':
      if (!current) return `Tried to delete resource record set ${described(record)} but it was not found`;
      return sameSet(current, record)
        ? undefined
        : `Tried to delete resource record set ${described(record)} but the values provided do not match the current values`;
    case 'UPSERT':
      return undefined;
    default:
      return unreachable(action);
  }
}

/** `[name='www.example.com.', type='A', set identifier='blue']`. */
function described(record: RecordSet): string {
  const setIdentifier = setIdentifierOf(record.routing);
  return `[name='${record.name}', type='${record.type}'${setIdentifier === undefined ? '' : `, set identifier='${setIdentifier}'`}]`;
}

/** A DELETE must name every value as it is; only the order of the values is free. */
function sameSet(current: RecordSet, given: RecordSet): boolean {
  return JSON.stringify(comparable(current)) === JSON.stringify(comparable(given));
}

function comparable({ routing, data, healthCheckId }: RecordSet): unknown {
  const policy =
    routing.policy === 'weighted'
      ? routing.weight
      : routing.policy === 'failover'
        ? routing.role
        : routing.policy;
  const content =
    data.kind === 'values'
      ? [data.ttlSeconds, ...data.values.toSorted()]
      : [data.zoneId, data.dnsName, data.evaluateTargetHealth];
  return [policy, content, healthCheckId ?? null];
}

/** What the other records of the zone, as the batch leaves them, say against a set. */
function fitProblems(context: BatchContext, records: RecordBook, record: RecordSet): string[] {
  const beside = [...records.values()].filter(
    (other) => other.name === record.name && recordKey(other) !== recordKey(record),
  );
  return [
    cnameProblem(context, record, beside),
    policyProblem(
      record,
      beside.filter((other) => other.type === record.type),
    ),
    record.data.kind === 'alias' ? aliasProblem(context, records, record.data, record.type) : undefined,
  ].filter((problem) => problem !== undefined);
}

function cnameProblem(
  context: BatchContext,
  record: RecordSet,
  beside: readonly RecordSet[],
): string | undefined {
  const zoneName = context.zone.name;
  const set = `RRSet of type ${record.type} with DNS name ${record.name}`;
  if (record.type === 'CNAME') {
    if (record.name === zoneName) return `${set} is not permitted at apex in zone ${zoneName}`;
    const conflict = beside.some((other) => other.type !== 'CNAME');
    return conflict
      ? `${set} is not permitted as it conflicts with other records with the same DNS name in zone ${zoneName}`
      : undefined;
  }
  const conflict = beside.some((other) => other.type === 'CNAME');
  return conflict
    ? `${set} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone ${zoneName}`
    : undefined;
}

/** Sets of one name and type share a policy; weighted ones also share a TTL, and a failover pair has one of each role. */
function policyProblem(record: RecordSet, beside: readonly RecordSet[]): string | undefined {
  const { routing } = record;
  const set = `RRSet with DNS name ${record.name}, type ${record.type}`;
  if (routing.policy === 'simple') {
    return beside.length > 0
      ? `${set} cannot be created as other RRSets exist with the same name and type.`
      : undefined;
  }
  const identified = `${set}, SetIdentifier ${routing.setIdentifier}`;
  if (beside.some((other) => other.routing.policy !== routing.policy)) {
    return `${identified} cannot be created as a non-${routing.policy} set exists with the same name and type.`;
  }
  if (routing.policy === 'weighted') {
    const mixed = beside.some((other) => ttlOf(other) !== ttlOf(record));
    return mixed ? `${identified} cannot be created as weighted sets must contain the same TTL.` : undefined;
  }
  const taken = beside.some(
    (other) => other.routing.policy === 'failover' && other.routing.role === routing.role,
  );
  return taken
    ? `${identified}, and Failover=${routing.role} cannot be created because a failover RRSet with the same name, type and role already exists.`
    : undefined;
}

/** An alias has no TTL of its own and goes with any. */
function ttlOf(record: RecordSet): number | undefined {
  return record.data.kind === 'values' ? record.data.ttlSeconds : undefined;
}

function aliasProblem(
  context: BatchContext,
  records: RecordBook,
  alias: Alias,
  type: RecordType,
): string | undefined {
  if (alias.zoneId !== context.zone.id) return context.aliasProblem(alias, type);
  const tried = `Tried to create an alias that targets ${alias.dnsName}, type ${type} in zone ${alias.zoneId}`;
  if (!isWithin(alias.dnsName, context.zone.name)) {
    return `${tried}, but the alias target name does not lie within the target zone`;
  }
  const found = [...records.values()].some((other) => other.name === alias.dnsName && other.type === type);
  return found ? undefined : `${tried}, but that target was not found`;
}

function apexProblems({ zone }: BatchContext, records: RecordBook): string[] {
  const atApex = (type: RecordType) =>
    [...records.values()].some((record) => record.name === zone.name && record.type === type);
  return [
    ...(atApex('NS') ? [] : ['A HostedZone must contain at least one NS record for the zone itself.']),
    ...(atApex('SOA') ? [] : ['A HostedZone must contain exactly one SOA record.']),
  ];
}

function unreachable(action: never): never {
  throw new Error(`unknown action ${String(action)}`);
}
