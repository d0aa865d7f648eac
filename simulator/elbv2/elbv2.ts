import defaults from '../defaults.json' with { type: 'json' };
import type { Ec2 } from '../ec2/ec2.ts';
import type { Tags } from '../ec2/state.ts';
import type { Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { loadBalancingOperations } from './operations.ts';
import type { HealthCheck, Listener, LoadBalancer, TargetGroup } from './state.ts';
import { type Probe, Targets } from './targets.ts';

/** A load balancer that exists before the start. */
export interface LoadBalancerSeed {
  readonly name: string;
  /** One a zone. */
  readonly subnetIds: readonly string[];
  /** Without listeners it forwards nothing, and its groups' targets are `unused`. */
  readonly listeners: readonly {
    readonly port?: number;
    readonly protocol?: Listener['protocol'];
    /** Names of target groups that were added before. */
    readonly targetGroups: readonly string[];
  }[];
  readonly dnsName?: string;
  readonly hostedZoneId?: string;
  readonly securityGroupIds?: readonly string[];
  readonly scheme?: LoadBalancer['scheme'];
  readonly tags?: Tags;
}

/** A target group that exists before the start. What is not given is as AWS defaults it. */
export interface TargetGroupSeed {
  readonly name: string;
  readonly vpcId: string;
  readonly port?: number;
  readonly protocol?: TargetGroup['protocol'];
  readonly check?: Partial<HealthCheck>;
  readonly deregistrationDelaySeconds?: number;
  /** Ids of instances that are registered, and were found healthy, before the start. */
  readonly targets?: readonly string[];
  readonly tags?: Tags;
}

/** Application Load Balancers and their target groups in one Region. */
export class LoadBalancing implements Service {
  readonly name = 'elasticloadbalancing';
  readonly operations: Operations;
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly ec2: Ec2;
  /** By name. */
  readonly loadBalancers = new Map<string, LoadBalancer>();
  /** By name. */
  readonly targetGroups = new Map<string, TargetGroup>();
  /** How a health check asks an instance; the application sets it. Nothing answers without it. */
  probe: Probe = () => false;
  readonly registry: Targets;

  constructor(sim: Simulator, region: RegionName, ec2: Ec2) {
    this.sim = sim;
    this.region = region;
    this.ec2 = ec2;
    this.registry = new Targets(this);
    this.operations = loadBalancingOperations(this);
  }

  /** @throws Error for a name that the Region does not have */
  loadBalancer(name: string): LoadBalancer {
    const found = this.loadBalancers.get(name);
    if (!found) throw new Error(`${this.region} has no load balancer ${name}`);
    return found;
  }

  /** @throws Error for a name that the Region does not have */
  targetGroup(name: string): TargetGroup {
    const found = this.targetGroups.get(name);
    if (!found) throw new Error(`${this.region} has no target group ${name}`);
    return found;
  }

  /** The load balancers whose listeners forward to a group. */
  balancersOf(group: TargetGroup): readonly LoadBalancer[] {
    return [...this.loadBalancers.values()].filter(({ listeners }) =>
      listeners.some(({ targetGroups }) => targetGroups.includes(group.name)),
    );
  }

  /**
   * The targets of a group that a load balancer may send a request to, and whether each is healthy; none for an unknown
   * group. Targets that are `unused` or `draining` get nothing. Where none is healthy the load balancer sends to any.
   */
  targets(
    groupName: string,
  ): readonly { readonly id: string; readonly port: number; readonly healthy: boolean }[] {
    const group = this.targetGroups.get(groupName);
    if (!group) return [];
    return [...group.targets.values()].flatMap(({ instanceId: id, port }) => {
      const { state } = this.registry.healthOf(group, id, port);
      return state === 'unused' || state === 'draining' ? [] : [{ id, port, healthy: state === 'healthy' }];
    });
  }

  /** @throws Error when the VPC or a target is not in the world */
  addTargetGroup(seed: TargetGroupSeed): TargetGroup {
    if (!this.ec2.vpcs.has(seed.vpcId))
      throw new Error(`the world has no VPC ${seed.vpcId} in ${this.region}`);
    const { healthCheck, deregistrationDelay } = defaults.elbv2;
    const group: TargetGroup = {
      name: seed.name,
      arn: this.#arn('targetgroup', seed.name),
      vpcId: seed.vpcId,
      port: seed.port ?? 80,
      protocol: seed.protocol ?? 'HTTP',
      check: {
        path: '/',
        intervalSeconds: healthCheck.intervalSeconds,
        timeoutSeconds: healthCheck.timeoutSeconds,
        healthyThreshold: healthCheck.healthyThreshold,
        unhealthyThreshold: healthCheck.unhealthyThreshold,
        ...seed.check,
      },
      deregistrationDelaySeconds: seed.deregistrationDelaySeconds ?? deregistrationDelay.value,
      targets: new Map(),
      tags: { ...seed.tags },
    };
    this.targetGroups.set(group.name, group);
    for (const id of seed.targets ?? []) {
      if (!this.ec2.instances.has(id)) throw new Error(`the world has no instance ${id} in ${this.region}`);
      this.registry.seed(group, id);
    }
    return group;
  }

  /** @throws Error when a subnet or a target group is not in the world */
  addLoadBalancer(seed: LoadBalancerSeed): LoadBalancer {
    const subnets = seed.subnetIds.map((id) => {
      const subnet = this.ec2.subnets.get(id);
      if (!subnet) throw new Error(`the world has no subnet ${id} in ${this.region}`);
      return subnet;
    });
    const vpcId = subnets[0]?.vpcId;
    if (vpcId === undefined) throw new Error(`the load balancer ${seed.name} has no subnet`);
    const { draws } = this.sim;
    const arn = this.#arn('loadbalancer/app', seed.name);
    const number = Math.floor(draws.unit('elbv2.dnsNumber', arn) * 9e9) + 1e9;
    const balancer: LoadBalancer = {
      name: seed.name,
      arn,
      dnsName: seed.dnsName ?? `${seed.name}-${number}.${this.region}.elb.amazonaws.com`,
      hostedZoneId: seed.hostedZoneId ?? `Z${draws.hex('elbv2.hostedZone', this.region, 13).toUpperCase()}`,
      vpcId,
      subnetIds: subnets.map(({ id }) => id),
      zones: subnets.map(({ zone }) => zone),
      securityGroupIds: seed.securityGroupIds ?? [],
      scheme: seed.scheme ?? 'internet-facing',
      listeners: seed.listeners.map((listener) => this.#listener(arn, listener)),
      createdAtMs: this.sim.clock.nowMs(),
      tags: { ...seed.tags },
    };
    this.loadBalancers.set(balancer.name, balancer);
    const forwarded = new Set(balancer.listeners.flatMap(({ targetGroups }) => targetGroups));
    for (const name of forwarded) this.registry.restart(this.targetGroup(name));
    return balancer;
  }

  #listener(balancerArn: string, seed: LoadBalancerSeed['listeners'][number]): Listener {
    const { port = 80, protocol = port === 443 ? 'HTTPS' : 'HTTP', targetGroups } = seed;
    const prefix = balancerArn.replace(':loadbalancer/', ':listener/');
    return {
      arn: `${prefix}/${this.sim.draws.hex('elbv2.listener', `${balancerArn}:${port}`, 16)}`,
      port,
      protocol,
      targetGroups,
    };
  }

  #arn(type: string, name: string): string {
    const suffix = this.sim.draws.hex('elbv2.arn', `${this.region}/${type}/${name}`, 16);
    return `arn:aws:elasticloadbalancing:${this.region}:${this.sim.accountId}:${type}/${name}/${suffix}`;
  }
}
