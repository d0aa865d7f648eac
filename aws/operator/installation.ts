import * as v from 'valibot';
import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import type { Access } from '../access.ts';
import { openSsm } from '../ssm.ts';
import { type NotNow, notNow } from './orders.ts';

const schema = v.object({
  ledgerBucket: v.pipe(v.string(), v.nonEmpty()),
  failoverMachineArn: v.pipe(v.string(), v.nonEmpty()),
  drillMachineArn: v.pipe(v.string(), v.nonEmpty()),
  topicArn: v.string(),
});

/** Where the parts of a deployed stack are. */
export type Installation = v.InferOutput<typeof schema>;

/** The parameter under which a stack says where its parts are, in its own Region. */
export function installationParameter(stage: string): string {
  return `/lifeboat/${stage}/installation`;
}

/** Finds the stack that is deployed in a Region; without one there is nothing to give orders to. */
export async function findInstallation(
  access: Access,
  stage: string,
): Promise<Answer<Installation> | NotNow> {
  const name = installationParameter(stage);
  const found = mapAnswer(await openSsm(access).parameters([name]), ([parameter]) => parameter);
  if (!found.ok) return found;
  if (!found.value) {
    return notNow(
      `Lifeboat's stage ${stage} is not installed in ${access.region}: there is no parameter ${name}`,
      'deploy it with npx serverless deploy, or see whether account, Region and --stage are the right ones',
    );
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), found.value.value);
  if (parsed.success) return { ok: true, value: parsed.output };
  return notNow(
    `the parameter ${name} in ${access.region} does not say where the stack's parts are: ${parsed.issues[0].message}`,
    'deploy the stack again, which writes it',
  );
}
