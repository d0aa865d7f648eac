import type { Answer, Refusal } from '../../../recovery/answer.ts';
import { creationTags } from '../../../recovery/identity.ts';
import type { ObservedInstance } from '../../../recovery/observed.ts';
import type { ServerItem } from '../../../recovery/plan/plan.ts';
import { absentProblem, type Problem } from '../../../recovery/step.ts';
import { launchToken } from '../../../recovery/steps/servers/launches.ts';
import type { Launch, Member, ServersMemory } from '../../../recovery/steps/servers/memory.ts';
import type { Instant } from '../../../recovery/terms.ts';
import type { Ec2, LaunchRequest } from '../../ec2.ts';
import type { LoadBalancing } from '../../elb.ts';
import type { StepContext } from '../../step.ts';

/** A start of one standing instance, as another type where its own has no capacity. */
export interface Start {
  readonly instance: ObservedInstance;
  readonly changeTypeTo?: string;
}

/** What became of the starts: refusals that are about capacity are remembered, others are for the step to weigh. */
export interface StartsOutcome {
  readonly typesRefused: Record<string, readonly string[]>;
  readonly refusedAt: Record<string, Instant>;
  readonly starts: Record<string, number>;
  readonly refusals: readonly Refusal[];
  /** How many calls were made. */
  readonly asked: number;
}

/** Starts instances, one call for each zone and type: one without capacity must not keep the others from starting. */
export async function startAll(
  context: StepContext,
  ec2: Ec2,
  starts: readonly Start[],
  memory: ServersMemory,
): Promise<StartsOutcome> {
  const typesRefused = { ...memory.typesRefused };
  const refusedAt = { ...memory.refusedAt };
  const startCounts = { ...memory.starts };
  const refusals: Refusal[] = [];
  const groups = Map.groupBy(
    starts,
    (start) => `${start.instance.zone} ${start.changeTypeTo ?? start.instance.type}`,
  );
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const refused = await startGroup(ec2, group);
      if (!refused) {
        for (const { instance } of group) startCounts[instance.id] = (startCounts[instance.id] ?? 0) + 1;
        return;
      }
      if (refused.kind !== 'capacity') refusals.push(refused);
      else {
        for (const { instance, changeTypeTo } of group) {
          typesRefused[instance.id] = [
            ...new Set([...(typesRefused[instance.id] ?? []), changeTypeTo ?? instance.type]),
          ];
          refusedAt[instance.id] = context.now();
        }
      }
    }),
  );
  return { typesRefused, refusedAt, starts: startCounts, refusals, asked: groups.size };
}

async function startGroup(ec2: Ec2, group: readonly Start[]): Promise<Refusal | undefined> {
  const changes = await Promise.all(
    group.flatMap(({ instance, changeTypeTo }) =>
      changeTypeTo && changeTypeTo !== instance.type ? [ec2.changeType(instance.id, changeTypeTo)] : [],
    ),
  );
  const refused = changes.find((answer) => !answer.ok);
  if (refused && !refused.ok) return refused;
  const answer = await ec2.start(group.map(({ instance }) => instance.id));
  return answer.ok ? undefined : answer;
}

/** Launches with their answers, and what was refused. */
export interface LaunchesOutcome {
  readonly launches: readonly Launch[];
  readonly refusals: readonly Refusal[];
  readonly problems: readonly Problem[];
}

/** Asks for launches that are already in the ledger and returns them with their answers; unknown ones stay as they are. */
export async function runLaunches(
  context: StepContext,
  ec2: Ec2,
  launches: readonly Launch[],
  models: Readonly<Record<string, ObservedInstance>>,
): Promise<LaunchesOutcome> {
  const refusals: Refusal[] = [];
  const problems: Problem[] = [];
  const answered = await Promise.all(
    launches.map(async (launch): Promise<Launch> => {
      const request = await launchRequest(context, ec2, launch, models);
      const answer = request.ok ? await ec2.launch(request.value) : request;
      if (answer.ok) return { ...launch, ids: answer.value };
      if (answer.kind === 'capacity') return { ...launch, refused: answer.code };
      // What the plan names and the Region lacks (template, subnet, group) does not come by waiting.
      if (answer.kind === 'absent') problems.push(absentProblem(`servers.${launch.item}`, answer));
      else refusals.push(answer);
      return launch;
    }),
  );
  return { launches: answered, refusals, problems };
}

async function launchRequest(
  context: StepContext,
  ec2: Ec2,
  launch: Launch,
  models: Readonly<Record<string, ObservedInstance>>,
): Promise<Answer<LaunchRequest>> {
  const { identity, plan } = context;
  const item = plan.servers.find((candidate) => candidate.name === launch.item);
  const common = {
    token: launchToken(identity.recovery, launch.ordinal),
    count: launch.slots.length,
    image: launch.image,
    type: launch.type,
    subnet: launch.subnet,
    tags: creationTags(identity, `servers.${launch.item}`, {
      Name: `lifeboat ${identity.recovery} ${launch.item}`,
    }),
  };
  if (identity.kind === 'drill') return drillRequest(context, ec2, common, item);
  const model = launch.copyOf ? models[launch.copyOf] : undefined;
  if (!model) return { ok: true, value: { ...common, ...templateOf(item) } };
  const { securityGroups, profileArn, keyName } = model;
  return {
    ok: true,
    value: { ...common, securityGroups, ...(profileArn && { profileArn }), ...(keyName && { keyName }) },
  };
}

/**
 * A drill's copy takes nothing from the launch template or its model but the image and the type: its network, profile and
 * tags are the drill's own, so that it can neither reach production nor be taken for it.
 */
async function drillRequest(
  context: StepContext,
  ec2: Ec2,
  common: Omit<LaunchRequest, 'securityGroups'>,
  item: ServerItem | undefined,
): Promise<Answer<LaunchRequest>> {
  const { drill } = context.plan;
  const isolated = {
    ...common,
    securityGroups: drill.network?.securityGroups ?? [],
    ...(drill.instanceProfile && { profileName: drill.instanceProfile }),
  };
  const { template } = templateOf(item);
  if (drill.userData !== 'keep' || !template) return { ok: true, value: isolated };
  const userData = await ec2.templateUserData(template);
  if (!userData.ok) return userData;
  return { ok: true, value: { ...isolated, ...(userData.value && { userData: userData.value }) } };
}

function templateOf(item: ServerItem | undefined): { readonly template?: string } {
  return item?.source.kind === 'launch' && item.source.template ? { template: item.source.template } : {};
}

/** Registers members with the target groups of their items, and takes those out whose place another one fills. */
export async function registerAll(
  context: StepContext,
  elb: LoadBalancing,
  register: readonly Member[],
  retire: readonly { readonly item: string; readonly instanceId: string }[],
): Promise<readonly Refusal[]> {
  const groupOf = (item: string) =>
    context.plan.servers.find((candidate) => candidate.name === item)?.targetGroup;
  const wanted = [
    ...register.map((m) => ({ ...m, add: true })),
    ...retire.map((m) => ({ ...m, add: false })),
  ];
  const names = [...new Set(wanted.flatMap(({ item }) => groupOf(item) ?? []))];
  if (names.length === 0) return [];
  const arns = await elb.groupArns(names);
  if (!arns.ok) return [arns];
  const calls = names.flatMap((name) => {
    const arn = arns.value[name] ?? name;
    const ids = (add: boolean) =>
      wanted.filter((w) => w.add === add && groupOf(w.item) === name).map((w) => w.instanceId);
    return [
      ids(true).length > 0 ? [elb.register(arn, ids(true))] : [],
      ids(false).length > 0 ? [elb.deregister(arn, ids(false))] : [],
    ].flat();
  });
  return (await Promise.all(calls)).flatMap((answer) => (answer.ok ? [] : [answer]));
}
