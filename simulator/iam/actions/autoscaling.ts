import type { SuspendProcessesCommandInput } from '@aws-sdk/client-auto-scaling';
import { type ActionTable, withoutResource } from '../check.ts';

/** Actions and resources of EC2 Auto Scaling (Service Authorization Reference, Amazon EC2 Auto Scaling). */
export const autoscalingActions: ActionTable = {
  ...withoutResource('autoscaling', ['DescribeAutoScalingGroups']),
  SuspendProcesses: ({ AutoScalingGroupName: name = '' }: SuspendProcessesCommandInput, place) => {
    const group = place.region.autoscaling.groups.get(name);
    return [
      {
        action: 'autoscaling:SuspendProcesses',
        resource:
          group?.arn ?? place.arn('autoscaling', `autoScalingGroup:unknown:autoScalingGroupName/${name}`),
        resourceTags: group?.tags ?? {},
        isAbsent: !group,
        tagPrefixes: ['autoscaling:ResourceTag/'],
      },
    ];
  },
};
