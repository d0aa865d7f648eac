import type { Answer } from '../answer.ts';
import type { ObservedInstance, ObservedTags } from '../observed.ts';
import type { FenceSight } from '../steps/fence.ts';
import type { Instant } from '../terms.ts';

/** Answers by the name of an item, a zone or a resource; one that is absent was not asked for. */
type By<Value> = Readonly<Record<string, Answer<Value>>>;

/**
 * Everything that readiness rests on, as it was read at `now`; what could not be read is a refusal. `aws/readiness/` makes
 * one for a plan.
 */
export interface Sight {
  readonly now: Instant;
  /** Available images of each launched server. */
  readonly images: By<readonly SeenImage[]>;
  /** Snapshots of each volume, whatever their state. */
  readonly snapshots: By<readonly SeenSnapshot[]>;
  /** Standing instances of each server that is started; what recoveries made is left out. */
  readonly standing: By<readonly ObservedInstance[]>;
  /** Default versions of the launch templates that the plan names; `absent` where there is none. */
  readonly templates: By<SeenTemplate | 'absent'>;
  readonly subnets: Answer<readonly SeenSubnet[]>;
  /** Security groups that launch templates name and the Region has. */
  readonly securityGroups: Answer<readonly string[]>;
  /** Whether each instance profile exists, by name. */
  readonly profiles: By<boolean>;
  /** Zones that offer each instance type of the plan. */
  readonly offerings: Answer<Readonly<Record<string, readonly string[]>>>;
  readonly vcpus: Answer<SeenVcpus>;
  /** Images that launch templates name, if the Region has them. */
  readonly templateImages: Answer<readonly string[]>;
  /** Tags of what launches and restores are made from and of where they go, by id: images, templates, subnets, and so on. */
  readonly ingredients: Answer<Readonly<Record<string, ObservedTags>>>;
  /** KMS keys in use, by ARN or id, with who uses them. */
  readonly keys: By<SeenKey>;
  /** What could not be found out about which keys are used. */
  readonly keyUse: Answer<Readonly<Record<string, readonly string[]>>>;
  /** Agents that Systems Manager knows, by instance. */
  readonly agents: Answer<Readonly<Record<string, SeenAgent>>>;
  /** Tags of the target groups that the plan names; `absent` where there is none. */
  readonly targetGroups: By<ObservedTags | 'absent'>;
  /** The plan's replicas that the recovery Region has. */
  readonly databases: Answer<readonly SeenDatabase[]>;
  /** The sources of the plan's replicas in the primary Region. */
  readonly sources: Answer<readonly SeenDatabase[]>;
  readonly databaseSnapshots: Answer<readonly SeenDatabaseSnapshot[]>;
  /** The newest minutes of ReplicaLag of each replica, newest first. */
  readonly lag: By<readonly { readonly at: Instant; readonly value: number }[]>;
  /** The alarms that the plan names, by Region. */
  readonly alarms: By<readonly SeenAlarm[]>;
  /** What stands at each name of the plan's traffic. */
  readonly records: By<readonly SeenRecord[]>;
  /** Health checks that failover records follow, by id. */
  readonly healthChecks: By<SeenHealthCheck>;
  /** The alarms that these health checks follow, by name. */
  readonly switchAlarms: Answer<readonly SeenAlarm[]>;
  readonly documents: By<{ readonly status: string; readonly tags: ObservedTags } | 'absent'>;
  /** Tags of the live settings; `absent` where there is none yet. */
  readonly settings: By<ObservedTags | 'absent'>;
  /** Confirmed and unconfirmed subscriptions of each topic, by name. */
  readonly topics: By<{ readonly confirmed: number; readonly pending: number } | 'absent'>;
  /** What the plan's fence looks at in the primary Region, where the plan has one. */
  readonly fence?: FenceSight;
  /** Tags of the target groups in the primary Region whose targets vote; `absent` where there is none. */
  readonly votingGroups: By<ObservedTags | 'absent'>;
  /** Instances in the primary Region that the tags of the fence select, permitted or not. */
  readonly fenced: Answer<readonly ObservedInstance[]>;
}

export interface SeenImage {
  readonly id: string;
  readonly createdAt: Instant;
  readonly snapshots: readonly string[];
}

export interface SeenSnapshot {
  readonly id: string;
  readonly startedAt: Instant;
  readonly state: string;
  readonly keyId?: string;
}

export interface SeenTemplate {
  readonly id?: string;
  readonly image?: string;
  readonly type?: string;
  readonly securityGroups: readonly string[];
  /** Name of its instance profile. */
  readonly profile?: string;
}

export interface SeenSubnet {
  readonly id: string;
  readonly zone: string;
  /** Without the five that AWS keeps in each subnet (VPC User Guide, subnet sizing). */
  readonly freeAddresses: number;
}

export interface SeenVcpus {
  readonly quota: number;
  /** vCPUs of what runs in the Region now. */
  readonly used: number;
  /** Default vCPUs of each type that the plan would start. */
  readonly ofType: Readonly<Record<string, number>>;
}

export interface SeenKey {
  /** `Enabled`, or why it cannot be used (KMS API Reference, KeyMetadata), or `absent`. */
  readonly state: string;
}

export interface SeenAgent {
  /** `Online`, `ConnectionLost` or `Inactive`. */
  readonly ping: string;
  readonly lastPingAt: Instant;
}

export interface SeenDatabase {
  readonly id: string;
  readonly arn: string;
  readonly status: string;
  readonly engine: string;
  readonly version: string;
  readonly class: string;
  /** The ARN of its source in another Region, or its id in the same one. */
  readonly source?: string;
  readonly keyId?: string;
  readonly tags: ObservedTags;
}

export interface SeenDatabaseSnapshot {
  readonly id: string;
  readonly database: string;
  readonly status: string;
  /** When the data was: of a copy, when its original was taken. */
  readonly createdAt: Instant;
}

export interface SeenAlarm {
  readonly name: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly since: Instant;
  readonly hasActions: boolean;
  /** Only of a metric alarm. */
  readonly metric?: {
    readonly namespace: string;
    readonly name: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly missingData: string;
    readonly comparison: string;
    readonly threshold: number;
  };
}

export interface SeenRecord {
  readonly name: string;
  readonly type: string;
  readonly ttlSeconds?: number;
  readonly values: readonly string[];
  readonly alias?: string;
  readonly setIdentifier?: string;
  readonly failover?: 'PRIMARY' | 'SECONDARY';
  readonly healthCheck?: string;
}

export interface SeenHealthCheck {
  readonly type: string;
  readonly disabled: boolean;
  readonly inverted: boolean;
  readonly insufficientData?: string;
  readonly alarm?: { readonly region: string; readonly name: string };
}
