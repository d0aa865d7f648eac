import { GetInstanceProfileCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Answer, mapAnswer } from '../../recovery/answer.ts';
import type { SeenKey } from '../../recovery/readiness/sight.ts';
import { type Asking, ask, clientFor, orAbsent } from './asking.ts';

/** Running On-Demand Standard instances, in vCPUs (EC2 User Guide, On-Demand Instance quotas). */
const standardOnDemand = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };

/** What the account allows in one Region, and who listens there. */
export function openHousehold(asking: Asking) {
  const kms = clientFor(KMSClient, asking);
  const quotas = clientFor(ServiceQuotasClient, asking);
  const sns = clientFor(SNSClient, asking);
  const sts = clientFor(STSClient, asking);
  // IAM is one for all Regions and signs for us-east-1; its own endpoint follows from that.
  const iam = clientFor(IAMClient, { ...asking, region: 'us-east-1' });
  return {
    key: async (id: string): Promise<Answer<SeenKey>> => {
      const answer = await ask(asking, 'kms:DescribeKey', (abortSignal) =>
        kms.send(new DescribeKeyCommand({ KeyId: id }), { abortSignal }),
      );
      return mapAnswer(orAbsent(answer, 'NotFoundException'), (output) => ({
        state: output === 'absent' ? output : (output.KeyMetadata?.KeyState ?? 'Unavailable'),
      }));
    },
    vcpuQuota: async (): Promise<Answer<number>> => {
      const answer = await ask(asking, 'servicequotas:GetServiceQuota', (abortSignal) =>
        quotas.send(new GetServiceQuotaCommand(standardOnDemand), { abortSignal }),
      );
      return mapAnswer(answer, ({ Quota }) => Quota?.Value ?? 0);
    },
    hasProfile: async (name: string): Promise<Answer<boolean>> => {
      const answer = await ask(asking, 'iam:GetInstanceProfile', (abortSignal) =>
        iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }), { abortSignal }),
      );
      return mapAnswer(
        orAbsent(answer, 'NoSuchEntityException', 'NoSuchEntity'),
        (output) => output !== 'absent',
      );
    },
    account: async (): Promise<Answer<string>> => {
      const answer = await ask(asking, 'sts:GetCallerIdentity', (abortSignal) =>
        sts.send(new GetCallerIdentityCommand({}), { abortSignal }),
      );
      return mapAnswer(answer, ({ Account = '' }) => Account);
    },
    topic: async (
      TopicArn: string,
    ): Promise<Answer<{ readonly confirmed: number; readonly pending: number } | 'absent'>> => {
      const answer = await ask(asking, 'sns:GetTopicAttributes', (abortSignal) =>
        sns.send(new GetTopicAttributesCommand({ TopicArn }), { abortSignal }),
      );
      return mapAnswer(orAbsent(answer, 'NotFoundException', 'NotFound'), (output) =>
        output === 'absent'
          ? output
          : {
              confirmed: Number(output.Attributes?.['SubscriptionsConfirmed'] ?? 0),
              pending: Number(output.Attributes?.['SubscriptionsPending'] ?? 0),
            },
      );
    },
  };
}
