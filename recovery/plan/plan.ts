/**
 * A recovery plan after parsing: every default filled in, every duration in seconds, every reference checked.
 * `parse.ts` is the only maker; functions receive it compiled into their bundle (`plans.json`).
 */

export type Tags = Readonly<Record<string, string>>;
export type Tier = 'critical' | 'important' | 'normal';

export interface Plan {
  readonly plan: string;
  /** SHA-256 of the canonical JSON of everything else: what a recovery pins. */
  readonly hash: string;
  readonly objectives: { readonly tier: Tier; readonly rtoSeconds: number; readonly rpoSeconds: number };
  readonly regions: { readonly primary: string; readonly recovery: string; readonly witness?: string };
  readonly trigger: Trigger;
  /** Plans whose automatic recovery must have ended well before this one's begins. */
  readonly after: readonly string[];
  readonly fence?: Fence;
  readonly databases: readonly DatabaseItem[];
  readonly servers: readonly ServerItem[];
  readonly volumes: readonly VolumeItem[];
  readonly settings: readonly SettingItem[];
  readonly reload?: Reload;
  readonly verify: readonly VerifyItem[];
  readonly traffic: readonly TrafficItem[];
  readonly drill: DrillRules;
  readonly notify?: { readonly topic: string };
  /** The longest that a recovery may take before its machine ends it. */
  readonly maxDurationSeconds: number;
}

export interface Trigger {
  readonly mode: 'automatic' | 'approve' | 'observe';
  readonly signals: {
    readonly probes?: { readonly url: string };
    /** Names of CloudWatch alarms, those that the stack makes of `metrics` among them. */
    readonly alarms: readonly string[];
    readonly metrics?: readonly MetricSignal[];
    /** Names of target groups in the primary Region. */
    readonly targetGroups: readonly string[];
    readonly health?: { readonly services: readonly string[] };
  };
  readonly quorum: number;
  readonly confirmSeconds: number;
  readonly activePeriodSeconds: number;
  readonly approval: Approval;
}

/** A metric of the primary Region of which the stack makes an alarm there. */
export interface MetricSignal {
  readonly name: string;
  /** The name of its alarm. */
  readonly alarm: string;
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Average' | 'Maximum' | 'Minimum' | 'SampleCount' | 'Sum';
  readonly periodSeconds: number;
  readonly down:
    | { readonly is: 'above' | 'below'; readonly threshold: number }
    | { readonly is: 'anomaly'; readonly side: 'above' | 'below' | 'either' };
}

/** Who is asked before the one-way door, where anybody is, and for how long. */
export interface Approval {
  /** How many distinct people must say yes; whoever asked for the recovery is none of them. */
  readonly people: 1 | 2;
  /** How long the gate waits for them; then the recovery is held. */
  readonly boundSeconds: number;
}

export interface Fence {
  readonly instances?: { readonly tags: Tags };
  readonly databases: readonly string[];
  readonly required: boolean;
}

export interface DatabaseItem {
  readonly name: string;
  readonly replica: string;
  readonly maxLagSeconds: number;
  /** 0 to 35; what the promoted instance keeps. RDS would default to 1, and 0 leaves no backups. */
  readonly backupRetentionDays: number;
  readonly boundSeconds: number;
  readonly drill: { readonly snapshot: 'newest' };
}

/** How many servers, from what, and where they are registered. */
export interface ServerItem {
  readonly name: string;
  readonly source: StartSource | LaunchSource;
  /** ARN-free name of a target group in the recovery Region. */
  readonly targetGroup?: string;
  /** How long an instance may take from running to its agent online before it is replaced, once. */
  readonly agentBoundSeconds: number;
  readonly boundSeconds: number;
}

export interface StartSource {
  readonly kind: 'start';
  readonly tags: Tags;
  /** `launch`: a copy of the same image, type and settings elsewhere; `fail`: no second way. */
  readonly orElse: 'launch' | 'fail';
  /** Types to change a stopped instance to, or to launch a copy as, in order, when the zone has no capacity. */
  readonly types: readonly string[];
  /** Subnets for launched copies, in order. */
  readonly subnets: readonly string[];
}

export interface LaunchSource {
  readonly kind: 'launch';
  readonly image: { readonly tags: Tags; readonly rpoSeconds?: number };
  readonly template?: string;
  readonly count: number;
  readonly types: readonly string[];
  readonly subnets: readonly string[];
}

export interface VolumeItem {
  readonly name: string;
  readonly snapshot: { readonly tags: Tags; readonly rpoSeconds?: number };
  readonly attach: { readonly server: string; readonly device: string };
  /** A volume of its own for each instance of the server; without it the server has a single instance. */
  readonly each: boolean;
  readonly mount?: { readonly path: string };
  readonly volumeType: 'gp3' | 'io1' | 'io2';
  readonly boundSeconds: number;
}

/** An SSM parameter to write; the value is literal text with references such as `${databases.orders.endpoint}`. */
export interface SettingItem {
  readonly parameter: string;
  readonly value: string;
}

export interface Reload {
  /** Name of the plan's own SSM document. */
  readonly document: string;
  readonly servers: readonly string[];
  readonly boundSeconds: number;
}

export interface VerifyItem {
  readonly http: string;
  readonly boundSeconds: number;
  /** In a drill the same path is asked from inside, on each instance of this server, at this port. */
  readonly inside?: { readonly server: string; readonly port: number };
}

export type TrafficItem = RecordSwitch | HealthCheckSwitch;

/** A record that is changed through Route 53's control plane, which is in us-east-1. */
export interface RecordSwitch {
  readonly via: 'record';
  readonly record: {
    readonly zone: string;
    readonly name: string;
    readonly type: 'A' | 'AAAA' | 'CNAME' | 'TXT';
    readonly ttlSeconds: number;
    readonly value: string;
  };
}

/**
 * A name with failover records, whose primary's health check follows a CloudWatch alarm in the recovery Region: putting
 * the metric of that alarm moves the name, and no control plane is asked.
 */
export interface HealthCheckSwitch {
  readonly via: 'healthCheck';
  readonly name: string;
  /** What the name leads to afterwards: the secondary record's value, or the name that its alias leads to. */
  readonly target: string;
}

export interface DrillRules {
  /** Monthly a restore drill, quarterly a full one, yearly a reminder to read the plan again. */
  readonly schedules: readonly ('monthly' | 'quarterly' | 'yearly')[];
  /** The earliest time of day at which they begin, such as `09:00`. */
  readonly atTime: string;
  /** The IANA name of the time zone that `atTime` is in. */
  readonly timeZone: string;
  readonly network?: {
    readonly subnets: readonly string[];
    readonly securityGroups: readonly string[];
    readonly dbSubnetGroup?: string;
  };
  readonly instanceProfile?: string;
  readonly userData: 'none' | 'keep';
  readonly maxDurationSeconds: number;
}
