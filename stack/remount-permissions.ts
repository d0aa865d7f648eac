import { tagKeys } from '../recovery/identity.ts';
import { commandOn, documentArn, useKeysFor } from './permissions.ts';
import { allow, arnOf, carries, type Statement } from './statements.ts';

/**
 * Putting a restored volume on a server: only a volume that carries the plan's tag and a person's wish, and none that a
 * recovery has made; only on an instance of the plan.
 */
export const remounting: readonly Statement[] = [
  // EC2 and Systems Manager have no resource-level permission for what only describes.
  allow(['ec2:DescribeInstances', 'ec2:DescribeVolumes'], ['*']),
  allow(['ssm:DescribeInstanceInformation', 'ssm:GetCommandInvocation', 'ssm:ListCommandInvocations'], ['*']),
  allow(['ec2:AttachVolume'], [arnOf('ec2', 'volume/*')], {
    Null: {
      [`aws:ResourceTag/${tagKeys.plan}`]: 'false',
      [`aws:ResourceTag/${tagKeys.remount}`]: 'false',
      [`aws:ResourceTag/${tagKeys.recovery}`]: 'true',
    },
  }),
  allow(['ec2:AttachVolume'], [arnOf('ec2', 'instance/*')], carries('plan')),
  ...useKeysFor('ec2'),
  allow(['ssm:SendCommand'], [documentArn('MountDocument')]),
  commandOn('plan'),
];
