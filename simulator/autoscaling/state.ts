import type { Tags } from '../ec2/state.ts';

/** The processes that a group can be told to leave alone (EC2 Auto Scaling User Guide, "Types of processes"). */
export const processes = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
] as const;
export type ProcessName = (typeof processes)[number];

/** An instance of a group, as the group sees it. */
export interface Member {
  readonly instanceId: string;
  readonly zone: string;
  readonly instanceType: string;
  state: 'Pending' | 'InService' | 'Terminating';
  /** What the last health check made of it; once `Unhealthy`, it stays so and is replaced. */
  isHealthy: boolean;
}

export interface AutoScalingGroup {
  readonly name: string;
  readonly arn: string;
  readonly launchTemplate: { readonly id: string; readonly name: string; readonly version: string };
  readonly subnetIds: readonly string[];
  readonly zones: readonly string[];
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
  readonly targetGroupArns: readonly string[];
  readonly createdAtMs: number;
  readonly tags: Tags;
  /** By instance. */
  readonly members: Map<string, Member>;
  /** Since when each process has been suspended. */
  readonly suspended: Map<ProcessName, number>;
  /** Instances that it has launched: each launch has a number of its own. */
  launches: number;
}
