import { type Answer, mapAnswer, type Refusal } from '../../../recovery/answer.ts';
import { tagKeys } from '../../../recovery/identity.ts';
import type { ObservedInstance } from '../../../recovery/observed.ts';
import { needsAgent, type ServersObservation } from '../../../recovery/steps/servers/slots.ts';
import type { Ec2 } from '../../ec2.ts';
import type { LoadBalancing } from '../../elb.ts';
import { gather, gatherEach } from '../../gather.ts';
import type { Ssm } from '../../ssm.ts';
import type { StepContext } from '../../step.ts';

/** One look: what was seen, and what beside the instances could not be seen. */
export interface Look {
  readonly seen: ServersObservation;
  /** Agents or registrations that could not be read: servers start all the same, and are not done until they can. */
  readonly refusals: readonly Refusal[];
}

/** One look at the servers of a recovery: a Describe for all it launched, one for each standing selector, and their agents. */
export async function observeServers(
  context: StepContext,
  clients: { readonly ec2: Ec2; readonly ssm: Ssm; readonly elb: LoadBalancing },
): Promise<Answer<Look>> {
  const { plan, identity } = context;
  const [answers, registered] = await Promise.all([
    gather({
      standing: observeStanding(context, clients.ec2),
      launched: clients.ec2.instances({ [tagKeys.recovery]: identity.recovery }),
    }),
    observeRegistered(context, clients.elb),
  ]);
  if (!answers.ok) return answers;
  const { standing, launched } = answers.value;
  const running = [...Object.values(standing).flat(), ...launched].filter(({ state }) => state === 'running');
  const watched = plan.servers.some((item) => needsAgent(plan, item.name, identity.kind)) ? running : [];
  const online = await clients.ssm.online(watched.map((instance) => instance.id));
  const seen: ServersObservation = {
    standing,
    launched: Object.fromEntries(launched.map((instance) => [instance.id, instance])),
    online: online.ok ? online.value : undefined,
    registered: registered.ok ? registered.value : undefined,
  };
  return {
    ok: true,
    value: { seen, refusals: [online, registered].flatMap((one) => (one.ok ? [] : [one])) },
  };
}

/** The standing instances of each start source. What recoveries made is left out: a copy is never mistaken for its model. */
export async function observeStanding(
  context: StepContext,
  ec2: Ec2,
): Promise<Answer<Record<string, readonly ObservedInstance[]>>> {
  const starts = context.plan.servers.flatMap((item) =>
    item.source.kind === 'start' ? [{ name: item.name, tags: item.source.tags }] : [],
  );
  return gatherEach(
    starts.map(({ name, tags }) => [
      name,
      ec2
        .instances(tags)
        .then((answer) =>
          mapAnswer(answer, (instances) =>
            instances.filter(isStanding).sort((a, b) => (a.id < b.id ? -1 : 1)),
          ),
        ),
    ]),
  );
}

function isStanding(instance: ObservedInstance): boolean {
  return (
    !(tagKeys.recovery in instance.tags) &&
    instance.state !== 'terminated' &&
    instance.state !== 'shutting-down'
  );
}

async function observeRegistered(
  context: StepContext,
  elb: LoadBalancing,
): Promise<Answer<Record<string, ReadonlySet<string>>>> {
  if (context.identity.kind === 'drill') return { ok: true, value: {} };
  const groups = context.plan.servers.flatMap((item) =>
    item.targetGroup ? [{ item: item.name, group: item.targetGroup }] : [],
  );
  if (groups.length === 0) return { ok: true, value: {} };
  const arns = await elb.groupArns([...new Set(groups.map(({ group }) => group))]);
  if (!arns.ok) return arns;
  return gatherEach(groups.map(({ item, group }) => [item, elb.registered(arns.value[group] ?? group)]));
}
