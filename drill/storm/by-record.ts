import type { Plan, TrafficItem } from '../../recovery/plan/plan.ts';
import type { World } from '../../simulator/world/schema.ts';

type Zone = World['zones'][string];

/** Plans whose names have no failover records: traffic is moved by changing a simple record. */
export function byRecord({ plans, world }: { readonly plans: readonly Plan[]; readonly world: World }): {
  readonly plans: readonly Plan[];
  readonly world: World;
} {
  const names = new Set(
    plans.flatMap(({ traffic }) =>
      traffic.flatMap((item) => (item.via === 'healthCheck' ? [item.name] : [])),
    ),
  );
  const zones = Object.entries(world.zones).map(
    ([id, zone]) => [id, withSimpleRecords(zone, names)] as const,
  );
  return {
    plans: plans.map((plan) => ({ ...plan, traffic: plan.traffic.map((item) => recordFor(item, world)) })),
    world: { ...world, zones: Object.fromEntries(zones) },
  };
}

/** The primary's record alone, as teams without failover records have it. */
function withSimpleRecords(zone: Zone, names: ReadonlySet<string>): Zone {
  const records = zone.records.flatMap((record) => {
    if (!names.has(record.name)) return [record];
    const { failover, healthCheck: _, ...simple } = record;
    return failover === 'SECONDARY' ? [] : [simple];
  });
  return { ...zone, records };
}

function recordFor(item: TrafficItem, world: World): TrafficItem {
  if (item.via === 'record') return item;
  const { name, target: value } = item;
  for (const [zone, { records }] of Object.entries(world.zones)) {
    const record = records.find((each) => each.name === name && each.failover === 'PRIMARY');
    if (!record) continue;
    const { type, ttlSeconds } = record;
    return { via: 'record', record: { zone, name, type, ttlSeconds, value } };
  }
  return item;
}
