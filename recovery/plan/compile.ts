/** From the human form of a plan to the `Plan` that functions read: defaults filled in, durations in seconds, a hash. */
import { defaults } from './defaults.ts';
import { secondsOf } from './fields.ts';
import { canonicalHash } from './hash.ts';
import { maxDurationSeconds, objectiveSeconds } from './objectives.ts';
import type * as plan from './plan.ts';
import type { PlanForm } from './schema.ts';

type Part<Key extends keyof PlanForm> = NonNullable<PlanForm[Key]>;
type Metric = NonNullable<Part<'trigger'>['signals']['metrics']>[string];
type Item<Key extends 'databases' | 'servers' | 'volumes'> = Part<Key>[string];

/**
 * Compiles a form without mistakes. Items come in the order of their names, volumes in the order of their mount points, so
 * that one that is mounted inside another comes after it, and the order of keys in the file changes nothing, nor the hash.
 */
export function compile(form: PlanForm): plan.Plan {
  const objectives = compileObjectives(form);
  const { fence, reload, notify } = form;
  const compiled: Omit<plan.Plan, 'hash'> = {
    plan: form.plan,
    objectives,
    regions: form.regions,
    trigger: compileTrigger(form.plan, form.trigger),
    after: form.after ?? [],
    ...(fence && { fence: compileFence(fence) }),
    databases: named(form.databases, (name, item) => compileDatabase(name, item, objectives.rpoSeconds)),
    servers: named(form.servers, compileServer),
    volumes: named(form.volumes, compileVolume).sort((a, b) =>
      order(a.mount?.path ?? '', b.mount?.path ?? ''),
    ),
    settings: named(form.settings, (parameter, value) => ({ parameter, value })),
    ...(reload && { reload: compileReload(reload, form) }),
    verify: (form.verify ?? []).map(compileVerify),
    traffic: (form.traffic ?? []).map(compileTraffic),
    drill: compileDrill(form.drill ?? {}),
    ...(notify && { notify }),
    maxDurationSeconds: known(maxDurationSeconds(form)),
  };
  return { ...compiled, hash: canonicalHash(compiled) };
}

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function named<From, To>(
  map: Readonly<Record<string, From>> | undefined,
  make: (name: string, item: From) => To,
): To[] {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => order(a, b))
    .map(([name, item]) => make(name, item));
}

/** A form without mistakes leaves nothing unknown. */
function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('compile needs a form without mistakes');
  return value;
}

function seconds(written: string | undefined, otherwise: { readonly value: string }): number {
  return secondsOf(written ?? otherwise.value);
}

function compileObjectives(form: PlanForm): plan.Plan['objectives'] {
  return {
    tier: form.objectives?.tier ?? defaults.tier.value,
    rtoSeconds: known(objectiveSeconds(form, 'rto')),
    rpoSeconds: known(objectiveSeconds(form, 'rpo')),
  };
}

function compileTrigger(of: string, trigger: Part<'trigger'>): plan.Trigger {
  const { probes, alarms, metrics, targetGroups, health } = trigger.signals;
  const measured = named(metrics, (name, item) => compileMetric(of, name, item));
  return {
    mode: trigger.mode ?? defaults.mode.value,
    signals: {
      ...(probes && { probes: { url: probes.url } }),
      alarms: [...(alarms ?? []), ...measured.map(({ alarm }) => alarm)],
      ...(metrics && { metrics: measured }),
      targetGroups: targetGroups ?? [],
      ...(health && { health }),
    },
    quorum: trigger.quorum ?? defaults.quorum.value,
    confirmSeconds: seconds(trigger.confirm, defaults.confirm),
    activePeriodSeconds: seconds(trigger.activePeriod, defaults.activePeriod),
    approval: {
      people: trigger.approval?.people === 2 ? 2 : defaults.approvalPeople.value,
      boundSeconds: seconds(trigger.approval?.within, defaults.approvalWithin),
    },
  };
}

function compileMetric(of: string, name: string, item: Metric): plan.MetricSignal {
  const { above, below, anomaly } = item;
  return {
    name,
    alarm: `lifeboat-${of}-metric-${name}`,
    namespace: item.namespace,
    metric: item.metric,
    dimensions: item.dimensions ?? {},
    statistic: item.statistic ?? defaults.metricStatistic.value,
    periodSeconds: seconds(item.period, defaults.metricPeriod),
    down:
      anomaly === undefined
        ? { is: above === undefined ? 'below' : 'above', threshold: known(above ?? below) }
        : { is: 'anomaly', side: anomaly },
  };
}

function compileFence({ instances, databases, required }: Part<'fence'>): plan.Fence {
  return {
    ...(instances && { instances }),
    databases: databases ?? [],
    required: required ?? defaults.fenceRequired.value,
  };
}

function compileDatabase(name: string, item: Item<'databases'>, rpoSeconds: number): plan.DatabaseItem {
  return {
    name,
    replica: item.promote.replica,
    maxLagSeconds: item.maxLag === undefined ? rpoSeconds : secondsOf(item.maxLag),
    backupRetentionDays: item.backupRetention ?? defaults.backupRetention.value,
    boundSeconds: seconds(item.bound, defaults.databaseBound),
    drill: { snapshot: item.drill?.snapshot ?? 'newest' },
  };
}

function compileServer(name: string, item: Item<'servers'>): plan.ServerItem {
  const source = item.launch ? compileLaunch(item.launch) : compileStart(item);
  const targetGroup = item.launch ? item.launch.targetGroup : item.targetGroup;
  return {
    name,
    source,
    ...(targetGroup !== undefined && { targetGroup }),
    agentBoundSeconds: seconds(item.agentBound, defaults.agentBound),
    boundSeconds: seconds(item.bound, defaults.serverBound),
  };
}

function compileStart({ start, orElse, types, subnets }: Item<'servers'>): plan.StartSource {
  return {
    kind: 'start',
    tags: known(start).tags,
    orElse: orElse ?? defaults.orElse.value,
    types: types ?? [],
    subnets: subnets ?? [],
  };
}

function compileLaunch({
  image,
  template,
  count,
  types,
  subnets,
}: NonNullable<Item<'servers'>['launch']>): plan.LaunchSource {
  return {
    kind: 'launch',
    image: chosen(image),
    ...(template !== undefined && { template }),
    count: count ?? defaults.count.value,
    types: types ?? [],
    subnets: subnets ?? [],
  };
}

function chosen({
  tags,
  rpo,
}: {
  readonly tags: plan.Tags;
  readonly rpo?: string;
}): plan.LaunchSource['image'] {
  return { tags, ...(rpo !== undefined && { rpoSeconds: secondsOf(rpo) }) };
}

function compileVolume(name: string, item: Item<'volumes'>): plan.VolumeItem {
  return {
    name,
    snapshot: chosen(item.snapshot),
    attach: item.attach,
    each: item.each ?? defaults.each.value,
    ...(item.mount && { mount: item.mount }),
    volumeType: item.volumeType ?? defaults.volumeType.value,
    boundSeconds: seconds(item.bound, defaults.volumeBound),
  };
}

function compileReload({ document, servers, bound }: Part<'reload'>, form: PlanForm): plan.Reload {
  return {
    document,
    servers: servers ?? Object.keys(form.servers ?? {}).sort(order),
    boundSeconds: seconds(bound, defaults.reloadBound),
  };
}

function compileVerify({ http, inside, bound }: Part<'verify'>[number]): plan.VerifyItem {
  return { http, boundSeconds: seconds(bound, defaults.verifyBound), ...(inside && { inside }) };
}

function compileTraffic({ record: changed, name, target }: Part<'traffic'>[number]): plan.TrafficItem {
  if (!changed) return { via: 'healthCheck', name: known(name), target: known(target) };
  const { ttl, ...record } = changed;
  return { via: 'record', record: { ...record, ttlSeconds: ttl ?? defaults.ttl.value } };
}

function compileDrill({
  schedules,
  at,
  timeZone,
  network,
  instanceProfile,
  userData,
  maxDuration,
}: Part<'drill'>): plan.DrillRules {
  return {
    schedules: schedules ?? [],
    atTime: at ?? defaults.drillAt.value,
    timeZone: timeZone ?? defaults.drillTimeZone.value,
    ...(network && { network }),
    ...(instanceProfile !== undefined && { instanceProfile }),
    userData: userData ?? defaults.userData.value,
    maxDurationSeconds: seconds(maxDuration, defaults.drillMaxDuration),
  };
}
