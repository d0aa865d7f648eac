import {
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Answer, mapAnswer } from '../recovery/answer.ts';
import type { TargetCounts } from '../recovery/deciding/targets.ts';
import { type Access, openClient } from './access.ts';
import { call } from './call.ts';

/**
 * How the targets of these groups stand, each read on its own: a name that does not exist would refuse a call for several.
 * Two calls, and both together no longer than the deadline.
 */
export async function readTargets(
  access: Access,
  region: string,
  groups: readonly string[],
  deadlineSeconds: number,
): Promise<ReadonlyMap<string, Answer<TargetCounts>>> {
  if (groups.length === 0) return new Map();
  const client = openClient(ElasticLoadBalancingV2Client, access, region);
  const untilMs = access.clock.nowMs() + deadlineSeconds * 1000;
  return new Map(
    await Promise.all(
      groups.map(async (group) => [group, await countTargets(access, client, group, untilMs)] as const),
    ),
  );
}

async function countTargets(
  access: Access,
  client: ElasticLoadBalancingV2Client,
  group: string,
  untilMs: number,
): Promise<Answer<TargetCounts>> {
  const patience = () => ({
    deadlineSeconds: Math.max(0, untilMs - access.clock.nowMs()) / 1000,
    repeatable: false,
  });
  const found = await call(
    access,
    'elasticloadbalancing:DescribeTargetGroups',
    (abortSignal) => client.send(new DescribeTargetGroupsCommand({ Names: [group] }), { abortSignal }),
    patience(),
  );
  if (!found.ok) return found;
  const TargetGroupArn = found.value.TargetGroups?.[0]?.TargetGroupArn;
  const health = await call(
    access,
    'elasticloadbalancing:DescribeTargetHealth',
    (abortSignal) => client.send(new DescribeTargetHealthCommand({ TargetGroupArn }), { abortSignal }),
    patience(),
  );
  return mapAnswer(health, ({ TargetHealthDescriptions = [] }) => {
    const states = TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State);
    // `unhealthy.draining` leaves the group, as `draining` does (ELB API Reference, TargetHealth).
    return {
      healthy: states.filter((state) => state === 'healthy').length,
      unhealthy: states.filter((state) => state === 'unhealthy').length,
    };
  });
}
