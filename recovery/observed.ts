/** What was seen in AWS, in our own words; `aws/` translates. Times are ISO-8601 in UTC. */
import type { Instant } from './terms.ts';

export type ObservedTags = Readonly<Record<string, string>>;

export interface ObservedInstance {
  readonly id: string;
  readonly imageId: string;
  readonly type: string;
  readonly zone: string;
  readonly subnet: string;
  readonly state: 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';
  /** Why it is in a state that nobody asked for, as `code: message`. */
  readonly stateReason?: string;
  readonly securityGroups: readonly string[];
  readonly profileArn?: string;
  readonly keyName?: string;
  readonly launchedAt: Instant;
  /** The token of the request that launched it. */
  readonly clientToken?: string;
  readonly tags: ObservedTags;
}

export interface ObservedImage {
  readonly id: string;
  readonly createdAt: Instant;
  readonly architecture: string;
}

export interface ObservedSnapshot {
  readonly id: string;
  readonly startedAt: Instant;
  readonly state: string;
  readonly tags: ObservedTags;
}

export interface ObservedVolume {
  readonly id: string;
  readonly zone: string;
  readonly state: 'creating' | 'available' | 'in-use' | 'deleting' | 'deleted' | 'error';
  readonly tags: ObservedTags;
  readonly createdAt?: Instant;
  readonly attachment?: { readonly instanceId: string; readonly device: string; readonly state: string };
}

export interface ObservedDatabase {
  readonly id: string;
  readonly arn: string;
  readonly status: string;
  /** Set while it replicates from another instance. */
  readonly source?: string;
  readonly endpoint?: string;
  readonly class: string;
  readonly securityGroups: readonly string[];
  readonly backupRetentionDays: number;
  readonly multiAz: boolean;
  readonly tags: ObservedTags;
}

export interface ObservedDatabaseSnapshot {
  readonly id: string;
  readonly arn: string;
  readonly database: string;
  readonly status: string;
  readonly createdAt: Instant;
}

/** One run of a document on one instance. */
export interface ObservedCommand {
  readonly commandId: string;
  readonly instanceId: string;
  /** Systems Manager's own word: `Pending`, `InProgress`, `Delayed`, `Success`, `Cancelled`, `TimedOut`, `Failed`, `Cancelling`. */
  readonly status: string;
  readonly statusDetail: string;
}

export interface ObservedRecord {
  readonly name: string;
  readonly type: string;
  readonly ttlSeconds?: number;
  readonly values: readonly string[];
  /** Present on weighted, failover and other sets with a routing policy. */
  readonly setIdentifier?: string;
  readonly alias?: string;
}
