import type { Ec2 } from '../ec2/ec2.ts';
import type { Instance } from '../ec2/state.ts';
import type { Simulator } from '../simulator.ts';
import type { LoadBalancer, Target, TargetGroup } from './state.ts';

/** Asks an instance for a path at a port, as a health check does: true for an answer with a good status. */
export type Probe = (instanceId: string, port: number, path: string) => boolean;

/** A target's health with the reason and the sentence that `DescribeTargetHealth` gives. */
export interface Health {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining';
  readonly reason?:
    | 'Elb.RegistrationInProgress'
    | 'Elb.InitialHealthChecking'
    | 'Target.FailedHealthChecks'
    | 'Target.NotInUse'
    | 'Target.InvalidState'
    | 'Target.DeregistrationInProgress'
    | 'Target.NotRegistered';
  readonly description?: string;
}

/** What this needs to know of its Region's load balancing. */
export interface Surroundings {
  readonly sim: Simulator;
  readonly ec2: Ec2;
  readonly targetGroups: ReadonlyMap<string, TargetGroup>;
  readonly probe: Probe;
  balancersOf(group: TargetGroup): readonly LoadBalancer[];
}

/**
 * Registers targets and checks their health, at the interval of their group, for as long as a load balancer uses the group
 * and the instance runs. A new target needs one good check, one that failed needs `healthyThreshold` in a row
 * (Application Load Balancers User Guide, "Health checks for Application Load Balancer target groups").
 */
export class Targets {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
    around.ec2.onInstanceState((instance) => this.#follow(instance));
  }

  /** Registers an instance; one that is draining begins anew, one that is registered stays as it is. */
  register(group: TargetGroup, instanceId: string, port: number): void {
    const key = keyOf(instanceId, port);
    const known = group.targets.get(key);
    if (known && known.phase !== 'draining') return;
    known?.cancelNext?.();
    const target: Target = { instanceId, port, phase: 'registering', streak: 0 };
    group.targets.set(key, target);
    this.#begin(group, target);
  }

  /** Puts a target there that was registered long ago. It counts as healthy until checks say otherwise. */
  seed(group: TargetGroup, instanceId: string): void {
    const target: Target = { instanceId, port: group.port, phase: 'healthy', streak: 0 };
    group.targets.set(keyOf(instanceId, group.port), target);
    this.#scheduleCheck(group, target, this.#firstCheckSeconds(group, target));
  }

  /**
   * Takes a target out: it shows as `draining` until the deregistration delay is over, even without a connection left. One
   * that is not registered is not an error (ELB API Reference, DeregisterTargets).
   */
  deregister(group: TargetGroup, instanceId: string, port: number): void {
    const target = group.targets.get(keyOf(instanceId, port));
    if (!target || target.phase === 'draining') return;
    target.cancelNext?.();
    target.phase = 'draining';
    target.cancelNext = this.#around.sim.clock.after(group.deregistrationDelaySeconds * 1000, () => {
      group.targets.delete(keyOf(instanceId, port));
    });
  }

  /** Begins checks anew, after a group has got its load balancer. */
  restart(group: TargetGroup): void {
    for (const target of group.targets.values()) {
      if (target.phase === 'healthy')
        this.#scheduleCheck(group, target, this.#firstCheckSeconds(group, target));
      else if (target.phase !== 'draining') this.#begin(group, target);
    }
  }

  healthOf(group: TargetGroup, instanceId: string, port: number): Health {
    const target = group.targets.get(keyOf(instanceId, port));
    if (!target) {
      return unused('Target.NotRegistered', 'Target is not registered to the target group');
    }
    return this.#obstacle(group, target) ?? phaseHealth(target);
  }

  #begin(group: TargetGroup, target: Target): void {
    target.cancelNext?.();
    target.phase = 'registering';
    target.streak = 0;
    delete target.lastCheckPassed;
    const subject = `${group.arn} ${target.instanceId}`;
    target.cancelNext = this.#around.sim.afterDraw('elbv2.registration', subject, () => {
      target.phase = 'checking';
      this.#check(group, target);
    }).cancel;
  }

  #scheduleCheck(group: TargetGroup, target: Target, seconds: number): void {
    target.cancelNext?.();
    target.cancelNext = this.#around.sim.clock.after(seconds * 1000, () => this.#check(group, target));
  }

  /** Where in the interval a target's checks are: load balancer nodes keep no common time. */
  #firstCheckSeconds(group: TargetGroup, target: Target): number {
    const { draws } = this.#around.sim;
    return draws.unit('elbv2.checkPhase', `${group.arn} ${target.instanceId}`) * group.check.intervalSeconds;
  }

  #check(group: TargetGroup, target: Target): void {
    // Without use or power there is nothing to check; `restart` and `#follow` begin again.
    if (this.#obstacle(group, target)) return;
    const passed = this.#around.probe(target.instanceId, target.port, group.check.path);
    target.streak = passed === target.lastCheckPassed ? target.streak + 1 : 1;
    target.lastCheckPassed = passed;
    target.phase = phaseAfterCheck(target.phase, passed, target.streak, group);
    this.#scheduleCheck(group, target, group.check.intervalSeconds);
  }

  /** Why a target is `unused` although it is registered. */
  #obstacle(group: TargetGroup, target: Target): Health | undefined {
    if (target.phase === 'draining') return undefined;
    const balancers = this.#around.balancersOf(group);
    if (balancers.length === 0) {
      return unused(
        'Target.NotInUse',
        'Target group is not configured to receive traffic from the load balancer',
      );
    }
    const instance = this.#around.ec2.instances.get(target.instanceId);
    const state = instance?.state ?? 'terminated';
    if (state === 'stopped' || state === 'terminated') {
      return unused('Target.InvalidState', `Target is in the ${state} state`);
    }
    if (!balancers.some(({ zones }) => zones.includes(instance!.zone))) {
      return unused(
        'Target.NotInUse',
        'Target is in an Availability Zone that is not enabled for the load balancer',
      );
    }
    return undefined;
  }

  #follow(instance: Instance): void {
    for (const group of this.#around.targetGroups.values()) {
      for (const target of group.targets.values()) {
        if (target.instanceId !== instance.id || target.phase === 'draining') continue;
        if (instance.state === 'pending') this.#begin(group, target);
        // Nobody has to deregister a terminated instance.
        if (instance.state === 'terminated') this.deregister(group, target.instanceId, target.port);
      }
    }
  }
}

function phaseAfterCheck(
  phase: Target['phase'],
  passed: boolean,
  streak: number,
  group: TargetGroup,
): Target['phase'] {
  const { healthyThreshold, unhealthyThreshold } = group.check;
  if (!passed) return streak >= unhealthyThreshold ? 'unhealthy' : phase;
  return phase === 'checking' || streak >= healthyThreshold ? 'healthy' : phase;
}

function phaseHealth({ phase }: Target): Health {
  switch (phase) {
    case 'registering':
      return {
        state: 'initial',
        reason: 'Elb.RegistrationInProgress',
        description: 'Target registration is in progress',
      };
    case 'checking':
      return {
        state: 'initial',
        reason: 'Elb.InitialHealthChecking',
        description: 'Initial health checks in progress',
      };
    case 'healthy':
      return { state: 'healthy' };
    case 'unhealthy':
      return { state: 'unhealthy', reason: 'Target.FailedHealthChecks', description: 'Health checks failed' };
    case 'draining':
      return {
        state: 'draining',
        reason: 'Target.DeregistrationInProgress',
        description: 'Target deregistration is in progress',
      };
    default:
      throw new Error(`unknown phase ${phase satisfies never}`);
  }
}

function unused(reason: NonNullable<Health['reason']>, description: string): Health {
  return { state: 'unused', reason, description };
}

function keyOf(instanceId: string, port: number): string {
  return `${instanceId}:${port}`;
}
