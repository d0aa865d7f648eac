/** What the simulated Route 53 holds. Names are canonical: lower case, with a dot at the end. */

/** The record types that the simulator knows; others are `NotSimulated`. */
export const recordTypes = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const;
export type RecordType = (typeof recordTypes)[number];

export type Routing =
  | { readonly policy: 'simple' }
  | { readonly policy: 'weighted'; readonly setIdentifier: string; readonly weight: number }
  | { readonly policy: 'failover'; readonly setIdentifier: string; readonly role: 'PRIMARY' | 'SECONDARY' };

export interface Values {
  readonly kind: 'values';
  readonly ttlSeconds: number;
  readonly values: readonly string[];
}

export interface Alias {
  readonly kind: 'alias';
  /** The zone of the target: this zone's own, or the one of an AWS service, such as a Region's load balancers. */
  readonly zoneId: string;
  readonly dnsName: string;
  readonly evaluateTargetHealth: boolean;
}

export interface RecordSet {
  readonly name: string;
  readonly type: RecordType;
  readonly routing: Routing;
  readonly data: Values | Alias;
  readonly healthCheckId?: string;
}

/** Record sets by `recordKey`. A change makes a new book, so an old one can be answered from until the change is in sync. */
export type RecordBook = ReadonlyMap<string, RecordSet>;

export interface HostedZone {
  readonly id: string;
  readonly name: string;
  readonly privateZone: boolean;
  readonly callerReference: string;
  readonly comment?: string;
  readonly nameServers: readonly string[];
  /** What the control plane accepted: lists show it. */
  records: RecordBook;
  /** What the name servers answer from: behind `records` while a change is `PENDING`. */
  served: RecordBook;
  /** Until when a change of this zone is being taken in; others get `PriorRequestNotComplete`. */
  busyUntilMs: number;
  /** When the last accepted change is in sync. Changes of a zone reach the name servers in order. */
  insyncAtMs: number;
}

/** A batch that Route 53 accepted; it is `INSYNC` from `insyncAtMs` on. */
export interface AcceptedChange {
  readonly id: string;
  readonly comment?: string;
  readonly submittedAtMs: number;
  readonly insyncAtMs: number;
}

/** What tells one record set of a zone from every other. */
export function recordKey(record: Pick<RecordSet, 'name' | 'type' | 'routing'>): string {
  return `${record.name}|${record.type}|${setIdentifierOf(record.routing) ?? ''}`;
}

export function setIdentifierOf(routing: Routing): string | undefined {
  return routing.policy === 'simple' ? undefined : routing.setIdentifier;
}
