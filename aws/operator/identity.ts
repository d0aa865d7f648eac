import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import { type Access, openClient } from '../access.ts';
import { call } from '../call.ts';

/**
 * Who gives orders: STS's UserId, `AIDA…` of a user or `AROA…:session` of an assumed role. It is what a bucket policy knows
 * as `${aws:userid}` (IAM User Guide, global condition keys), so a key that ends in it proves who wrote it.
 */
export async function whoAmI(access: Access): Promise<Answer<string>> {
  const client = openClient(STSClient, access);
  // Nobody needs a permission for it (STS API Reference, GetCallerIdentity).
  const answer = await call(
    access,
    'sts:GetCallerIdentity',
    (abortSignal) => client.send(new GetCallerIdentityCommand({}), { abortSignal }),
    { repeatUnknown: true },
  );
  return mapAnswer(answer, ({ UserId }) => UserId ?? '');
}
