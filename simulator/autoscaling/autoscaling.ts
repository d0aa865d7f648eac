import defaults from '../defaults.json' with { type: 'json' };
import type { Ec2 } from '../ec2/ec2.ts';
import type { Tags } from '../ec2/state.ts';
import type { LoadBalancing } from '../elbv2/elbv2.ts';
import { AwsError } from '../errors.ts';
import type { Call, Operations, RegionName, Service } from '../service.ts';
import type { Simulator } from '../simulator.ts';
import { TokenBucket } from '../throttle.ts';
import { Keeper } from './keeper.ts';
import { autoScalingOperations } from './operations.ts';
import type { AutoScalingGroup } from './state.ts';

/** A group that exists before the start, with the instances that it launched. */
export interface AutoScalingGroupSeed {
  readonly name: string;
  /** Name of a launch template that was added before; its default version is used. */
  readonly launchTemplate: string;
  readonly subnetIds: readonly string[];
  readonly minSize?: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
  /** Ids of its instances: they are in service, and get its tag. */
  readonly instances?: readonly string[];
  /** Names of the target groups that what it launches is registered with. */
  readonly targetGroups?: readonly string[];
  readonly tags?: Tags;
}

/** The tag by which an instance names its group (EC2 Auto Scaling User Guide, "Tag lifecycle"). */
export const groupNameTag = 'aws:autoscaling:groupName';

/** EC2 Auto Scaling of one Region: groups that keep their number of instances, with EC2's health checks. */
export class AutoScaling implements Service {
  readonly name = 'autoscaling';
  readonly operations: Operations;
  readonly sim: Simulator;
  readonly region: RegionName;
  readonly ec2: Ec2;
  readonly elbv2: LoadBalancing;
  /** By name. */
  readonly groups = new Map<string, AutoScalingGroup>();
  readonly keeper: Keeper;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(sim: Simulator, region: RegionName, ec2: Ec2, elbv2: LoadBalancing) {
    this.sim = sim;
    this.region = region;
    this.ec2 = ec2;
    this.elbv2 = elbv2;
    this.keeper = new Keeper(this);
    this.operations = autoScalingOperations(this);
  }

  /** @throws AwsError Throttling */
  throttle(call: Call): void {
    const { describe, mutating } = defaults.autoscaling.requestBuckets;
    const kind = call.operation.startsWith('Describe') ? describe : mutating;
    const bucket = this.#buckets.get(call.operation) ?? new TokenBucket(kind, this.sim.clock);
    this.#buckets.set(call.operation, bucket);
    if (!bucket.take()) throw new AwsError('Throttling', 'Rate exceeded');
  }

  /** @throws Error when its template, a subnet, an instance or a target group is not in the world */
  addGroup(seed: AutoScalingGroupSeed): AutoScalingGroup {
    const { ec2, sim } = this;
    const template = [...ec2.launchTemplates.values()].find(({ name }) => name === seed.launchTemplate);
    if (!template) throw new Error(`the world has no launch template ${seed.launchTemplate}`);
    const zones = seed.subnetIds.map((id) => {
      const subnet = ec2.subnets.get(id);
      if (!subnet) throw new Error(`the world has no subnet ${id} in ${this.region}`);
      return subnet.zone;
    });
    const id = sim.draws.uuid('autoscaling.group', `${this.region}/${seed.name}`);
    const group: AutoScalingGroup = {
      name: seed.name,
      arn: `arn:aws:autoscaling:${this.region}:${sim.accountId}:autoScalingGroup:${id}:autoScalingGroupName/${seed.name}`,
      launchTemplate: { id: template.id, name: template.name, version: '$Default' },
      subnetIds: seed.subnetIds,
      zones: [...new Set(zones)],
      minSize: seed.minSize ?? 0,
      maxSize: seed.maxSize,
      desiredCapacity: seed.desiredCapacity,
      targetGroupArns: (seed.targetGroups ?? []).map((name) => this.elbv2.targetGroup(name).arn),
      createdAtMs: sim.clock.nowMs(),
      tags: { ...seed.tags },
      members: new Map(),
      suspended: new Map(),
      launches: 0,
    };
    this.groups.set(group.name, group);
    for (const instanceId of seed.instances ?? []) {
      const instance = ec2.instances.get(instanceId);
      if (!instance) throw new Error(`the world has no instance ${instanceId} in ${this.region}`);
      this.keeper.adopt(group, instance, 'InService');
    }
    return group;
  }
}
