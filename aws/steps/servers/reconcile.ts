import type { Refusal } from '../../../recovery/answer.ts';
import type { ServerItem } from '../../../recovery/plan/plan.ts';
import { absentProblem, type Problem, standingAfterCalls } from '../../../recovery/step.ts';
import { chooseImage } from '../../../recovery/steps/servers/images.ts';
import { answerBySight, type LaunchNeed, planLaunches } from '../../../recovery/steps/servers/launches.ts';
import {
  emptyServersMemory,
  type Launch,
  type Member,
  memoryForNewRun,
  type ServersMemory,
} from '../../../recovery/steps/servers/memory.ts';
import {
  type ServersObservation,
  type SlotNeed,
  slotNeed,
  slotsOf,
} from '../../../recovery/steps/servers/slots.ts';
import type { ResourceRef } from '../../../recovery/terms.ts';
import { type Ec2, openEc2 } from '../../ec2.ts';
import { type LoadBalancing, openLoadBalancing } from '../../elb.ts';
import { writeIntent } from '../../records.ts';
import { openSsm, type Ssm } from '../../ssm.ts';
import { refused, type StepContext, type StepResult } from '../../step.ts';
import { registerAll, runLaunches, startAll } from './act.ts';
import { observeServers } from './observe.ts';

interface Clients {
  readonly ec2: Ec2;
  readonly ssm: Ssm;
  readonly elb: LoadBalancing;
}

interface Wait {
  readonly seconds: number;
  readonly for: string;
}

type ItemNeed = SlotNeed & { readonly item: ServerItem };

/** One call of the servers step: look, compute what each slot needs, do that, and say how things stand. */
export async function reconcileServers(context: StepContext): Promise<StepResult> {
  const { access } = context;
  const clients = { ec2: openEc2(access), ssm: openSsm(access), elb: openLoadBalancing(access) };
  const before = memoryOf(context);
  const look = await observeServers(context, clients);
  if (!look.ok) return { ...refused(context, look), memory: before };
  const { seen, refusals } = look.value;
  const answered = answerBySight(before, context.identity.recovery, Object.values(seen.launched));
  const memory = noteRunning(answered, seen, context.now());
  const view = {
    plan: context.plan,
    kind: context.identity.kind,
    now: context.now(),
    runStartedAt: context.input.startedAt,
    seen,
    memory,
  };
  const needs: ItemNeed[] = [];
  const problems: Problem[] = refusals
    .filter(({ kind }) => kind === 'absent')
    .map((refusal) => absentProblem('servers', refusal));
  for (const item of context.plan.servers) {
    const found = slotsOf(item, seen);
    if ('code' in found) problems.push(found);
    else needs.push(...found.map((slot) => ({ ...slotNeed(slot, item, view), item })));
  }
  const unread = refusals.filter(({ kind }) => kind !== 'absent');
  return carryOut(context, clients, { seen, memory, needs, problems, refusals: unread });
}

function memoryOf({ record, input }: StepContext): ServersMemory {
  const known = (record?.memory as ServersMemory | null | undefined) ?? emptyServersMemory;
  return record?.run === input.run ? known : memoryForNewRun(known);
}

async function carryOut(
  context: StepContext,
  clients: Clients,
  state: {
    readonly seen: ServersObservation;
    readonly memory: ServersMemory;
    readonly needs: readonly ItemNeed[];
    readonly problems: readonly Problem[];
    readonly refusals: readonly Refusal[];
  },
): Promise<StepResult> {
  const { needs } = state;
  const of = <K extends SlotNeed['kind']>(kind: K) =>
    needs.filter((need): need is Extract<ItemNeed, { kind: K }> => need.kind === kind);
  const launching = await launch(context, clients.ec2, state);
  const started = await startAll(context, clients.ec2, of('start'), launching.memory);
  const registering = [
    ...of('register').map((need) => need.member),
    ...of('wait').flatMap((need) => (need.register && need.member ? [need.member] : [])),
  ];
  const retiring = of('register').flatMap((need) =>
    need.retire.map((instanceId) => ({ item: need.item.name, instanceId })),
  );
  const failedRegistrations =
    context.identity.kind === 'failover'
      ? await registerAll(context, clients.elb, registering, retiring)
      : [];
  const memory: ServersMemory = {
    ...launching.memory,
    typesRefused: started.typesRefused,
    refusedAt: started.refusedAt,
    starts: started.starts,
  };
  const members = currentMembers(needs);
  const problems = [...state.problems, ...of('problem').map((need) => need.problem), ...launching.problems];
  const waits: Wait[] = [...of('wait'), ...launching.waits];
  if (started.asked > started.refusals.length)
    waits.push({ seconds: 3, for: 'servers: standing instances to start' });
  if (of('register').length > 0 && failedRegistrations.length === 0)
    waits.push({ seconds: 1, for: 'servers: registration with target groups' });
  const counts = { done: of('ready').length, total: needs.length };
  const refusals = [...state.refusals, ...launching.refusals, ...started.refusals, ...failedRegistrations];
  return {
    standing: standingAfterCalls({ waits, problems, counts }, refusals, 'servers'),
    memory: { ...memory, members },
    resources: refsOf(context, memory, members),
  };
}

interface Launching {
  readonly memory: ServersMemory;
  readonly problems: readonly Problem[];
  readonly waits: readonly Wait[];
  readonly refusals: readonly Refusal[];
}

/** Writes new launches into the ledger before any of them is asked for, then asks for all that have no answer. */
async function launch(
  context: StepContext,
  ec2: Ec2,
  state: {
    readonly seen: ServersObservation;
    readonly memory: ServersMemory;
    readonly needs: readonly ItemNeed[];
  },
): Promise<Launching> {
  const { memory, seen, needs } = state;
  const repeats = needs.flatMap((need) => (need.kind === 'repeatLaunch' ? [need.launch] : []));
  const wanted = await resolveNeeds(context, ec2, needs, seen);
  const planned = planLaunches(wanted.needs, {
    plan: context.plan,
    kind: context.identity.kind,
    now: context.now(),
    memory,
  });
  const fresh = planned.launches;
  const models = Object.fromEntries(
    Object.values(seen.standing)
      .flat()
      .map((instance) => [instance.id, instance]),
  );
  const intended: ServersMemory = { ...memory, launches: [...memory.launches, ...fresh] };
  if (fresh.length > 0) {
    const written = await writeIntent(context, intended);
    if (written)
      return { memory, problems: wanted.problems, waits: [], refusals: [...wanted.refusals, written] };
  }
  const asked = [...new Map([...repeats, ...fresh].map((one) => [one.ordinal, one])).values()];
  const ran = await runLaunches(context, ec2, asked, models);
  const answers = new Map<number, Launch>(ran.launches.map((one) => [one.ordinal, one]));
  const launches = intended.launches.map((one) => answers.get(one.ordinal) ?? one);
  const waits: Wait[] = [...planned.waits, ...ran.launches.flatMap(waitAfterLaunch)];
  return {
    memory: { ...intended, launches },
    problems: [...wanted.problems, ...ran.problems],
    waits,
    refusals: [...wanted.refusals, ...ran.refusals],
  };
}

/** A launch without an answer has said why elsewhere: it is a refusal or a problem. */
function waitAfterLaunch(launch: Launch): readonly Wait[] {
  if (launch.ids) return [{ seconds: 3, for: `servers.${launch.item}: ${launch.ids.join(', ')} to run` }];
  return launch.refused
    ? [{ seconds: 2, for: `servers.${launch.item}: ${launch.type} in ${launch.subnet} (${launch.refused})` }]
    : [];
}

async function resolveNeeds(
  context: StepContext,
  ec2: Ec2,
  needs: readonly ItemNeed[],
  seen: ServersObservation,
): Promise<{
  readonly needs: readonly LaunchNeed[];
  readonly problems: readonly Problem[];
  readonly refusals: readonly Refusal[];
}> {
  const resolved: LaunchNeed[] = [];
  const problems = new Map<string, Problem>();
  const refusals: Refusal[] = [];
  const launches = needs.flatMap((need) => (need.kind === 'launch' ? [need] : []));
  for (const [, group] of Map.groupBy(launches, (need) => need.item.name)) {
    const { item } = group[0]!;
    if (item.source.kind === 'start') {
      for (const { slot } of group) {
        const model = seen.standing[item.name]?.find((instance) => instance.id === slot.base);
        if (model) resolved.push({ slot, item, image: model.imageId, copyOf: model });
      }
      continue;
    }
    const images = await ec2.images(item.source.image.tags);
    if (!images.ok) {
      refusals.push(images);
      continue;
    }
    const image = chooseImage(item.name, item.source, images.value, context.onset);
    if ('code' in image) problems.set(item.name, image);
    else resolved.push(...group.map(({ slot }) => ({ slot, item, image: image.id })));
  }
  return { needs: resolved, problems: [...problems.values()], refusals };
}

function noteRunning(memory: ServersMemory, seen: ServersObservation, now: string): ServersMemory {
  const running = [...Object.values(seen.standing).flat(), ...Object.values(seen.launched)].filter(
    (instance) => instance.state === 'running',
  );
  const fresh = running.filter((instance) => !memory.runningSince[instance.id]);
  if (fresh.length === 0) return memory;
  return {
    ...memory,
    runningSince: {
      ...memory.runningSince,
      ...Object.fromEntries(fresh.map((instance) => [instance.id, now])),
    },
  };
}

/** Who fills each slot now, as soon as its zone is known: volumes are created while their servers still start. */
function currentMembers(needs: readonly ItemNeed[]): readonly Member[] {
  return needs.flatMap((need): readonly Member[] => {
    if (need.kind === 'start') {
      const { id, zone } = need.instance;
      return [{ item: need.item.name, slot: id, instanceId: id, zone, ready: false }];
    }
    return 'member' in need && need.member ? [need.member] : [];
  });
}

function refsOf(
  context: StepContext,
  memory: ServersMemory,
  members: readonly Member[],
): readonly ResourceRef[] {
  const ids = new Set([
    ...memory.launches.flatMap((one) => one.ids ?? []),
    ...members.map((member) => member.instanceId),
  ]);
  return [...ids].map((id) => ({ region: context.access.region, type: 'instance', id }));
}
