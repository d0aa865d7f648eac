import { tagKeys } from '../../recovery/identity.ts';
import { ledgerKeys } from '../../recovery/ledger.ts';
import type { ServerItem } from '../../recovery/plan/plan.ts';
import type { StepRecord } from '../../recovery/step.ts';
import type { RunEvidence } from '../../recovery/steps/evidence.ts';
import type { ServersMemory } from '../../recovery/steps/servers/memory.ts';
import type { Instance, Volume } from '../../simulator/ec2/state.ts';
import type { Region } from '../../simulator/simulator.ts';
import { type Finding, type JudgedRecovery, runsOf, type Scene, timeOf } from './scene.ts';

/** A recovery that is over, with what it says that it does not use. */
interface Told {
  readonly judged: JudgedRecovery;
  readonly region: Region;
  readonly evidence: RunEvidence;
  readonly named: ReadonlySet<string>;
  /** Who its servers step last wrote down to fill its places. */
  readonly members: ReadonlySet<string>;
}

/** What is there of a recovery, and what the truth says of it. */
interface There {
  readonly type: 'instance' | 'volume';
  readonly id: string;
  /** Undefined where the truth does not tell. */
  readonly isUsed: boolean | undefined;
}

/**
 * What a failover made and does not use is named as its surplus, with nothing that is used: a server that recovered is in
 * its target group, a volume is on such a server. A look that failed names nothing, and says so.
 */
export function surplusFindings(scene: Scene, judged: JudgedRecovery): readonly Finding[] {
  const { plan, recovery } = judged;
  const evidence = scene.truth.read<RunEvidence>(ledgerKeys.evidence(plan.plan, recovery));
  if (!evidence) return [];
  const servers = scene.truth.read<StepRecord>(ledgerKeys.step(plan.plan, recovery, 'servers'));
  const memory = servers?.memory as ServersMemory | null | undefined;
  const members = new Set(memory?.members.map(({ instanceId }) => instanceId));
  const inRegions = scene.sim.regions.flatMap((region) => {
    const named = new Set(evidence.surplus.filter((each) => each.region === region.name).map(({ id }) => id));
    const told: Told = { judged, region, evidence, named, members };
    const there = [...instancesOf(told), ...volumesOf(told)];
    const isSilent = evidence.surplusUnknown !== undefined;
    const unnamed = isSilent ? [] : there.filter(({ id, isUsed }) => isUsed === false && !named.has(id));
    const used = there.filter(({ id, isUsed }) => isUsed === true && named.has(id));
    const found = { recovery, plan: plan.plan };
    return [
      ...unnamed.map(({ type, id }) => ({
        ...found,
        message: `${type} ${id} in ${region.name} was made by ${recovery} and serves nothing, and its evidence does not say so`,
      })),
      ...used.map(({ type, id }) => ({
        ...found,
        message: `${type} ${id} in ${region.name} is used, and the evidence of ${recovery} says that it is not`,
      })),
    ];
  });
  return [...inRegions, ...unknownWithoutCause(scene, judged, evidence)];
}

/** Whoever looks waits at least this long for each answer. */
const promptMs = 1000;

/** A look that is called unknown, and that EC2 answered: by the calls of the very invocation that wrote so. */
function unknownWithoutCause(
  scene: Scene,
  { plan, recovery }: JudgedRecovery,
  { surplusUnknown }: RunEvidence,
): readonly Finding[] {
  const written = scene.truth.versions<RunEvidence>(ledgerKeys.evidence(plan.plan, recovery)).at(-1);
  if (surplusUnknown === undefined || !written) return [];
  const arns = runsOf(scene, recovery).map(({ execution }) => execution.arn);
  const writer = scene.sim
    .region(plan.regions.recovery)
    .lambda.invocations.find(
      ({ subject, startedAtMs, endedAtMs = Number.POSITIVE_INFINITY }) =>
        arns.some((arn) => subject.startsWith(arn)) &&
        startedAtMs <= written.atMs &&
        endedAtMs >= written.atMs,
    );
  if (!writer) return [];
  const looks = scene.sim.transcript.filter(
    ({ operation, callerArn, atMs }) =>
      looking.has(operation) &&
      callerArn.endsWith(`/${writer.functionName}`) &&
      atMs >= writer.startedAtMs &&
      atMs <= written.atMs,
  );
  const isAnswered = looks.every(
    ({ outcome, atMs, endedAtMs = Number.POSITIVE_INFINITY }) =>
      outcome === 'ok' && endedAtMs < Math.min(written.atMs, atMs + promptMs),
  );
  const wasAsked = [...looking].every((name) => looks.some(({ operation }) => operation === name));
  if (!wasAsked || !isAnswered) return [];
  const message = `the evidence of ${recovery} calls its surplus unknown (${surplusUnknown}), and EC2 had answered at ${timeOf(writer.startedAtMs)}`;
  return [{ plan: plan.plan, recovery, message }];
}

const looking = new Set(['DescribeInstances', 'DescribeVolumes']);

function instancesOf(told: Told): readonly There[] {
  const { region, judged, members, named } = told;
  const mine = [...region.ec2.instances.values()]
    .filter(({ tags }) => tags[tagKeys.recovery] === judged.recovery)
    .filter(isLiving);
  const byItem = Map.groupBy(mine, ({ tags }) => tags[tagKeys.item] ?? '');
  return [...byItem].flatMap(([name, instances]) => {
    const item = judged.plan.servers.find((each) => name === `servers.${each.name}`);
    const there = (id: string, isUsed: boolean | undefined): There => ({ type: 'instance', id, isUsed });
    if (item?.targetGroup && judged.outcome === 'recovered')
      return instances.map(({ id }) => there(id, isRegistered(region, id)));
    // Otherwise the truth knows how many there may be, and not which: no more than there are places go unnamed.
    const places = item ? placesOf(region, item) : 0;
    const unnamed = instances.filter(({ id }) => !named.has(id));
    const tooMany = new Set(unnamed.slice(places).map(({ id }) => id));
    return instances.map(({ id }) => there(id, tooMany.has(id) ? false : members.has(id) ? true : undefined));
  });
}

function volumesOf(told: Told): readonly There[] {
  const { region, judged } = told;
  return [...region.ec2.volumes.values()]
    .filter(({ tags }) => tags[tagKeys.recovery] === judged.recovery)
    .filter(({ state }) => state !== 'deleted' && state !== 'deleting')
    .map((volume) => ({ type: 'volume', id: volume.id, isUsed: isVolumeUsed(told, volume) }));
}

function isVolumeUsed({ region, judged, members }: Told, volume: Volume): boolean | undefined {
  const { attachment, tags } = volume;
  if (!attachment) return false;
  const { instanceId: holder, deleteOnTermination } = attachment;
  const isRecovered = judged.outcome === 'recovered';
  if (isRecovered && isRegistered(region, holder)) return true;
  const item = judged.plan.volumes.find(({ name }) => tags[tagKeys.item] === `volumes.${name}`);
  const server = judged.plan.servers.find(({ name }) => name === item?.attach.server);
  const isOurs = region.ec2.instances.get(holder)?.tags[tagKeys.recovery] === judged.recovery;
  // It would stay when a person has taken its server away.
  const isLost = isOurs && !deleteOnTermination && server?.targetGroup !== undefined;
  if (isRecovered && isLost) return false;
  return members.has(holder) ? true : undefined;
}

/** How many servers an item asks for: its count, or those that stood there before. */
function placesOf({ ec2 }: Region, { source }: ServerItem): number {
  if (source.kind === 'launch') return source.count;
  const wanted = Object.entries(source.tags);
  return [...ec2.instances.values()]
    .filter(({ tags }) => tags[tagKeys.recovery] === undefined)
    .filter(({ tags }) => wanted.every(([key, value]) => tags[key] === value)).length;
}

function isLiving({ state }: Instance): boolean {
  return state !== 'terminated' && state !== 'shutting-down';
}

function isRegistered({ elbv2 }: Region, id: string): boolean {
  return [...elbv2.targetGroups.values()].some(({ targets }) =>
    [...targets.values()].some(({ instanceId, phase }) => instanceId === id && phase !== 'draining'),
  );
}
