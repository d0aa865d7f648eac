import { type Answer, mapAnswer } from '../recovery/answer.ts';
import { settingsPrefix, tagKeys } from '../recovery/identity.ts';
import type { Leftovers } from '../recovery/steps/cleanup.ts';
import { openEc2 } from './ec2.ts';
import { gather } from './gather.ts';
import { openRds } from './rds.ts';
import { openSsm } from './ssm.ts';
import type { StepContext } from './step.ts';

/** Everything that carries this drill's tag or lies below its prefix, whoever made it and whenever. */
export async function readLeftovers(context: StepContext): Promise<Answer<Leftovers>> {
  const { access, identity } = context;
  const mine = { [tagKeys.recovery]: identity.recovery };
  const ec2 = openEc2(access);
  const seen = await gather({
    instances: ec2.instances(mine),
    volumes: ec2.volumes(mine),
    databases: openRds(access).databases(),
    parameters: openSsm(access).parametersBelow(
      settingsPrefix({ kind: 'drill', recovery: identity.recovery }),
    ),
  });
  return mapAnswer(seen, (value) => ({
    ...value,
    databases: value.databases.filter((database) => database.tags[tagKeys.recovery] === identity.recovery),
  }));
}
