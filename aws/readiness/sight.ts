import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import { tagKeys } from '../../recovery/identity.ts';
import type { ObservedInstance } from '../../recovery/observed.ts';
import type { Plan } from '../../recovery/plan/plan.ts';
import type { Sight } from '../../recovery/readiness/sight.ts';
import { isHealthCheckSwitch, trafficName } from '../../recovery/steps/traffic.ts';
import type { Instant } from '../../recovery/terms.ts';
import type { Access } from '../access.ts';
import { openCloudWatch } from '../cloudwatch.ts';
import { lookAtFence } from '../fencing.ts';
import { openPrimary } from '../primary.ts';
import { tagFilters } from '../tags.ts';
import { type Asking, askingFar, askingIn, byName, nothing } from './asking.ts';
import { type Compute, openCompute } from './compute.ts';
import { openData } from './data.ts';
import { openHousehold } from './household.ts';
import { readIngredients } from './ingredients.ts';
import { readKeys } from './keys.ts';
import { openNames, zoneOf } from './names.ts';
import { openOperating } from './operating.ts';

/** What the installation has of its own, beside what plans name; nothing where none is known. */
export interface Installed {
  /** Names of its SSM documents. */
  readonly documents: readonly string[];
  /** ARNs of its topics. */
  readonly topics: readonly string[];
}

/**
 * Reads everything that readiness rests on, in batches: what is named by the plan first, then what that leads to. The primary
 * Region is asked with little patience; what it does not tell is unknown.
 */
export async function readSight(
  access: Access,
  plan: Plan,
  now: Instant,
  installed: Installed = { documents: [], topics: [] },
): Promise<Sight> {
  const { recovery, primary } = plan.regions;
  const here = askingIn(access, recovery);
  const far = askingFar(access, primary);
  const [launching, data, watching, names, told] = await Promise.all([
    readLaunching(here, plan),
    readData(access, here, far, plan, now),
    readWatching(here, far, plan),
    readNames(here, plan),
    readTold(here, plan, installed),
  ]);
  const [keys, ingredients] = await Promise.all([
    readKeys(here, plan, { ...launching, databases: data.databases }),
    readIngredients(here, plan, launching),
  ]);
  return { now, ...launching, ...data, ...watching, ...names, ...told, ...keys, ingredients };
}

/** Servers, what they are made from, and where. */
async function readLaunching(asking: Asking, plan: Plan) {
  const compute = openCompute(asking);
  const operating = openOperating(asking);
  const household = openHousehold(asking);
  const named = namedBy(plan);
  const [images, standing, templates, snapshots, subnets, targetGroups, settings] = await Promise.all([
    byName([...named.launches.keys()], (name) => compute.images(named.launches.get(name)!.image.tags)),
    byName([...named.starts.keys()], (name) => readStanding(compute, named.starts.get(name)!)),
    byName(named.templates, compute.template),
    byName(
      plan.volumes.map(({ name }) => name),
      (name) => compute.snapshots(plan.volumes.find((volume) => volume.name === name)!.snapshot.tags),
    ),
    compute.subnets(named.subnets),
    byName(named.targetGroups, operating.targetGroupTags),
    byName(
      plan.settings.map(({ parameter }) => parameter),
      operating.settingTags,
    ),
  ]);
  const seenTemplates = Object.values(templates).flatMap((answer) =>
    answer.ok && answer.value !== 'absent' ? [answer.value] : [],
  );
  const instances = Object.values(standing).flatMap((answer) => (answer.ok ? answer.value : []));
  const types = distinct([
    ...plan.servers.flatMap(({ source }) => source.types),
    ...seenTemplates.flatMap(({ type }) => type ?? []),
    ...instances.map(({ type }) => type),
  ]);
  const profiles = seenTemplates.flatMap(({ profile }) => profile ?? []);
  const [securityGroups, templateImages, profilesThere, offerings, vcpus, agents] = await Promise.all([
    compute.securityGroups(distinct(seenTemplates.flatMap((template) => template.securityGroups))),
    compute.imagesById(distinct(seenTemplates.flatMap(({ image }) => image ?? []))),
    byName(
      [...profiles, ...(plan.drill.instanceProfile ? [plan.drill.instanceProfile] : [])],
      household.hasProfile,
    ),
    compute.offerings(distinct(plan.servers.flatMap(({ source }) => source.types))),
    readVcpus(compute, household.vcpuQuota, types),
    operating.agents(instances.map(({ id }) => id)),
  ]);
  return {
    images,
    standing,
    templates,
    snapshots,
    subnets,
    targetGroups,
    settings,
    securityGroups,
    profiles: profilesThere,
    offerings,
    vcpus,
    agents,
    templateImages: mapAnswer(templateImages, (found) => found.map(({ id }) => id)),
  };
}

function namedBy(plan: Plan) {
  const launches = new Map(
    plan.servers.flatMap(({ name, source }) => (source.kind === 'launch' ? [[name, source] as const] : [])),
  );
  const starts = new Map(
    plan.servers.flatMap(({ name, source }) =>
      source.kind === 'start' ? [[name, source.tags] as const] : [],
    ),
  );
  return {
    launches,
    starts,
    templates: [...launches.values()].flatMap(({ template }) => template ?? []),
    subnets: distinct([
      ...plan.servers.flatMap(({ source }) => source.subnets),
      ...(plan.drill.network?.subnets ?? []),
    ]),
    targetGroups: plan.servers.flatMap(({ targetGroup }) => targetGroup ?? []),
  };
}

async function readStanding(
  compute: Compute,
  tags: Readonly<Record<string, string>>,
): Promise<Answer<readonly ObservedInstance[]>> {
  return mapAnswer(await compute.standing(tags), (instances) =>
    instances.filter((instance) => !(tagKeys.recovery in instance.tags)),
  );
}

/** Whatever runs in the Region counts, whoever started it: the quota is the account's. */
async function readVcpus(
  compute: Compute,
  readQuota: () => Promise<Answer<number>>,
  types: readonly string[],
): Promise<Sight['vcpus']> {
  const alive = { Name: 'instance-state-name', Values: ['pending', 'running'] };
  const [quota, running] = await Promise.all([readQuota(), compute.instances([alive])]);
  if (!quota.ok) return quota;
  if (!running.ok) return running;
  const ofType = await compute.vcpusOf(distinct([...types, ...running.value.map(({ type }) => type)]));
  return mapAnswer(ofType, (vcpus) => ({
    quota: quota.value,
    used: running.value.reduce((sum, { type }) => sum + (vcpus[type] ?? 0), 0),
    ofType: vcpus,
  }));
}

/** Databases of both Regions, and what the primary's fence would touch. */
async function readData(access: Access, here: Asking, far: Asking, plan: Plan, now: Instant) {
  const data = openData(here);
  const replicas = plan.databases.map(({ replica }) => replica);
  const cloudwatch = openCloudWatch(access, plan.regions.recovery);
  const { fence } = plan;
  const [databases, databaseSnapshots, lag, fenced, seenFence] = await Promise.all([
    data.databases(replicas),
    plan.databases.length > 0 ? data.snapshots() : nothing([]),
    byName(replicas, (replica) => cloudwatch.replicaLag(replica, now)),
    fence?.instances ? openCompute(far).instances(tagFilters(fence.instances.tags)) : nothing([]),
    fence && lookAtFence(openPrimary(access, plan.regions.primary), plan, fence),
  ]);
  const sourceIds = databases.ok
    ? databases.value.flatMap(({ source }) => source?.split(':').at(-1) ?? [])
    : [];
  const sources = await openData(far).databases(distinct(sourceIds));
  return { databases, databaseSnapshots, lag, fenced, sources, ...(seenFence && { fence: seenFence }) };
}

/** What votes in the plan, wherever it is. */
async function readWatching(here: Asking, far: Asking, plan: Plan) {
  const names = plan.trigger.signals.alarms;
  const operating = openOperating(far);
  const [near, primary, votingGroups] = await Promise.all([
    openOperating(here).alarms(names),
    operating.alarms(names),
    byName(plan.trigger.signals.targetGroups, operating.targetGroupTags),
  ]);
  return { votingGroups, alarms: { [plan.regions.primary]: primary, [plan.regions.recovery]: near } };
}

/** What stands at the plan's names, and what moves them. */
async function readNames(here: Asking, plan: Plan) {
  const route53 = openNames(here);
  const zones = plan.traffic.some(isHealthCheckSwitch) ? await route53.zones() : await nothing([]);
  const records = await byName(plan.traffic.map(trafficName), async (name) => {
    const item = plan.traffic.find((one) => trafficName(one) === name)!;
    if (item.via === 'record') return route53.records(item.record.zone, name);
    if (!zones.ok) return zones;
    const zone = zoneOf(zones.value, name);
    return zone === undefined ? nothing([]) : route53.records(zone, name);
  });
  const checks = Object.values(records).flatMap((answer) =>
    answer.ok ? answer.value.flatMap(({ healthCheck }) => healthCheck ?? []) : [],
  );
  const healthChecks = await byName(checks, route53.healthCheck);
  const alarms = Object.values(healthChecks).flatMap((answer) =>
    answer.ok && answer.value.alarm?.region === plan.regions.recovery ? [answer.value.alarm.name] : [],
  );
  return { records, healthChecks, switchAlarms: await openOperating(here).alarms(distinct(alarms)) };
}

/** Documents that are run, and topics that are told. */
async function readTold(here: Asking, plan: Plan, installed: Installed) {
  const household = openHousehold(here);
  const operating = openOperating(here);
  const topic = plan.notify?.topic;
  const account = topic === undefined ? undefined : await household.account();
  const documents = [...(plan.reload ? [plan.reload.document] : []), ...installed.documents];
  const arns = new Map(installed.topics.map((arn) => [arn.slice(arn.lastIndexOf(':') + 1), arn]));
  if (topic !== undefined && account?.ok)
    arns.set(topic, `arn:${partitionOf(here.region)}:sns:${here.region}:${account.value}:${topic}`);
  const [seenDocuments, topics] = await Promise.all([
    byName(documents, operating.document),
    byName([...arns.keys()], (name) => household.topic(arns.get(name)!)),
  ]);
  return {
    documents: seenDocuments,
    topics: topic !== undefined && account && !account.ok ? { ...topics, [topic]: account } : topics,
  };
}

/** ARNs of China's and the government's Regions begin otherwise (IAM User Guide, ARNs). */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
