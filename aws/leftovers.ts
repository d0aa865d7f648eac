import type { Answer, Refusal } from '../recovery/answer.ts';
import { settingsPrefix, tagKeys } from '../recovery/identity.ts';
import type { Leftovers } from '../recovery/steps/cleanup.ts';
import { secondsBetween } from '../recovery/terms.ts';
import { openEc2 } from './ec2.ts';
import { openRds } from './rds.ts';
import { recordOf } from './records.ts';
import { openSsm } from './ssm.ts';
import type { StepContext } from './step.ts';

/** What was found of a drill, and which lists could not be read: what is seen can be taken away all the same. */
export interface LeftoversLook {
  readonly left: Leftovers;
  readonly refusals: readonly Refusal[];
}

/** Everything that carries this drill's tag or lies below its prefix, whoever made it and whenever. */
export async function readLeftovers(context: StepContext): Promise<LeftoversLook> {
  const { access, identity } = context;
  const mine = { [tagKeys.recovery]: identity.recovery };
  const ec2 = openEc2(access);
  const refusals: Refusal[] = [];
  const listed = async <T>(answer: Promise<Answer<readonly T[]>>): Promise<readonly T[]> => {
    const list = await answer;
    if (list.ok) return list.value;
    refusals.push(list);
    return [];
  };
  const prefix = settingsPrefix({ kind: 'drill', recovery: identity.recovery });
  const [instances, volumes, databases, parameters] = await Promise.all([
    listed(ec2.instances(mine)),
    listed(ec2.volumes(mine)),
    listed(openRds(access).databases()),
    listed(openSsm(access).parametersBelow(prefix)),
  ]);
  // Only what a drill makes expires: nothing else is ever taken away, whatever id it carries.
  const isCopy = ({ tags }: { readonly tags: Readonly<Record<string, string>> }) =>
    tags[tagKeys.recovery] === identity.recovery && tagKeys.expires in tags;
  const left = {
    instances: instances.filter(isCopy),
    volumes: volumes.filter(isCopy),
    databases: databases.filter(isCopy),
    parameters,
  };
  return { left, refusals };
}

/**
 * A resource made by a call whose answer was lost may take a minute to be seen; a function whose execution was stopped begins
 * calls for more than half a minute.
 */
const lateSeconds = 100;

/** How many whole seconds the last creation must still age before an empty look proves anything: 0 once it does. */
export async function secondsUntilSeen(context: StepContext): Promise<number | Refusal> {
  let youngestSeconds = Number.POSITIVE_INFINITY;
  for (const step of ['servers', 'volumes', 'databases', 'settings'] as const) {
    const record = await recordOf(context, step);
    if (!record.ok) return record;
    if (record.value)
      youngestSeconds = Math.min(youngestSeconds, secondsBetween(record.value.lastAt, context.now()));
  }
  return Math.ceil(Math.min(300, Math.max(0, lateSeconds - youngestSeconds)));
}
