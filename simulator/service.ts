import type { Policy } from './iam/policy.ts';

/** The services that the simulator answers for, by the name they sign requests with (SigV4 scope). */
export const serviceNames = [
  'autoscaling',
  'ec2',
  'elasticloadbalancing',
  'events',
  'iam',
  'kms',
  'monitoring',
  'rds',
  'route53',
  's3',
  'servicequotas',
  'sns',
  'ssm',
  'states',
  'sts',
] as const;
export type ServiceName = (typeof serviceNames)[number];

/** A Region's code, such as `ap-northeast-1`. */
export type RegionName = string;

/** Who signed a request. Each Lambda invocation is a caller of its own. */
export interface Caller {
  readonly accessKeyId: string;
  /** The role's session or the user, e.g. `arn:aws:sts::123456789012:assumed-role/drill-open/…`. */
  readonly arn: string;
  /** `aws:userid` of the caller, e.g. `AROA…:session`. */
  readonly userId: string;
  /** Of a role's session: the role's ARN. Without it the role is taken to have no path. */
  readonly roleArn?: string;
}

/** One request that reached a service in a Region. */
export interface Call {
  readonly service: ServiceName;
  readonly region: RegionName;
  readonly operation: string;
  readonly caller: Caller;
  readonly requestId: string;
  /** S3 and Route 53 keep more in headers than in members; lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Answers one operation from the state of the world, at one instant of simulated time. The input and the returned output
 * have the shapes of the SDK's command; an error of AWS is thrown as `AwsError`.
 */
export type Operation = (input: never, call: Call) => unknown;
export type Operations = Readonly<Record<string, Operation>>;

/** One service in one Region (or one global service). */
export interface Service {
  readonly name: ServiceName;
  /** What is modelled. An operation that is absent is `NotSimulated`. */
  readonly operations: Operations;
  /** Takes tokens from the service's buckets; throws the service's throttling error when they are empty. */
  throttle?(call: Call, input: unknown): void;
  /** Refuses what the policies of its resources deny; throws the service's error for a missing permission. */
  authorize?(call: Call, input: unknown): void;
  /** The policy of the resource that a request is for, where it has one. */
  policyFor?(call: Call, input: unknown): Policy | undefined;
  /** The path in `defaults.json` of an operation's own latency, where it has one. */
  latency?(operation: string): string | undefined;
}
