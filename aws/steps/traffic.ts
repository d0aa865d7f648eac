import type { TrafficItem } from '../../recovery/plan/plan.ts';
import { standingAfterCalls } from '../../recovery/step.ts';
import { type TrafficMemory, trafficKey } from '../../recovery/steps/traffic.ts';
import { openCloudWatch } from '../cloudwatch.ts';
import { openRoute53 } from '../route53.ts';
import type { StepContext, StepResult } from '../step.ts';
import { settleHealthCheck } from './traffic/health-check.ts';
import { settleRecord } from './traffic/record.ts';

type Memory = Readonly<Record<string, TrafficMemory>>;

/** Leads the live names to the recovery Region and sees that resolvers answer so. A drill leaves them alone. */
export async function reconcileTraffic(context: StepContext): Promise<StepResult> {
  const { plan, identity } = context;
  if (identity.kind === 'drill')
    return { standing: { status: 'skipped', reason: 'a drill moves no traffic' } };
  if (plan.traffic.length === 0)
    return { standing: { status: 'skipped', reason: 'the plan moves no traffic' } };
  const before = (context.record?.memory as Memory | null | undefined) ?? {};
  const route53 = openRoute53(context.access);
  const cloudwatch = openCloudWatch(context.access);
  const outcomes = await Promise.all(
    plan.traffic.map((item) => {
      const known = before[trafficKey(item)] ?? {};
      return item.via === 'record'
        ? settleRecord(context, route53, item, known)
        : settleHealthCheck(context, cloudwatch, item, known);
    }),
  );
  const done = outcomes.filter((outcome) => !outcome.wait && !outcome.problem && !outcome.refusal).length;
  return {
    standing: standingAfterCalls(
      {
        counts: { done, total: outcomes.length },
        problems: outcomes.flatMap((outcome) => outcome.problem ?? []),
        waits: outcomes.flatMap((outcome) => outcome.wait ?? []),
      },
      outcomes.flatMap((outcome) => outcome.refusal ?? []),
      'traffic',
    ),
    memory: Object.fromEntries(plan.traffic.map((item, i) => [trafficKey(item), outcomes[i]?.memory ?? {}])),
    resources: plan.traffic.map((item) => resourceOf(item, context)),
  };
}

function resourceOf(item: TrafficItem, { access }: StepContext) {
  return item.via === 'record'
    ? { region: 'global', type: 'recordSet', id: trafficKey(item) }
    : { region: access.region, type: 'trafficMetric', id: item.name };
}
