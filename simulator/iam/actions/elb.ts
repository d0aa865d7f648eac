import { type ActionTable, type Check, type Place, withoutResource } from '../check.ts';

interface OfGroup {
  readonly TargetGroupArn?: string | undefined;
}

/** Actions and resources of Elastic Load Balancing V2 (Service Authorization Reference, AWS Elastic Load Balancing V2). */
export const elbActions: ActionTable = {
  ...withoutResource('elasticloadbalancing', [
    'DescribeTags',
    'DescribeTargetGroups',
    'DescribeTargetHealth',
  ]),
  DeregisterTargets: (input: OfGroup, place) => [onGroup('DeregisterTargets', input, place)],
  RegisterTargets: (input: OfGroup, place) => [onGroup('RegisterTargets', input, place)],
};

function onGroup(operation: string, { TargetGroupArn: resource = '' }: OfGroup, { region }: Place): Check {
  const group = [...region.elbv2.targetGroups.values()].find(({ arn }) => arn === resource);
  return {
    action: `elasticloadbalancing:${operation}`,
    resource,
    resourceTags: group?.tags ?? {},
    isAbsent: !group,
    tagPrefixes: ['elasticloadbalancing:ResourceTag/'],
  };
}
