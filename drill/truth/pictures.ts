import { tagKeys } from '../../recovery/identity.ts';
import type { Plan, TrafficItem } from '../../recovery/plan/plan.ts';
import { trafficName } from '../../recovery/steps/traffic.ts';
import { Resolver } from '../../simulator/dns/resolver.ts';
import { canonicalName } from '../../simulator/route53/names.ts';
import type { Simulator } from '../../simulator/simulator.ts';

/** Where a live name of a plan led its users. */
export interface NameSeen {
  readonly name: string;
  /** Where the plan wants it. */
  readonly wants: string;
  readonly leads: readonly string[];
  readonly isRight: boolean;
}

/** A volume of a recovery on a server. */
export interface VolumeSeen {
  readonly id: string;
  /** `volumes.data` */
  readonly item: string;
  readonly instanceId: string;
  readonly device: string;
  /** Where its server has it mounted. */
  readonly paths: readonly string[];
}

/** How an account stood at the instant at which an execution of a failover ended well: what happens later is no word on it. */
export interface Picture {
  readonly executionArn: string;
  readonly atMs: number;
  readonly names: readonly NameSeen[];
  readonly volumes: readonly VolumeSeen[];
  /** How many days the plan's databases keep their backups, by id. */
  readonly retention: ReadonlyMap<string, number>;
}

/** Looks at what a plan names, and at what a recovery of it has made. */
export function takePicture(
  sim: Simulator,
  plan: Plan,
  execution: { readonly arn: string; readonly recovery: string },
): Picture {
  const { rds } = sim.region(plan.regions.recovery);
  return {
    executionArn: execution.arn,
    atMs: sim.clock.nowMs(),
    names: plan.traffic.map((item) => nameSeen(sim, item)),
    volumes: volumesSeen(sim, plan, execution.recovery),
    retention: new Map(
      plan.databases.flatMap(({ replica }) => {
        const days = rds.instances.get(replica)?.backupRetentionDays;
        return days === undefined ? [] : [[replica, days] as const];
      }),
    ),
  };
}

/** As somebody sees it who asks for the first time: what resolvers have kept is over within its TTL. */
function nameSeen(sim: Simulator, item: TrafficItem): NameSeen {
  const name = trafficName(item);
  const wants = item.via === 'record' ? item.record.value : item.target;
  const type = item.via === 'record' ? item.record.type : 'A';
  const ask = (asked: string, as: typeof type) =>
    new Resolver(sim, { name: `judge/${name}`, clientTtlTail: 'never' })
      .resolve(asked, as)
      .records.map(({ value }) => value);
  const leads = ask(name, type);
  if (type === 'TXT') return { name, wants, leads, isRight: leads.includes(wants) };
  // An alias answers under its own name, with the addresses of what it leads to.
  const right = new Set([wants, ...ask(wants, type)].map(canonicalName));
  return { name, wants, leads, isRight: leads.some((value) => right.has(canonicalName(value))) };
}

function volumesSeen(sim: Simulator, plan: Plan, recovery: string): readonly VolumeSeen[] {
  const { ec2, guests } = sim.region(plan.regions.recovery);
  return [...ec2.volumes.values()].flatMap(({ id, tags, attachment }) => {
    const item = tags[tagKeys.item] ?? '';
    if (tags[tagKeys.recovery] !== recovery || !item.startsWith('volumes.')) return [];
    if (attachment?.state !== 'attached') return [];
    const { instanceId, device } = attachment;
    const mounts = [...guests.of(instanceId).mounts.values()];
    const paths = mounts.filter(({ volumeId }) => volumeId === id).map(({ path }) => path);
    return [{ id, item, instanceId, device, paths }];
  });
}
