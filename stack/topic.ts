import { readInstallation } from './installation.ts';

/**
 * Where people hear of recoveries and of what is broken, and who they are. Unencrypted, since CloudWatch alarms cannot publish
 * to a topic under the key aws/sns, and a message names no more than plan, recovery and reason.
 */
export function topic(): Readonly<Record<string, object>> {
  const subscriptions = readInstallation().notify.map((address) => [
    subscriptionId(address),
    {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'email', Endpoint: address },
    },
  ]);
  return {
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: '${self:service}-${sls:stage}' } },
    ...Object.fromEntries(subscriptions),
  };
}

/** Of the address itself, so that one which goes does not renew the others: each would have to be confirmed again. */
function subscriptionId(address: string): string {
  const hex = [...Buffer.from(address.toLowerCase())].map((byte) => byte.toString(16).padStart(2, '0'));
  return `Tell${hex.join('').slice(0, 240)}`;
}
