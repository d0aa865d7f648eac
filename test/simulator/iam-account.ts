import { EC2Client } from '@aws-sdk/client-ec2';
import type { JsonObject } from '../../simulator/json.ts';
import { recovery as region, settings } from './data-account.ts';
import { openEc2 } from './ec2-account.ts';

export const roleArn = 'arn:aws:iam::123456789012:role/fn';
export const me = 'arn:aws:sts::123456789012:assumed-role/fn/session';
export const key = '5f0c2a1e-7b64-4a55-9a0e-3f1d2c4b5a60';

export const allow = (
  Action: string | readonly string[],
  Resource: string,
  Condition?: JsonObject,
): JsonObject => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
export const everything = allow('*', '*');
export const deny = (Action: string, Resource: string): JsonObject => ({ Effect: 'Deny', Action, Resource });

/** An account with a caller whose role may do what the statements say. */
export function open(...Statement: readonly JsonObject[]) {
  const account = openEc2('permissions');
  const { sim } = account;
  sim.iam.permissions.put({
    arn: roleArn,
    policies: [{ name: 'own', document: { Version: '2012-10-17', Statement } }],
  });
  sim.addCaller({ accessKeyId: 'AKIAROLE', arn: me, userId: 'AROAFN:session', roleArn });
  const config = settings(sim, region, 'AKIAROLE');
  const ec2 = new EC2Client(config);
  /** `Code: message` of a refusal, or `allowed` for whatever else comes of it. */
  const ask = async (answer: Promise<unknown>): Promise<string> => {
    const before = sim.iam.permissions.denials.length;
    const said = await sim.clock.drive(
      answer.then(
        () => '',
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    );
    return sim.iam.permissions.denials.length === before ? 'allowed' : said;
  };
  return { ...account, config, ec2: account.ec2, asRole: ec2, ask };
}

/** An ARN in the account's Region. */
export const own = (service: string, resource: string) =>
  `arn:aws:${service}:${region}:123456789012:${resource}`;
