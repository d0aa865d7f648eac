import defaults from '../defaults.json' with { type: 'json' };
import { AwsError } from '../errors.ts';
import type { Ec2 } from './ec2.ts';
import { findInstanceType, type InstanceTypeFacts } from './instanceTypes.ts';

/** How hard other customers pull at the Region: an ordinary day, or everybody evacuating into it. */
export type Demand = 'normal' | 'regionalEvacuation';

/** How many instances of a type are to start in a zone. */
export interface Pool {
  readonly zone: string;
  readonly facts: InstanceTypeFacts;
  readonly count: number;
}

/** What EC2 can and may start: the zones' capacity, what a zone offers, and the account's vCPU quota. */
export class Capacity {
  demand: Demand = 'normal';
  /** Of the bucket "Running On-Demand Standard instances", in which all modelled types are. */
  vcpuQuota: number = defaults.ec2.vcpuQuota.standard;
  readonly #ec2: Ec2;
  readonly #left = new Map<string, number>();
  readonly #withdrawn = new Set<string>();
  readonly #lost = new Set<string>();

  constructor(ec2: Ec2) {
    this.#ec2 = ec2;
  }

  /** From now on at most `count` more instances of the type start in the zone. What stops goes back to AWS, not to us. */
  set(zone: string, instanceType: string, count: number): void {
    this.#left.set(key(zone, instanceType), count);
  }

  /** Says whether a zone has an instance type at all. */
  offer(zone: string, instanceType: string, offered: boolean): void {
    if (offered) this.#withdrawn.delete(key(zone, instanceType));
    else this.#withdrawn.add(key(zone, instanceType));
  }

  /** A zone that is lost starts nothing, of whatever type, until it is back. */
  lose(zone: string, isLost: boolean): void {
    if (isLost) this.#lost.add(zone);
    else this.#lost.delete(zone);
  }

  isOffered(zone: string, instanceType: string): boolean {
    return !this.#withdrawn.has(key(zone, instanceType));
  }

  /** By how much launches are slower than on an ordinary day. */
  get slowness(): number {
    return this.demand === 'normal' ? 1 : defaults.ec2.capacityErrors.regionalEvacuation.slowLaunchMultiplier;
  }

  #leftOf(zone: string, instanceType: string): number {
    if (this.#lost.has(zone)) return 0;
    return this.#left.get(key(zone, instanceType)) ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Takes capacity for at most `wanted` instances and returns for how many: the most that fit, but not fewer than `least`.
   * `subject` names the request for its draw.
   * @throws AwsError VcpuLimitExceeded, InsufficientInstanceCapacity
   */
  take(zone: string, facts: InstanceTypeFacts, least: number, wanted: number, subject: string): number {
    const allowed = Math.floor((this.vcpuQuota - this.#vcpusInUse()) / facts.vcpus);
    if (allowed < least) throw this.#quotaExceeded();
    const left = this.#leftOf(zone, facts.name);
    if (left < least || this.#isUnlucky(subject)) throw insufficient(zone, facts.name);
    const taken = Math.min(wanted, allowed, left);
    this.#left.set(key(zone, facts.name), left - taken);
    return taken;
  }

  /**
   * Takes capacity for all of these or for none.
   * @throws AwsError VcpuLimitExceeded, InsufficientInstanceCapacity
   */
  takeAll(pools: readonly Pool[], subject: string): void {
    const vcpus = pools.reduce((sum, { facts, count }) => sum + facts.vcpus * count, 0);
    if (vcpus > this.vcpuQuota - this.#vcpusInUse()) throw this.#quotaExceeded();
    for (const { zone, facts, count } of pools) {
      const left = this.#leftOf(zone, facts.name);
      const unlucky = this.#isUnlucky(`${subject}/${zone}/${facts.name}`);
      if (left < count || unlucky) throw insufficient(zone, facts.name);
    }
    for (const { zone, facts, count } of pools) {
      const left = this.#leftOf(zone, facts.name);
      this.#left.set(key(zone, facts.name), left - count);
    }
  }

  #isUnlucky(subject: string): boolean {
    const { InsufficientInstanceCapacity: chance } = defaults.ec2.capacityErrors[this.demand];
    return this.#ec2.sim.draws.chance(chance, 'ec2.capacityErrors.InsufficientInstanceCapacity', subject);
  }

  #vcpusInUse(): number {
    return [...this.#ec2.instances.values()]
      .filter(({ state }) => state === 'pending' || state === 'running')
      .reduce((sum, { instanceType }) => sum + (findInstanceType(instanceType)?.vcpus ?? 0), 0);
  }

  #quotaExceeded(): AwsError {
    return new AwsError(
      'VcpuLimitExceeded',
      `You have requested more vCPU capacity than your current vCPU limit of ${this.vcpuQuota} allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.`,
    );
  }
}

function insufficient(zone: string, instanceType: string): AwsError {
  return new AwsError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity.`,
    500,
  );
}

function key(zone: string, instanceType: string): string {
  return `${zone} ${instanceType}`;
}
