import type { Cancel } from '../clock.ts';
import type { Tags } from '../ec2/state.ts';

/** What the simulated Elastic Load Balancing (version 2, Application Load Balancers) of one Region holds. */
export interface LoadBalancer {
  readonly name: string;
  readonly arn: string;
  readonly dnsName: string;
  readonly hostedZoneId: string;
  readonly vpcId: string;
  /** One a zone; targets in other zones get no traffic. */
  readonly subnetIds: readonly string[];
  readonly zones: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly scheme: 'internet-facing' | 'internal';
  readonly listeners: readonly Listener[];
  readonly createdAtMs: number;
  readonly tags: Tags;
}

export interface Listener {
  readonly arn: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  /** Where its default action forwards to, by name. */
  readonly targetGroups: readonly string[];
}

export interface HealthCheck {
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

export interface TargetGroup {
  readonly name: string;
  readonly arn: string;
  readonly vpcId: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly check: HealthCheck;
  readonly deregistrationDelaySeconds: number;
  /** By `instance:port`. */
  readonly targets: Map<string, Target>;
  readonly tags: Tags;
}

/** How far a target has come; whether it is of use at all (`unused`) follows from its instance and its load balancers. */
export type TargetPhase = 'registering' | 'checking' | 'healthy' | 'unhealthy' | 'draining';

export interface Target {
  readonly instanceId: string;
  readonly port: number;
  phase: TargetPhase;
  /** How many checks in a row had the result that the last one had. */
  streak: number;
  lastCheckPassed?: boolean;
  /** Takes back its next step: a check, or the end of its registration or draining. */
  cancelNext?: Cancel;
}
