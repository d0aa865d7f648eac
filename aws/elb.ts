import {
  DeregisterTargetsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';

export type LoadBalancing = ReturnType<typeof openLoadBalancing>;

/** Target groups of one Region, by name. */
export function openLoadBalancing(access: Access, region = access.region) {
  const client = openClient(ElasticLoadBalancingV2Client, access, region);
  return {
    /** ARNs of target groups by name; a name that does not exist refuses the whole call. */
    groupArns: async (names: readonly string[]): Promise<Answer<Readonly<Record<string, string>>>> =>
      mapAnswer(
        await call(access, 'elasticloadbalancing:DescribeTargetGroups', (abortSignal) =>
          client.send(new DescribeTargetGroupsCommand({ Names: [...names] }), { abortSignal }),
        ),
        (output) =>
          Object.fromEntries(
            (output.TargetGroups ?? []).map((group) => [
              group.TargetGroupName ?? '',
              group.TargetGroupArn ?? '',
            ]),
          ),
      ),
    /** Registered instances, those that are draining left out. */
    registered: async (groupArn: string): Promise<Answer<ReadonlySet<string>>> =>
      mapAnswer(
        await call(access, 'elasticloadbalancing:DescribeTargetHealth', (abortSignal) =>
          client.send(new DescribeTargetHealthCommand({ TargetGroupArn: groupArn }), { abortSignal }),
        ),
        (output) =>
          new Set(
            (output.TargetHealthDescriptions ?? [])
              .filter((target) => target.TargetHealth?.State !== 'draining')
              .flatMap((target) => target.Target?.Id ?? []),
          ),
      ),
    register: (groupArn: string, instanceIds: readonly string[]): Promise<Answer<unknown>> =>
      call(access, 'elasticloadbalancing:RegisterTargets', (abortSignal) =>
        client.send(
          new RegisterTargetsCommand({
            TargetGroupArn: groupArn,
            Targets: instanceIds.map((Id) => ({ Id })),
          }),
          { abortSignal },
        ),
      ),
    deregister: (groupArn: string, instanceIds: readonly string[]): Promise<Answer<unknown>> =>
      call(access, 'elasticloadbalancing:DeregisterTargets', (abortSignal) =>
        client.send(
          new DeregisterTargetsCommand({
            TargetGroupArn: groupArn,
            Targets: instanceIds.map((Id) => ({ Id })),
          }),
          { abortSignal },
        ),
      ),
  };
}
