import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import type { Instance } from '../ec2/state.ts';
import { AwsError } from '../errors.ts';
import type { Call } from '../service.ts';
import { type AutoScaling, groupNameTag } from './autoscaling.ts';
import type { AutoScalingGroup, Member } from './state.ts';

/**
 * Keeps each group at its number of instances. One whose EC2 state is not `running` is unhealthy at the next check, and is
 * terminated and replaced, unless the processes that do so are suspended. The grace period is none for an instance that does
 * not run (EC2 Auto Scaling User Guide, "Health checks for instances in an Auto Scaling group").
 */
export class Keeper {
  readonly #scaling: AutoScaling;
  readonly #checks = new Map<string, number>();

  constructor(scaling: AutoScaling) {
    this.#scaling = scaling;
    scaling.ec2.onInstanceState((instance) => this.#follow(instance));
  }

  /** Makes an instance one of a group's own. */
  adopt(group: AutoScalingGroup, instance: Instance, state: Member['state']): void {
    const { id: instanceId, zone, instanceType } = instance;
    instance.tags[groupNameTag] = group.name;
    group.members.set(instanceId, { instanceId, zone, instanceType, state, isHealthy: true });
  }

  /** Looks at a group's instances at its next health check, whatever became of them meanwhile. */
  checkSoon(group: AutoScalingGroup): void {
    const number = (this.#checks.get(group.name) ?? 0) + 1;
    this.#checks.set(group.name, number);
    const subject = `${group.name}/${number}`;
    this.#scaling.sim.afterDraw('autoscaling.healthCheck', subject, () => this.#check(group));
  }

  #follow(instance: Instance): void {
    const group = this.#scaling.groups.get(instance.tags[groupNameTag] ?? '');
    const member = group?.members.get(instance.id);
    if (!group || !member) return;
    switch (instance.state) {
      case 'pending':
        return;
      case 'running':
        if (member.state === 'Pending') this.#enterService(group, member);
        return;
      case 'terminated':
        if (member.state !== 'Terminating') this.checkSoon(group);
        else group.members.delete(instance.id);
        return;
      case 'stopping':
      case 'stopped':
      case 'shutting-down':
        if (member.state !== 'Terminating') this.checkSoon(group);
        return;
      default:
        throw new Error(`unknown state ${instance.state satisfies never}`);
    }
  }

  #enterService(group: AutoScalingGroup, member: Member): void {
    member.state = 'InService';
    if (group.suspended.has('AddToLoadBalancer')) return;
    const { elbv2 } = this.#scaling;
    for (const target of elbv2.targetGroups.values()) {
      if (group.targetGroupArns.includes(target.arn))
        elbv2.registry.register(target, member.instanceId, target.port);
    }
  }

  #check(group: AutoScalingGroup): void {
    if (!group.suspended.has('HealthCheck')) this.#judge(group);
    const mayReplace = !group.suspended.has('ReplaceUnhealthy') && !group.suspended.has('Terminate');
    if (mayReplace)
      for (const member of [...group.members.values()]) if (!member.isHealthy) this.#end(group, member);
    if (!group.suspended.has('Launch')) this.#fill(group);
  }

  #judge(group: AutoScalingGroup): void {
    for (const member of group.members.values()) {
      const state = this.#scaling.ec2.instances.get(member.instanceId)?.state ?? 'terminated';
      if (state !== 'running' && state !== 'pending') member.isHealthy = false;
    }
  }

  #end(group: AutoScalingGroup, member: Member): void {
    if (member.state === 'Terminating') return;
    const { ec2 } = this.#scaling;
    const instance = ec2.instances.get(member.instanceId);
    if (!instance || instance.state === 'terminated') {
      group.members.delete(member.instanceId);
      return;
    }
    member.state = 'Terminating';
    if (instance.state !== 'shutting-down') ec2.lifecycle.terminate(instance);
  }

  #fill(group: AutoScalingGroup): void {
    const standing = [...group.members.values()].filter(({ state }) => state !== 'Terminating');
    for (let missing = group.desiredCapacity - standing.length; missing > 0; missing -= 1) {
      if (this.#launch(group)) continue;
      this.checkSoon(group);
      return;
    }
  }

  /** Launches one instance in the zone that has the fewest; false when EC2 refuses, and it is tried again. */
  #launch(group: AutoScalingGroup): boolean {
    const { ec2 } = this.#scaling;
    const zoneOf = (subnetId: string) => ec2.subnets.get(subnetId)?.zone;
    const countIn = (subnetId: string) =>
      [...group.members.values()].filter(
        ({ state, zone }) => state !== 'Terminating' && zone === zoneOf(subnetId),
      ).length;
    const SubnetId = [...group.subnetIds].sort((a, b) => countIn(a) - countIn(b))[0]!;
    group.launches += 1;
    const input: RunInstancesRequest = {
      LaunchTemplate: { LaunchTemplateId: group.launchTemplate.id, Version: group.launchTemplate.version },
      SubnetId,
      MinCount: 1,
      MaxCount: 1,
      ClientToken: `${group.name}-${group.launches}`,
    };
    try {
      const launched = ec2.operations['RunInstances']!(input as never, this.#call()) as {
        readonly Instances: readonly { readonly InstanceId: string }[];
      };
      const instance = ec2.instances.get(launched.Instances[0]!.InstanceId)!;
      this.adopt(group, instance, 'Pending');
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  }

  /** Auto Scaling acts by its service-linked role, inside AWS: neither a caller's throttles nor a fault on the wire apply. */
  #call(): Call {
    const { region, sim } = this.#scaling;
    const role = 'AWSServiceRoleForAutoScaling';
    const arn = `arn:aws:sts::${sim.accountId}:assumed-role/${role}/AutoScaling`;
    const caller = { accessKeyId: role, arn, userId: `AROA${role.toUpperCase()}:AutoScaling` };
    return { service: 'ec2', region, operation: 'RunInstances', caller, requestId: 'internal', headers: {} };
  }
}
